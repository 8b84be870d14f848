"""Counts what it takes to use a full-size file over a network: to list it, to read one ROI's trace, one frame.

    python scripts/bench_remote.py                    # makes a full-size file in several layouts, 15 GB of disk in turn
    python scripts/bench_remote.py session.nwb        # a file of yours
    python scripts/bench_remote.py --json remote.json # the figures as JSON as well

The file is served on this machine and read through range requests. Each step opens it again:

- open: pynwb opens it, as DANDI's and most people's programs do;
- list: h5py walks through all objects, with their shapes and neurodata types;
- trace: dF/F of the first ROI of a plane, with its time stamps;
- frame: one frame of the plane that has most.

It is read in these ways, those whose packages are there:

- fsspec: with fsspec's own settings; fsspec 1 MiB: in blocks of that size, which are kept;
- open_session: in the blocks of 4 MiB that this package's `open_session` has fsspec fetch and keep;
- remfile: the package of that name;
- pages: HDF5's page buffer over plain range requests; only a paged file can be read so.

The full-size file has 18 planes with 8,245 ROIs in all, 237 trials, and the frames of one plane in full and of the
others in part. Exit status 1 where opening the file as written takes more than 10 requests or 20 MB.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import struct
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from bench_figures import Figure, finish, parser
from range_server import serve

MOST_REQUESTS, MOST_MB = 10, 20.0
PAGE_BUFFER_BYTES = 64 * 2**20
_MIB = 2**20
AS_WRITTEN = "as written"
# Arguments of `h5py.File` for a new file; None: those of the converter.
LAYOUTS: dict[str, dict[str, Any] | None] = {
    AS_WRITTEN: None,
    "plain": {},
    **{f"metadata in {size} KiB": {"meta_block_size": size * 1024} for size in (64, 1024, 4096, 16384)},
    **{f"pages of {size} MiB": {"fs_strategy": "page", "fs_page_size": int(size * _MIB)} for size in (0.5, 1, 2, 4)},
}


@dataclass(frozen=True)
class Taken:
    """What one step took by one way of reading."""

    layout: str
    way: str
    step: str
    requests: int
    megabytes: float


class RangeReader(io.RawIOBase):
    """A file on a web server, every read one range request, nothing kept."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._place = 0
        with urllib.request.urlopen(urllib.request.Request(address, method="HEAD")) as answer:
            self._size = int(answer.headers["Content-Length"])

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move; returns the new place."""
        self._place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        return self._place

    def tell(self) -> int:
        """The place."""
        return self._place

    def readinto(self, buffer: Any) -> int:
        """Fetch as many bytes as fit."""
        count = min(len(buffer), self._size - self._place)
        if count <= 0:
            return 0
        headers = {"Range": f"bytes={self._place}-{self._place + count - 1}"}
        with urllib.request.urlopen(urllib.request.Request(self._address, headers=headers)) as answer:
            buffer[:count] = answer.read()
        self._place += count
        return count


def _fsspec(**settings: Any) -> Callable[[str], h5py.File]:
    def open_it(address: str) -> h5py.File:
        import fsspec

        return h5py.File(fsspec.filesystem("http").open(address, "rb", **settings), "r")

    return open_it


def _open_session(address: str) -> h5py.File:
    from ssc_to_nwb.reading.nwb_files import open_remote

    return h5py.File(open_remote(address), "r")


def _remfile(address: str) -> h5py.File:
    import remfile

    return h5py.File(remfile.File(address), "r")


def _pages(address: str) -> h5py.File:
    return h5py.File(RangeReader(address), "r", page_buf_size=PAGE_BUFFER_BYTES)


WAYS: dict[str, Callable[[str], h5py.File]] = {
    "fsspec": _fsspec(),
    "fsspec 1 MiB": _fsspec(cache_type="blockcache", block_size=_MIB),
    "open_session": _open_session,
    "remfile": _remfile,
    "pages": _pages,
}


def ways_for(path: Path) -> list[str]:
    """The ways of reading that this machine has and that suit the file."""
    missing = {
        "remfile": importlib.util.find_spec("remfile") is None,
        "pages": not _is_paged(path),
    }
    return [way for way in WAYS if not missing.get(way)]


def _open_with_pynwb(file: h5py.File) -> None:
    from pynwb import NWBHDF5IO

    with NWBHDF5IO(file=file, mode="r", load_namespaces=True) as io_:
        io_.read()


def _list(file: h5py.File) -> None:
    def see(_: str, item: h5py.Group | h5py.Dataset) -> None:
        item.attrs.get("neurodata_type")
        if isinstance(item, h5py.Dataset):
            _ = item.shape

    file.visititems(see)


def _read_trace(file: h5py.File) -> None:
    series = next(iter(file["processing/ophys/DfOverF"].values()))
    if not (np.isfinite(series["data"][:, 0]).any() and series["timestamps"][:].size):
        raise ValueError(f"{series.name} is empty")


def _read_frame(file: h5py.File) -> None:
    names = [name for name in file["acquisition"] if name.startswith("two_photon_series_")]
    frames = max((file[f"acquisition/{name}/data"] for name in names), key=len)
    if not frames[len(frames) // 2].any():
        raise ValueError("the frame is black")


STEPS: dict[str, Callable[[h5py.File], None]] = {
    "open": _open_with_pynwb,
    "list": _list,
    "trace": _read_trace,
    "frame": _read_frame,
}


def measure(path: Path, *, layout: str, way: str) -> Iterator[Taken]:
    """Take each step with a file that was just opened."""
    for step, take in STEPS.items():
        with serve(path) as traffic:
            with WAYS[way](traffic.address) as file:
                take(file)
            yield Taken(
                layout=layout, way=way, step=step, requests=traffic.requests, megabytes=traffic.sent_bytes / 1e6
            )


def main() -> int:
    """Run the bench."""
    arguments = _parser().parse_args()
    taken: list[Taken] = []
    sizes: dict[str, int] = {}
    for layout, path in _files(arguments.file, arguments.layout or list(LAYOUTS), below=arguments.folder):
        sizes[layout] = path.stat().st_size
        print(f"{layout}: {sizes[layout] / 1e6:,.1f} MB, superblock of version {superblock(path)}", flush=True)
        for way in ways_for(path):
            taken += measure(path, layout=layout, way=way)
    print(f"\n{table(taken, sizes)}\n")
    return finish(figures_of(taken, sizes), arguments.json)


def figures_of(taken: list[Taken], sizes: dict[str, int]) -> Iterator[Figure]:
    """What opening the file as written took in the blocks of `open_session`; nothing else has a limit."""
    for one in taken:
        if (one.layout, one.way, one.step) == (AS_WRITTEN, "open_session", "open"):
            name, how = "to open a file over HTTP with pynwb", f"{sizes[AS_WRITTEN] / 1e6:,.0f} MB in all"
            yield Figure(name=name, value=one.requests, unit="requests", limit=MOST_REQUESTS, how=how)
            yield Figure(name=name, value=one.megabytes, unit="MB", limit=MOST_MB, how=how)


def table(taken: list[Taken], sizes: dict[str, int]) -> str:
    """Requests and MB of every step as a Markdown table."""
    lines = [
        f"| file | MB | read by | {' | '.join(STEPS)} |",
        f"| --- | ---: | --- | {' | '.join('---:' for _ in STEPS)} |",
    ]
    cell = {(one.layout, one.way, one.step): f"{one.requests} / {one.megabytes:.1f}" for one in taken}
    for layout, way in dict.fromkeys((one.layout, one.way) for one in taken):
        cells = " | ".join(cell[layout, way, step] for step in STEPS)
        lines.append(f"| {layout} | {sizes[layout] / 1e6:,.1f} | {way} | {cells} |")
    return "\n".join(lines)


def superblock(path: Path) -> int:
    """Version of a file's superblock: HDF5 1.8 reads up to 2."""
    with path.open("rb") as file:
        return file.read(9)[8]


def _parser() -> argparse.ArgumentParser:
    options = parser(__doc__)
    options.add_argument("file", nargs="?", type=Path, help="NWB file to measure; full-size ones are made without it")
    options.add_argument("--layout", action="append", choices=LAYOUTS, help="only this one; may be repeated")
    return options


def _is_paged(path: Path) -> bool:
    with h5py.File(path, "r") as file:
        return bool(file.id.get_create_plist().get_file_space_strategy()[0] == h5py.h5f.FSPACE_STRATEGY_PAGE)


def _files(given: Path | None, layouts: list[str], *, below: Path | None) -> Iterator[tuple[str, Path]]:
    """The files to measure, by layout; each is there until the next is asked for."""
    if given is not None:
        yield AS_WRITTEN, given
        return
    with tempfile.TemporaryDirectory(prefix="bench_remote_", dir=below) as name:
        folder = Path(name)
        make_source(folder / "source")
        for layout in layouts:
            path = convert_to(folder, layout=layout)
            yield layout, path
            path.unlink()


def convert_to(folder: Path, *, layout: str) -> Path:
    """Convert `folder/source` to a layout of LAYOUTS; returns the NWB file."""
    from ssc_to_nwb.metadata.loader import load_metadata
    from ssc_to_nwb.nwb_file.results import SessionTask
    from ssc_to_nwb.nwb_file.session_file import convert_session
    from ssc_to_nwb.options.conversion import ConversionOptions
    from ssc_to_nwb.source_files.session_files import dataset_of, find_session_files

    (file,) = find_session_files(folder / "source")
    task = SessionTask(
        session_file=file,
        output=folder / layout.replace(" ", "-"),
        metadata=load_metadata(dataset=dataset_of(file.path), session=str(file.key), subject=file.key.animal),
        options=ConversionOptions(verify="off"),
    )
    # In this process: that of a worker would not see the other layout.
    with file_space_of(LAYOUTS[layout]):
        outcome = convert_session(task)
    if outcome.error is not None or outcome.output is None:
        raise RuntimeError(str(outcome.error))
    return outcome.output


@contextmanager
def file_space_of(space: dict[str, Any] | None) -> Iterator[None]:
    """Have the converter make new files with these arguments of `h5py.File`, with its own where None."""
    from ssc_to_nwb.nwb_file import hdf5_file

    as_is = hdf5_file.file_space
    try:
        if space is not None:
            hdf5_file.file_space = lambda _: space
        yield
    finally:
        hdf5_file.file_space = as_is


def make_source(root: Path) -> None:
    """A full-size session: the frames of its first plane in full, those of the first trial for the others."""
    from large_stacks import photon_pool

    from ssc_to_nwb.testing.dataset import write_session
    from ssc_to_nwb.testing.examples import full_size_spec
    from ssc_to_nwb.testing.stacks import stack_name

    session = write_session(root=root, spec=full_size_spec(), raw=False, videos=False)
    pool = photon_pool(shape=session.spec.image_shape, seed=0)
    for number, plane in enumerate(session.planes):
        folder = session.stack_folder(plane)
        folder.mkdir(parents=True)
        for file in plane.files if number == 0 else plane.files[:1]:
            path = folder / stack_name(session.spec, file.number)
            _write_stack(path, pool, shape=session.spec.image_shape, page_count=2 * file.n_frames)


def _write_stack(path: Path, pool: np.ndarray, *, shape: tuple[int, int], page_count: int) -> None:
    """A tif whose pages share the pixels of a few, so that gigabytes of frames take megabytes of disk."""
    first, page_bytes = 8, pool.shape[1] * pool.itemsize
    directories = first + pool.shape[0] * page_bytes
    with path.open("wb") as file:
        file.write(struct.pack("<2sHI", b"II", 42, directories))
        file.write(pool.astype("<u2").tobytes())
        for page in range(page_count):
            tags = {
                256: shape[1], 257: shape[0], 258: 16, 259: 1, 262: 1, 273: first + page % pool.shape[0] * page_bytes,
                277: 1, 278: shape[0], 279: page_bytes,
            }  # fmt: skip
            entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
            size = 2 + len(entries) + 4
            following = directories + (page + 1) * size if page + 1 < page_count else 0
            file.write(struct.pack("<H", len(tags)) + entries + struct.pack("<I", following))


if __name__ == "__main__":
    sys.exit(main())
