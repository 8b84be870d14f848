"""Imaging planes and their ROIs: masks, outlines, master images."""
