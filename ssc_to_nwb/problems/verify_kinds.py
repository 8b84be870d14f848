"""Kinds of problems: verify."""
