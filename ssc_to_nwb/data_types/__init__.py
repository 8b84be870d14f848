"""One folder per data type: what it is in the source, what becomes of it, how it gets into the NWB file and back."""
