"""Finds NWB files and opens them, whether HDF5 or zarr."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ssc_to_nwb.hdf5_files import check_own_values
from ssc_to_nwb.naming import HDF5_SUFFIX, ZARR_SUFFIX
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.system_files import is_system_name

if TYPE_CHECKING:
    from hdmf.backends.io import HDMFIO

_CHUNK_CACHE_BYTES = 2**19


def find_nwb_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Every NWB file among the paths and below them, each once, in order of paths and names; hidden ones are left out.

    Raises no-nwb-file for a path that is not there or holds none.
    """
    found: dict[Path, None] = {}
    for path in paths:
        given = (path.is_file() or is_zarr(path)) and not is_system_name(path.name)
        here = [path] if given else list(_below(path))
        if not here:
            raise error(kinds.NO_NWB_FILE, file=path)
        found.update(dict.fromkeys(here))
    return tuple(found)


def is_zarr(path: Path) -> bool:
    """Whether a path is an NWB file in the form of a zarr folder."""
    return path.name.endswith(ZARR_SUFFIX) and path.is_dir()


def open_nwb(path: Path) -> HDMFIO:
    """An open reader. Raises zarr-support-missing, verify-values-elsewhere, and what h5py raises at a damaged file."""
    if not is_zarr(path):
        return _open_hdf5(path)
    try:
        from hdmf_zarr import NWBZarrIO
    except ImportError as failure:
        raise error(kinds.ZARR_SUPPORT_MISSING, file=path) from failure
    return NWBZarrIO(str(path), mode="r", load_namespaces=True)


def _open_hdf5(path: Path) -> HDMFIO:
    import h5py
    from pynwb import NWBHDF5IO

    # pynwb keeps every data set open, and HDF5 2 would keep 8 MB of chunks for each of them.
    file = h5py.File(path, "r", rdcc_nbytes=_CHUNK_CACHE_BYTES)
    try:
        check_own_values(file, path=path)
        return NWBHDF5IO(file=file, mode="r", load_namespaces=True)
    except Exception:
        file.close()
        raise


def _below(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        stores = [name for name in folders if name.endswith(ZARR_SUFFIX)]
        folders[:] = sorted(name for name in folders if not _is_hidden(name) and name not in stores)
        # A pipe has the name of a file and would make the program wait forever.
        names = [name for name in files if name.endswith(HDF5_SUFFIX) and (Path(parent) / name).is_file()] + stores
        yield from (Path(parent) / name for name in sorted(names) if not _is_hidden(name))


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or is_system_name(name)
