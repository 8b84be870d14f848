"""Pictures, pages and texts made from NWB files alone."""
