"""Data sets made up in the layout of ssc-1, for the demo and the tests."""

from ssc_to_nwb.testing.dataset import SyntheticSession, write_dataset, write_session
from ssc_to_nwb.testing.examples import demo_specs, full_size_spec
from ssc_to_nwb.testing.spec import SessionSpec, StackSpec, SubvolumeSpec

__all__ = [
    "SessionSpec",
    "StackSpec",
    "SubvolumeSpec",
    "SyntheticSession",
    "demo_specs",
    "full_size_spec",
    "write_dataset",
    "write_session",
]
