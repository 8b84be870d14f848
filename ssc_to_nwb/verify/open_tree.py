"""Opens a finished NWB file of either backend as an `ArrayTree`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ssc_to_nwb.problems import verify_kinds as kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.verify.hdf5_tree import Hdf5Tree
from ssc_to_nwb.verify.nwb_reader import ArrayTree


@contextmanager
def open_tree(path: Path) -> Iterator[ArrayTree]:
    """The file as a tree, for the time of the block. Raises verify-unreadable."""
    try:
        tree = Hdf5Tree(path)
    except OSError as failure:
        raise error(kinds.VERIFY_UNREADABLE, file=path, found=failure) from failure
    with tree:
        yield tree
