"""Which NWB files are meant: files, folders with files in them, and files at a web address; and how they are opened."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssc_to_nwb import naming
from ssc_to_nwb.hdf5_files import own_objects
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, ProblemKind, error
from ssc_to_nwb.quantities import listed
from ssc_to_nwb.system_files import is_system_name

if TYPE_CHECKING:
    from hdmf.backends.io import HDMFIO

_SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFiles:
    """NWB files, each session once.

    files: HDF5 files and Zarr stores; problems: Zarr stores left out because the file of the session is there.
    """

    files: tuple[Path, ...]
    problems: tuple[Problem, ...] = ()


def find_session_files(paths: Path | str | Iterable[Path | str]) -> FoundFiles:
    """Find NWB files as `find_nwb_files` does, each session once.

    A file `x.nwb` and its export `x.nwb.zarr` in one folder are the same session: the file is taken.
    """
    given = [paths] if isinstance(paths, str | Path) else paths
    found = dict.fromkeys(path.resolve() for path in find_nwb_files(given, missing=kinds.NWB_FILE_MISSING))
    stores = {path: original for path in found if (original := _original(path)) in found}
    return FoundFiles(
        files=tuple(path for path in found if path not in stores),
        problems=tuple(
            Problem(kind=kinds.STORE_LEFT_OUT, file=str(store), found=f"the same session as {original.name}")
            for store, original in stores.items()
        ),
    )


def one_session_file(given: Path | str) -> Path | str:
    """The NWB file at a path or address, or the only one below a folder.

    Raises nwb-file-missing; nwb-file-not-chosen where a folder holds several.
    """
    if is_address(given):
        return given
    path = Path(given)
    if _is_given(path) and path.exists():
        return path
    files = find_session_files([path]).files
    if len(files) > 1:
        raise error(
            kinds.NWB_FILE_NOT_CHOSEN,
            file=path,
            expected="one NWB file",
            found=listed([one.relative_to(path.resolve()).as_posix() for one in files], most=_SHOWN),
        )
    return files[0]


def find_nwb_files(paths: Iterable[Path | str], *, missing: ProblemKind = kinds.NO_NWB_FILE) -> tuple[Path, ...]:
    """Find the NWB files among some paths and below those that are folders, each once; hidden ones are unfinished.

    In the order of the paths, sorted within a folder. Raises `missing` for a path that is not there or holds none.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        inside = [path] if _is_given(path) else sorted(_below(path))
        if not inside:
            raise error(missing, file=path, found=_in_place_of(path))
        found.update(dict.fromkeys(inside))
    return tuple(found)


def is_zarr(path: Path) -> bool:
    """Whether a path is an NWB file in the form of a Zarr folder."""
    return path.name.endswith(naming.ZARR_SUFFIX) and path.is_dir()


def _is_given(path: Path) -> bool:
    """Whether a path is an NWB file by itself, in whatever form."""
    is_store = path.name.endswith(naming.NWB_SUFFIXES) and path.is_dir()
    return (is_store or path.is_file()) and not is_system_name(path.name)


def _below(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        shown = [name for name in (*folders, *files) if not name.startswith(".") and not is_system_name(name)]
        stores = [name for name in shown if name.endswith(naming.ZARR_SUFFIX)]
        folders[:] = [name for name in folders if name in shown and name not in stores]
        # A pipe has the name of a file and would be waited for forever.
        names = [name for name in shown if name.endswith(naming.HDF5_SUFFIX) and (Path(parent) / name).is_file()]
        yield from (Path(parent) / name for name in (*stores, *names))


def _original(path: Path) -> Path | None:
    """The file that a Zarr store would have been exported from."""
    if not path.name.endswith(naming.ZARR_SUFFIX):
        return None
    return path.with_name(path.name.removesuffix(naming.ZARR_SUFFIX) + naming.HDF5_SUFFIX)


def _in_place_of(path: Path) -> str:
    """What there is in place of NWB files. The folder that does exist shows where a path went wrong."""
    if path.is_dir():
        return f"a folder, and nothing in it that ends in {' or '.join(naming.NWB_SUFFIXES)}"
    if path.exists():
        return "a device, a pipe, or what a system leaves beside files"
    there = next((parent for parent in path.absolute().parents if parent.exists()), None)
    return "nothing" if there is None else f"nothing; the folder {there} exists"


# A block brings several of the file's blocks of headers, or a few chunks of frames; 64 of them are kept.
_BLOCK_BYTES = 4 * 2**20
_KEPT_BLOCKS = 64


def is_address(path: object) -> bool:
    """Whether a path is an http or https address."""
    return isinstance(path, str) and path.startswith(("http://", "https://"))


def open_remote(address: str) -> Any:
    """Open a file at a web address; only what is read of it is fetched.

    The file is binary and seekable; blocks that were fetched are kept in memory up to a bound. Raises
    remote-support-missing, nwb-file-missing.
    """
    try:
        import aiohttp
        import fsspec
    except ImportError as failure:
        raise error(kinds.REMOTE_SUPPORT_MISSING, file=address, found=failure) from failure
    try:
        return fsspec.filesystem("http").open(
            address,
            block_size=_BLOCK_BYTES,
            cache_type="blockcache",
            cache_options={"maxblocks": _KEPT_BLOCKS},
        )
    except (OSError, ValueError, aiohttp.ClientError) as failure:
        # FileNotFoundError, an address that does not answer, a server that gives no size or no ranges.
        raise error(kinds.NWB_FILE_MISSING, file=address, found=f"{type(failure).__name__}: {failure}") from failure


def open_nwb(path: Path | str, *, chunk_cache_bytes: int = 2**19) -> HDMFIO:
    """An open reader of an HDF5 file, a Zarr folder, or the HDF5 file at an address.

    chunk_cache_bytes: for each data set. pynwb keeps them all open, and HDF5 2 would keep 8 MB of chunks of each.
    Raises zarr-support-missing, verify-values-elsewhere, what `open_remote` raises, and what h5py raises at a damaged
    file.
    """
    if isinstance(path, Path) and path.is_dir():
        try:
            from hdmf_zarr import NWBZarrIO
        except ImportError as failure:
            raise error(kinds.ZARR_SUPPORT_MISSING, file=path) from failure
        return NWBZarrIO(str(path), mode="r", load_namespaces=True)
    import h5py
    from pynwb import NWBHDF5IO

    with ExitStack() as stack:
        source = path if isinstance(path, Path) else stack.enter_context(open_remote(path))
        file = stack.enter_context(h5py.File(source, "r", rdcc_nbytes=chunk_cache_bytes))
        own_objects(file, path=path)
        io = NWBHDF5IO(file=file, mode="r", load_namespaces=True)
        stack.pop_all()
    return io
