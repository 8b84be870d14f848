"""Whisker videos (mp4)."""
