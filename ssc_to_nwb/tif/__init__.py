"""Tif files: where each page's pixels are, and their bytes."""
