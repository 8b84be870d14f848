"""roiextractors extractors over the source model."""
