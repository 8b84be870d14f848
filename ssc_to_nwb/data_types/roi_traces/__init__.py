"""Raw fluorescence, dF/F and calcium events of ROIs."""
