"""One session: its file read and checked, its raw files opened, its metadata."""
