"""The MATLAB file as verification reads it: numbers and structure by scipy or h5py, texts by rules of its own."""
