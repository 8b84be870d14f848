"""Measures the conversion of imaging stacks against copying the same files, and against neuroconv's own tif interface.

    python scripts/bench_raw.py                  # 2 GB and 8 GB of made-up stacks, about 30 GB of disk for a while
    python scripts/bench_raw.py --quick          # 0.6 GB, without the figure for memory at four times the size
    python scripts/bench_raw.py --source FOLDER  # a session of yours with its stacks

Times are taken in turns, as disks and processors have their moods; figures are medians of the ratios of the rounds.
Imports are not counted. What is written is flushed to disk before a clock is stopped, on both sides. What the session
takes without its stacks is measured too and taken off: it does not grow with them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench_figures import MB, Figure, convert_peak_mb, finish, median_figure, parser, python, say

WORKERS = 2
MEMORY_MB = 1000.0
Round = dict[str, Any]

_MAKE = """
from large_stacks import write_large_stacks
write_large_stacks(root=Path({root}), gigabytes={gigabytes})
print(json.dumps(None))
"""

# Seconds of the stages; bytes of the frames in the file.
_CONVERT = """
import h5py
from ssc_to_nwb import convert
(outcome,) = convert(source={source}, output={output}, workers={workers}, raw={raw}).outcomes
if not outcome.ok:
    raise SystemExit(outcome.error)
with h5py.File(outcome.output) as file:
    frames = [group["data"] for name, group in file["acquisition"].items() if name.startswith("two_photon")]
    stored = sum(data.id.get_storage_size() for data in frames)
print(json.dumps({{"seconds": outcome.seconds, "stored": stored}}))
"""

_NEUROCONV = """
import os, h5py
from neuroconv.datainterfaces import TiffImagingInterface
interface = TiffImagingInterface(file_paths=[{path}], sampling_frequency=7.0)
metadata = interface.get_metadata()
metadata["NWBFile"]["session_start_time"] = "2013-03-08T15:45:46-05:00"
start = time.perf_counter()
interface.run_conversion(nwbfile_path={output}, metadata=metadata)
with open({output}, "rb+") as file:
    os.fsync(file.fileno())
seconds = time.perf_counter() - start
with h5py.File({output}) as file:
    (series,) = file["acquisition"].values()
    data = series["data"]
    print(json.dumps({{"seconds": seconds, "raw": data.nbytes, "stored": data.id.get_storage_size()}}))
"""


def measure(root: Path, source: Path, *, rounds: int) -> list[Figure]:
    """All figures of one session with stacks."""
    stacks = sorted(source.rglob("*_main_*.tif"))
    raw_bytes = sum(path.stat().st_size for path in stacks)
    turns = [_round(root, source, stacks) for _ in range(rounds)]

    def each(seconds: str, of: str) -> list[float]:
        return [turn[seconds] / turn[of] for turn in turns]

    def rate(seconds: str) -> str:
        return f"{raw_bytes / MB / statistics.median(turn[seconds] for turn in turns):,.0f} MB/s"

    verified = "verified conversion of imaging stacks, against copying and SHA-256 of both, by"
    alone = statistics.median(turn["alone"] for turn in turns)
    size = turns[-1]["stored"] / raw_bytes / turns[-1]["neuroconv_stored"]
    return [
        median_figure(
            f"{verified} one thread", each("hashed_1", "whole"), unit="x", limit=1.0, at_least=True,
            how=f"{rate('whole')}, they {rate('hashed_1')}; {alone:.1f} s of the session alone taken off",
        ),
        median_figure(
            f"{verified} two threads", each("hashed_2", "whole"), unit="x", limit=1.0, at_least=True,
            how=f"they {rate('hashed_2')}",
        ),
        median_figure(
            "writing stacks against copying", each("copied", "written"), unit="x", limit=0.7, at_least=True,
            how=f"{rate('written')}, copying {rate('copied')}",
        ),
        median_figure("verification of stacks against writing them", each("verified", "written"), unit="x", limit=1.3),
        median_figure(
            "writing stacks against neuroconv's `TiffImagingInterface`",
            [turn["neuroconv_ms_per_mb"] / (1000 * turn["written"] / (raw_bytes / MB)) for turn in turns],
            unit="x", limit=11.0, at_least=True, how="it on one of the files",
        ),
        Figure(
            name="size of stacks against neuroconv's file", value=size, unit="x", limit=1.0,
            how=f"{raw_bytes / turns[-1]['stored']:.2f} times smaller than the pixels",
        ),
    ]  # fmt: skip


def memory(root: Path, source: Path, *, gigabytes: float) -> list[Figure]:
    """Peak memory of a verified run, and that of four times the stacks; removes `source`."""
    peak_mb = convert_peak_mb(source, root / "nwb", memory_mb=MEMORY_MB)
    shutil.rmtree(root / "nwb")
    shutil.rmtree(source)
    say(f"making {4 * gigabytes:g} GB of stacks and converting them, for their peak memory")
    python(_MAKE, root=root / "large", gigabytes=4 * gigabytes)
    large_mb = convert_peak_mb(root / "large", root / "nwb", memory_mb=MEMORY_MB)
    return [
        Figure(
            name="peak memory at four times the stacks, verified, all processes", value=large_mb / peak_mb, unit="x",
            limit=1.1, how=f"{peak_mb:.0f} MB for {gigabytes:g} GB, {large_mb:.0f} MB for {4 * gigabytes:g} GB",
        ),
    ]  # fmt: skip


def _round(root: Path, source: Path, stacks: Sequence[Path]) -> Round:
    """Copy the stacks, convert them, and one file as neuroconv, each with no unwritten pages left of another."""
    say("copying, converting, and one file with neuroconv")
    taken: Round = {}
    for path in stacks:
        with path.open("rb", buffering=0) as file:
            while file.read(2**22):
                pass
    taken["copied"] = copy(stacks, root / "copy", threads=1, hashed=False)
    taken["hashed_1"] = copy(stacks, root / "copy", threads=1, hashed=True)
    taken["hashed_2"] = copy(stacks, root / "copy", threads=2, hashed=True)
    os.sync()
    alone, _ = _converted(root, source, raw="skip")
    taken["alone"] = sum(alone.values())
    seconds, taken["stored"] = _converted(root, source, raw="require")
    stages = {stage: seconds[stage] - alone[stage] for stage in seconds}
    taken |= {"whole": sum(stages.values()), "written": stages["read"] + stages["write"], "verified": stages["verify"]}
    os.sync()
    theirs = python(_NEUROCONV, path=stacks[0], output=root / "theirs.nwb")
    (root / "theirs.nwb").unlink()
    taken["neuroconv_ms_per_mb"] = 1000 * theirs["seconds"] / (theirs["raw"] / MB)
    taken["neuroconv_stored"] = theirs["stored"] / theirs["raw"]
    return taken


def _converted(root: Path, source: Path, *, raw: str) -> tuple[dict[str, float], int]:
    """Seconds of the stages of a conversion, with or without the stacks, and bytes of its frames in the file."""
    converted = python(_CONVERT, source=source, output=root / "nwb", workers=WORKERS, raw=raw)
    shutil.rmtree(root / "nwb")
    return converted["seconds"], converted["stored"]


def copy(paths: Sequence[Path], target: Path, *, threads: int, hashed: bool) -> float:
    """Seconds to copy files into a new folder, flush them to disk, and take SHA-256 of both where asked."""

    def one(numbered: tuple[int, Path]) -> None:
        number, path = numbered
        made = target / f"{number}.tif"
        shutil.copyfile(path, made)
        with made.open("rb+") as file:
            os.fsync(file.fileno())
        if hashed and sha256(path) != sha256(made):
            raise SystemExit(f"{made} is not {path}")

    os.sync()
    target.mkdir()
    start = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, enumerate(paths)))
    seconds = time.perf_counter() - start
    shutil.rmtree(target)
    return seconds


def sha256(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> int:
    """Run the bench."""
    options = parser(__doc__)
    options.add_argument("--quick", action="store_true", help="less data, no memory at four times the size")
    options.add_argument("--source", type=Path, help="folder of one session with stacks; made up where none is given")
    options.add_argument("--rounds", type=int, default=3)
    arguments = options.parse_args()
    gigabytes = 0.6 if arguments.quick else 2.0
    with tempfile.TemporaryDirectory(prefix="bench_raw_", dir=arguments.folder) as name:
        root, source = Path(name), arguments.source
        if source is None:
            source = root / "source"
            say(f"making {gigabytes:g} GB of stacks")
            python(_MAKE, root=source, gigabytes=gigabytes)
        figures = measure(root, source.resolve(), rounds=arguments.rounds)
        if arguments.source is None and not arguments.quick:
            figures += memory(root, source, gigabytes=gigabytes)
    return finish(figures, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
