"""Converts the CRCNS ssc-1 and ssc-2 data sets to NWB."""
