"""Opens a finished NWB file, or a Zarr store that was exported from one, as an `ArrayTree`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ssc_to_nwb.hdf5_files import hdf5_fault
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.proof.hdf5_tree import Hdf5Tree
from ssc_to_nwb.restoring.nwb_reader import ArrayTree


@contextmanager
def open_tree(path: Path, *, digests: dict[str, str] | None = None) -> Iterator[ArrayTree]:
    """The file, or the Zarr folder, as a tree for the time of the block; digests: as of `Hdf5Tree`.

    Raises verify-unreadable, verify-values-elsewhere, and extra-not-installed where zarr is needed and absent.
    """
    if path.is_dir():
        yield _open_zarr(path)
        return
    try:
        tree = Hdf5Tree(path, digests=digests)
    except OSError as failure:
        raise error(
            kinds.VERIFY_UNREADABLE, file=path, expected="an NWB file, HDF5", found=hdf5_fault(failure)
        ) from failure
    with tree:
        _check_own_values(tree, path)
        yield tree


def _check_own_values(tree: Hdf5Tree, path: Path) -> None:
    try:
        tree.check_own_values(path)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, SystemError) as failure:
        # h5py raises SystemError at names of objects that are not UTF-8, caused by the error that says so.
        raise error(kinds.VERIFY_UNREADABLE, file=path, found=failure.__cause__ or failure) from failure


def _open_zarr(path: Path) -> ArrayTree:
    try:
        from ssc_to_nwb.proof.zarr_tree import ZarrTree

        return ZarrTree(path)
    except ImportError as failure:
        raise error(kinds.EXTRA_NOT_INSTALLED, expected="pip install 'ssc-to-nwb[zarr]'", found=failure) from failure
    except (OSError, ValueError, KeyError) as failure:
        raise error(kinds.VERIFY_UNREADABLE, file=path, found=failure) from failure
