"""A MATLAB file as a tree of values: formats 5, 7 and 7.3."""
