"""Kinds of problems: archive."""
