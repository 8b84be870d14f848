"""Reads finished NWB files into frozen views, for reports, plots and analyses."""
