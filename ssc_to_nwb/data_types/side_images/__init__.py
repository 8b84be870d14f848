"""Projections over a session, and images per trial (tif)."""
