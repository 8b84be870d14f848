"""Kinds of problems: metadata."""
