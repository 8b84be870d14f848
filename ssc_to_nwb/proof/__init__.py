"""Reads a finished file back and compares every value with its source."""
