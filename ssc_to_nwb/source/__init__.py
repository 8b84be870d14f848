"""The data set's own files (MATLAB, tif, mp4) as frozen, typed objects; knows nothing of NWB."""
