"""One folder per data type: what it is in the source, what becomes of it, how it gets into the NWB file and back."""

from ssc_to_nwb.data_types.registry import DataType, register_data_type, unregister_data_type

__all__ = ["DataType", "register_data_type", "unregister_data_type"]
