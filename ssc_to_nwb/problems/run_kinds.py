"""Kinds of problems: run."""
