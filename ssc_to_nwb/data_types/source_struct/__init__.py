"""The form of the source's struct, and what is kept verbatim; how a file was made, and from which files."""
