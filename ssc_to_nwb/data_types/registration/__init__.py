"""Shifts by which frames were registered."""
