"""The documentation pages that are made from the code, one module each."""
