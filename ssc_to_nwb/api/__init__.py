"""The typed functions that scripts and the command line call."""
