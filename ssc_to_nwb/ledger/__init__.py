"""What became of every field of a session file and of every raw file."""
