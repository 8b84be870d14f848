"""Which NWB files are meant: files, folders with files in them, and files at a web address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, error
from ssc_to_nwb.quantities import listed
from ssc_to_nwb.system_files import is_system_name, is_system_path

_SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFiles:
    """NWB files, each session once.

    files: HDF5 files and Zarr stores; problems: Zarr stores left out because the file of the session is there.
    """

    files: tuple[Path, ...]
    problems: tuple[Problem, ...] = ()


def find_session_files(paths: Path | str | Iterable[Path | str]) -> FoundFiles:
    """Find the NWB files among some paths and below those that are folders, each session once.

    A file `x.nwb` and its export `x.nwb.zarr` in one folder are the same session: the file is taken.

    In the order of the paths, sorted within a folder. Raises nwb-file-missing where a path does not exist, or a folder
    holds none.
    """
    found: dict[Path, None] = {}
    for path in map(Path, [paths] if isinstance(paths, str | Path) else paths):
        inside = _inside(path)
        if not inside:
            raise error(kinds.NWB_FILE_MISSING, file=path, found=None if path.exists() else _nearest(path))
        found.update(dict.fromkeys(one.resolve() for one in inside))
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


def _inside(path: Path) -> list[Path]:
    if not path.exists():
        return []
    return [path] if _is_given(path) else sorted(_below(path))


def _is_given(path: Path) -> bool:
    """Whether a path is an NWB file by itself, in whatever form."""
    return (path.name.endswith(naming.NWB_SUFFIXES) or path.is_file()) and not is_system_name(path.name)


def _below(folder: Path) -> Iterator[Path]:
    """NWB files in a folder and its subfolders; hidden ones are unfinished."""
    for suffix in naming.NWB_SUFFIXES:
        found = (path for path in folder.rglob(f"*{suffix}") if not path.name.startswith("."))
        # A pipe has the name of a file and would be waited for forever.
        there = (path for path in found if path.is_file() or path.is_dir())
        yield from (path for path in there if not is_system_path(path.relative_to(folder).parts))


def _original(path: Path) -> Path | None:
    """The file that a Zarr store would have been exported from."""
    if not path.name.endswith(naming.ZARR_SUFFIX):
        return None
    return path.with_name(path.name.removesuffix(naming.ZARR_SUFFIX) + naming.HDF5_SUFFIX)


def _nearest(path: Path) -> str:
    """The part of a path that does exist, which shows where it went wrong."""
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
