"""How a file was made, and from which files."""
