"""Data sets made up in the layout of ssc-1, for the demo and the tests."""
