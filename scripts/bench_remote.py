"""Counts what it takes to use a full-size file over a network: to open it, to read one ROI's trace, one frame.

    python scripts/bench_remote.py                    # makes a full-size file, about 3 GB of disk for a while
    python scripts/bench_remote.py session.nwb        # a file of yours
    python scripts/bench_remote.py --json remote.json # the figures as JSON as well

The file is served on this machine and read through range requests, by h5py and pynwb, in two ways:

- blocks: fsspec fetches blocks of 4 MiB and keeps them, as most programs that stream NWB files do;
- pages: HDF5's own page buffer over plain range requests; only a paged file can be read so.

The full-size file has 18 planes with 8,245 ROIs in all, 237 trials, and the frames of one plane in full and of the
others in part. It is measured as the converter writes it, and without pages, for comparison. Exit status 1 where
opening takes more than 10 requests or 20 MB.
"""

from __future__ import annotations

import argparse
import io
import json
import struct
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from range_server import Traffic, serve

MOST_REQUESTS, MOST_BYTES = 10, 20_000_000
BLOCK_BYTES = 4 * 2**20
PAGE_BUFFER_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Figure:
    """What one step took by one way of reading."""

    layout: str
    way: str
    step: str
    requests: int
    megabytes: float
    seconds: float

    @property
    def met(self) -> bool:
        """Whether the limit for opening is kept; other steps have none."""
        return self.step != "open" or (self.requests <= MOST_REQUESTS and self.megabytes * 1e6 <= MOST_BYTES)


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


def open_in_blocks(address: str) -> h5py.File:
    """Through fsspec, in blocks that are kept."""
    import fsspec

    file = fsspec.filesystem("http").open(address, "rb", cache_type="blockcache", block_size=BLOCK_BYTES)
    return h5py.File(file, "r")


def open_in_pages(address: str) -> h5py.File:
    """Through HDF5's page buffer, which does nothing for a file that is not paged."""
    return h5py.File(RangeReader(address), "r", page_buf_size=PAGE_BUFFER_BYTES)


WAYS: dict[str, Callable[[str], h5py.File]] = {"blocks": open_in_blocks, "pages": open_in_pages}


def measure(path: Path, *, layout: str, way: str) -> Iterator[Figure]:
    """Open a file, read one ROI's trace with its time stamps, read one frame where there are any."""
    from pynwb import NWBHDF5IO

    with serve(path) as traffic, WAYS[way](traffic.address) as file:
        before = Traffic()
        start = time.perf_counter()

        def figure(step: str) -> Figure:
            nonlocal before, start
            taken = Figure(
                layout=layout,
                way=way,
                step=step,
                requests=traffic.requests - before.requests,
                megabytes=(traffic.sent_bytes - before.sent_bytes) / 1e6,
                seconds=time.perf_counter() - start,
            )
            before = Traffic(requests=traffic.requests, sent_bytes=traffic.sent_bytes)
            start = time.perf_counter()
            return taken

        with NWBHDF5IO(file=file, mode="r", load_namespaces=True) as io_:
            nwbfile = io_.read()
            yield figure("open")
            series = nwbfile.processing["ophys"]["DfOverF"].roi_response_series
            trace = series[sorted(series)[len(series) // 2]]
            if not (np.isfinite(trace.data[:, 0]).any() and trace.timestamps[:].size):
                raise ValueError(f"{trace.name} is empty")
            yield figure("one ROI's trace")
            frames = [one.data for name, one in nwbfile.acquisition.items() if name.startswith("two_photon_series_")]
            if frames:
                longest = max(frames, key=len)
                if not longest[len(longest) // 2].any():
                    raise ValueError("the frame is black")
                yield figure("one frame")


def main(arguments: list[str] | None = None) -> int:
    """Run the bench."""
    options = _parser().parse_args(arguments)
    figures: list[Figure] = []
    with _files(options.file) as files:
        for layout, path in files:
            print(f"{layout}: {path.stat().st_size / 1e6:,.0f} MB")
            for way in WAYS if _is_paged(path) else ("blocks",):
                figures += measure(path, layout=layout, way=way)
    print(table(figures))
    if options.json is not None:
        content = [{**asdict(one), "met": one.met} for one in figures]
        options.json.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return 0 if all(one.met for one in figures if one.layout != "without pages") else 1


def table(figures: list[Figure]) -> str:
    """The figures as a Markdown table."""
    lines = ["| file | read in | step | requests | MB | s |", "| --- | --- | --- | ---: | ---: | ---: |"]
    lines += [
        f"| {one.layout} | {one.way} | {one.step} | {one.requests} | {one.megabytes:.1f} | {one.seconds:.1f} |"
        for one in figures
    ]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, help="NWB file to measure; a full-size one is made without it")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser


def _is_paged(path: Path) -> bool:
    with h5py.File(path, "r") as file:
        return bool(file.id.get_create_plist().get_file_space_strategy()[0] == h5py.h5f.FSPACE_STRATEGY_PAGE)


@contextmanager
def _files(given: Path | None) -> Iterator[list[tuple[str, Path]]]:
    """The files to measure, by layout."""
    if given is not None:
        yield [(given.name, given)]
        return
    with tempfile.TemporaryDirectory(prefix="bench_remote_") as name:
        folder = Path(name)
        make_source(folder / "source")
        yield [("as written", convert_to(folder, paged=True)), ("without pages", convert_to(folder, paged=False))]


def convert_to(folder: Path, *, paged: bool) -> Path:
    """Convert `folder/source`, with or without pages; returns the NWB file."""
    from ssc_to_nwb.api.conversion import convert
    from ssc_to_nwb.nwb_file import hdf5_file

    as_is = hdf5_file.file_space
    try:
        if not paged:
            hdf5_file.file_space = lambda _: {}
        result = convert(source=folder / "source", output=folder / f"nwb-{paged}", verify="off")
    finally:
        hdf5_file.file_space = as_is
    if not result.ok:
        raise RuntimeError(str(result.outcomes[0].error))
    return result.outputs[0]


def make_source(root: Path) -> None:
    """A full-size session: the frames of its first plane in full, those of the first trial for the others."""
    from ssc_to_nwb.testing.dataset import write_session
    from ssc_to_nwb.testing.examples import full_size_spec
    from ssc_to_nwb.testing.large_stacks import photon_pool
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
