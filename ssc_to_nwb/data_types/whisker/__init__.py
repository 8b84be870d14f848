"""Whisker angle and curvature change."""
