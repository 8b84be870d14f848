"""Data sets made up in the layout of ssc-1, for the demo and the tests."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssc_to_nwb.testing.dataset import SyntheticSession, write_dataset, write_session
    from ssc_to_nwb.testing.examples import demo_specs, full_size_spec, lone_plane_spec
    from ssc_to_nwb.testing.large_stacks import write_large_stacks
    from ssc_to_nwb.testing.spec import SessionSpec, StackSpec, SubvolumeSpec

_HOME = {
    "SessionSpec": "spec",
    "StackSpec": "spec",
    "SubvolumeSpec": "spec",
    "SyntheticSession": "dataset",
    "demo_specs": "examples",
    "full_size_spec": "examples",
    "lone_plane_spec": "examples",
    "write_dataset": "dataset",
    "write_large_stacks": "large_stacks",
    "write_session": "dataset",
}

__all__ = [
    "SessionSpec",
    "StackSpec",
    "SubvolumeSpec",
    "SyntheticSession",
    "demo_specs",
    "full_size_spec",
    "lone_plane_spec",
    "write_dataset",
    "write_large_stacks",
    "write_session",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
