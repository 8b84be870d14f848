"""The DANDI archive: the metadata of a dandiset, the upload, and the comparison with what the archive holds."""
