"""The files of the data set on disk: found, listed, unpacked, checked against lists of checksums."""
