"""Trials: numbers, starts, types, properties."""
