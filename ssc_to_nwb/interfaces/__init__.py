"""One neuroconv data interface per data type."""
