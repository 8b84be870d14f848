"""Kinds of problems: output."""
