"""Kinds of problems: validate."""
