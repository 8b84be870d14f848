"""The frames of the imaging stacks (tif)."""
