"""The way back: from an NWB file to the MATLAB struct that it was made from."""
