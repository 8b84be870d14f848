"""Analyses of converted sessions: responses of the ROIs to touch and to whisking."""
