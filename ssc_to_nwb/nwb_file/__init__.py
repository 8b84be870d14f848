"""Puts the interfaces together and writes whole files, or none."""
