"""Measures the conversion of raw data against copying the same files, and against neuroconv's own tif interface.

Every figure is a ratio of two measurements of one run, taken in turns, as disks and processors have their moods:

    python scripts/bench_raw.py                  # 2 GB and 8 GB of made-up stacks, about 30 GB of disk for a while
    python scripts/bench_raw.py --quick          # 0.6 GB, without the figure for memory at four times the size
    python scripts/bench_raw.py --json raw.json  # the figures as JSON as well

Imports are not counted. What is written is flushed to disk before a clock is stopped, on both sides.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MB = 1e6


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured, what came out, what it is held against."""

    name: str
    value: float
    unit: str
    limit: float
    at_most: bool
    detail: str

    @property
    def met(self) -> bool:
        """Whether the limit is kept."""
        return self.value <= self.limit if self.at_most else self.value >= self.limit


def main() -> int:
    """Run the bench; exit status 1 where a limit is not met."""
    arguments = _arguments()
    if arguments.child:
        print(json.dumps(CHILDREN[arguments.child](*arguments.child_arguments)))
        return 0
    with tempfile.TemporaryDirectory(prefix="bench_raw_", dir=arguments.folder) as name:
        figures = bench(Path(name), quick=arguments.quick, repeats=arguments.repeats, workers=arguments.workers)
    machine = machine_kind()
    print(table(figures, machine))
    if arguments.json is not None:
        content = {"machine": machine, "figures": [{**asdict(figure), "met": figure.met} for figure in figures]}
        arguments.json.write_text(json.dumps(content, indent=2) + "\n")
    return 0 if all(figure.met for figure in figures) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--quick", action="store_true", help="less data, and no figure for memory at four times the size"
    )
    parser.add_argument("--repeats", type=int, default=5, help="turns of copying and converting (default 5)")
    parser.add_argument("--workers", type=int, default=2, help="threads of the conversion (default 2)")
    parser.add_argument(
        "--folder", type=Path, default=None, help="where to work (default: the system's temporary folder)"
    )
    parser.add_argument("--json", type=Path, default=None, help="write the figures here as well")
    parser.add_argument("--child", choices=list(CHILDREN), help=argparse.SUPPRESS)
    parser.add_argument("child_arguments", nargs="*", help=argparse.SUPPRESS)
    return parser.parse_args()


def bench(root: Path, *, quick: bool, repeats: int, workers: int) -> list[Figure]:
    """All figures, in the order of the table."""
    gigabytes = 0.6 if quick else 2.0
    source = root / "source"
    say(f"making {gigabytes:g} GB of stacks")
    child("make", source, gigabytes)
    stacks = sorted(source.rglob("*_main_*.tif"))
    raw_bytes = sum(path.stat().st_size for path in stacks)
    turns = [_turn(root, source, stacks, workers) for _ in range(repeats)]
    figures = _speed_figures(turns, raw_bytes)
    ours, theirs = turns[-1]["convert"], turns[-1]["neuroconv"]
    their_share, our_share = theirs["stored_bytes"] / theirs["raw_bytes"], ours["stored_bytes"] / raw_bytes
    figures += [
        Figure(
            "size against neuroconv", our_share / their_share, "x", 1.0, True,
            f"raw : stored {1 / our_share:.2f}, neuroconv {1 / their_share:.2f}",
        ),
        Figure("peak memory", ours["peak_mb"], "MB", 600.0, True, f"{gigabytes:g} GB of input"),
    ]  # fmt: skip
    figures.append(_files_figure(root))
    say("validating a session of full size")
    validation = child("validate", root / "full")["seconds"]
    figures.append(Figure("validation of a full-size session", validation, "s", 30.0, True, "beyond the imports"))
    if not quick:
        shutil.rmtree(source)
        figures.append(_memory_figure(root, gigabytes, ours["peak_mb"], workers))
    return figures


def _turn(root: Path, source: Path, stacks: Sequence[Path], workers: int) -> dict[str, Any]:
    """Copy the stacks once and convert them once, each with a clean slate of unwritten pages; one file as neuroconv."""
    say("copying, converting, and one file with neuroconv")
    for path in stacks:
        warm(path)
    os.sync()
    copy_seconds = copy_files(stacks, root / "copy")
    os.sync()
    hashed = {number: copy_and_hash(stacks, root / "copy", workers=number) for number in (1, workers)}
    os.sync()
    converted = child("convert", source, root / "nwb", workers, "full")
    shutil.rmtree(root / "nwb")
    os.sync()
    theirs = child("neuroconv", stacks[0], root / "theirs.nwb")
    (root / "theirs.nwb").unlink()
    return {"copy_seconds": copy_seconds, "hashed": hashed, "convert": converted, "neuroconv": theirs}


def _speed_figures(turns: Sequence[dict[str, Any]], raw_bytes: int) -> list[Figure]:
    ratios = [turn["copy_seconds"] / turn["convert"]["seconds"] for turn in turns]
    copy_rate = statistics.median(raw_bytes / MB / turn["copy_seconds"] for turn in turns)
    rate = statistics.median(raw_bytes / MB / turn["convert"]["seconds"] for turn in turns)
    spread = f"{min(ratios):.2f} to {max(ratios):.2f} in {len(turns)} turns"
    detail = f"{rate:.0f} MB/s, copying {copy_rate:.0f} MB/s; {spread}"
    figures = [Figure("rate against copying", statistics.median(ratios), "x", 0.7, False, detail)]
    their_rates = [turn["neuroconv"]["raw_bytes"] / MB / turn["neuroconv"]["seconds"] for turn in turns]
    against = [
        raw_bytes / MB / turn["convert"]["seconds"] / theirs for turn, theirs in zip(turns, their_rates, strict=True)
    ]
    detail = f"neuroconv's defaults {statistics.median(their_rates):.0f} MB/s, on one of the files"
    figures.append(Figure("rate against neuroconv", statistics.median(against), "x", 25.0, False, detail))
    for number, name in ((1, "one thread"), (max(turns[0]["hashed"]), "two threads")):
        whole = [turn["hashed"][number] / (turn["convert"]["whole_seconds"]) for turn in turns]
        rate = statistics.median(raw_bytes / MB / turn["hashed"][number] for turn in turns)
        figures.append(
            Figure(
                f"with verification, against copying and SHA-256 of both in {name}",
                statistics.median(whole), "x", 1.0, False, f"{rate:.0f} MB/s; {min(whole):.2f} to {max(whole):.2f}",
            )
        )  # fmt: skip
    verify = [turn["convert"]["verify_seconds"] / turn["convert"]["seconds"] for turn in turns]
    if any(verify):
        figures.append(
            Figure("full verification against conversion", statistics.median(verify), "x", 1.3, True, "time")
        )
    return figures


def _memory_figure(root: Path, gigabytes: float, peak_mb: float, workers: int) -> Figure:
    say(f"making {4 * gigabytes:g} GB of stacks and converting them, for their peak memory")
    child("make", root / "large", 4 * gigabytes)
    large = child("convert", root / "large", root / "nwb", workers, "off")
    detail = f"{large['peak_mb']:.0f} MB for {4 * gigabytes:g} GB of input"
    return Figure("peak memory at four times the size", large["peak_mb"] / peak_mb, "x", 1.1, True, detail)


def _files_figure(root: Path) -> Figure:
    """Time per frame of a thousand files against that of ten, the same frames in both."""
    say("the same frames in 10 and in 1,000 files")
    child("split", root / "files")
    times: dict[str, list[float]] = {"10": [], "1000": []}
    for _ in range(5):
        for count, found in times.items():
            found.append(child("stack", root / "files" / count, root / "stack.h5")["seconds"])
    ratio = statistics.median(many / few for few, many in zip(times["10"], times["1000"], strict=True))
    return Figure("time per frame, 1,000 files against 10", ratio, "x", 1.15, True, "2,000 frames of 512 x 512")


def warm(path: Path) -> None:
    """Read a file, so that it lies in the system's cache for both sides."""
    with path.open("rb", buffering=0) as file:
        while file.read(2**22):
            pass


def copy_and_hash(paths: Sequence[Path], target: Path, *, workers: int) -> float:
    """Seconds to copy files into a new folder, flush them to disk, and take SHA-256 of every file and its copy."""
    target.mkdir()

    def one(numbered: tuple[int, Path]) -> None:
        number, path = numbered
        copy = target / f"{number}.tif"
        shutil.copyfile(path, copy)
        digests = set()
        with copy.open("rb+") as file:
            os.fsync(file.fileno())
        for which in (path, copy):
            with which.open("rb", buffering=0) as file:
                digests.add(hashlib.file_digest(file, "sha256").hexdigest())
        if len(digests) > 1:
            raise SystemExit(f"{copy} is not {path}")

    start = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(one, enumerate(paths)))
    seconds = time.perf_counter() - start
    shutil.rmtree(target)
    return seconds


def copy_files(paths: Sequence[Path], target: Path) -> float:
    """Seconds to copy files into a new folder and flush them to disk; the folder is removed again."""
    target.mkdir()
    start = time.perf_counter()
    copies = [target / f"{number}.tif" for number in range(len(paths))]
    for path, copy in zip(paths, copies, strict=True):
        shutil.copyfile(path, copy)
    for copy in copies:
        with copy.open("rb+") as file:
            os.fsync(file.fileno())
    seconds = time.perf_counter() - start
    shutil.rmtree(target)
    return seconds


def child(name: str, *arguments: object) -> dict[str, Any]:
    """Run one measurement in a process of its own, so that its memory is its own."""
    command = [sys.executable, __file__, "--child", name, *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def child_make(root: str, gigabytes: str) -> dict[str, Any]:
    """Write a session of so many GB."""
    from ssc_to_nwb.testing.large_stacks import write_large_stacks

    write_large_stacks(root=Path(root), gigabytes=float(gigabytes))
    return {}


def child_convert(source: str, output: str, workers: str, verify: str) -> dict[str, Any]:
    """Convert a session: seconds of reading and writing, of verifying, peak memory, bytes of the frames in the file."""
    import h5py
    import pynwb  # noqa: F401  so that its import is not counted

    import ssc_to_nwb.nwb_file.session_file  # noqa: F401
    from ssc_to_nwb.api.conversion import convert

    (outcome,) = convert(source=source, output=output, workers=int(workers), verify=verify).outcomes  # type: ignore[arg-type]
    if not outcome.ok or outcome.output is None:
        raise SystemExit(f"the conversion failed: {outcome.error}\n{outcome.traceback}")
    with h5py.File(outcome.output) as file:
        frames = [group["data"] for name, group in file["acquisition"].items() if name.startswith("two_photon")]
        stored = sum(data.id.get_storage_size() for data in frames)
    seconds = outcome.seconds
    return {
        "seconds": seconds["read"] + seconds["write"],
        "verify_seconds": seconds.get("verify", 0.0),
        "whole_seconds": sum(seconds.values()),
        "stored_bytes": stored,
        "peak_mb": peak_mb(),
    }


def child_validate(root: str) -> dict[str, Any]:
    """Validate a converted session of full size, without stacks: seconds beyond the imports."""
    import ssc_to_nwb.validate.one_file  # noqa: F401  so that its imports are not counted
    from ssc_to_nwb import convert, validate_files
    from ssc_to_nwb.testing import full_size_spec, write_session

    write_session(root=Path(root) / "source", spec=full_size_spec(), raw=False, videos=False)
    outputs = convert(source=Path(root) / "source", output=Path(root) / "nwb", verify="off").outputs
    start = time.perf_counter()
    validate_files(paths=outputs)
    return {"seconds": time.perf_counter() - start}


def child_neuroconv(path: str, output: str) -> dict[str, Any]:
    """Convert one tif with neuroconv's own interface and its defaults."""
    import h5py
    from neuroconv.datainterfaces import TiffImagingInterface

    interface = TiffImagingInterface(file_paths=[path], sampling_frequency=7.0)
    metadata = interface.get_metadata()
    metadata["NWBFile"]["session_start_time"] = "2013-03-08T15:45:46-05:00"
    start = time.perf_counter()
    interface.run_conversion(nwbfile_path=output, metadata=metadata)
    with Path(output).open("rb+") as file:
        os.fsync(file.fileno())
    seconds = time.perf_counter() - start
    with h5py.File(output) as file:
        (series,) = file["acquisition"].values()
        data = series["data"]
        return {"seconds": seconds, "raw_bytes": data.nbytes, "stored_bytes": data.id.get_storage_size()}


def child_split(root: str) -> dict[str, Any]:
    """Write the same 2,000 frames into ten files and into a thousand."""
    import numpy as np
    import tifffile

    from ssc_to_nwb.testing.large_stacks import photon_pool

    pool = photon_pool(shape=(512, 512), seed=0).reshape(-1, 512, 512)
    for count in (10, 1000):
        folder = Path(root) / str(count)
        folder.mkdir(parents=True)
        pages = 4000 // count
        for number in range(count):
            chosen = np.arange(number * pages, (number + 1) * pages) % len(pool)
            path = folder / f"main_{number:04d}.tif"
            tifffile.imwrite(path, pool[chosen], photometric="minisblack", metadata=None)
    return {}


def child_stack(folder: str, output: str) -> dict[str, Any]:
    """Index and write all tifs of a folder as one stack: what of a conversion depends on the number of files."""
    import h5py

    from ssc_to_nwb.chunk_shapes import FRAMES_CHUNK_MB, chunk_shape
    from ssc_to_nwb.data_types.imaging_stacks.extractor import SscImagingExtractor
    from ssc_to_nwb.nwb_file.chunk_codec import Compression
    from ssc_to_nwb.nwb_file.chunk_fills import FramesFill
    from ssc_to_nwb.nwb_file.chunk_pipeline import fill_datasets

    paths = sorted(Path(folder).iterdir())
    for path in paths:
        warm(path)
    start = time.perf_counter()
    stack = SscImagingExtractor.from_files(paths).stack
    with h5py.File(output, "w") as file:
        shape = (stack.frame_count, *stack.image_shape[::-1])
        chunks = chunk_shape(shape, stack.dtype, chunk_mb=FRAMES_CHUNK_MB)
        options = Compression.FAST.dataset_options()
        datasets = [file.create_dataset(name, shape, stack.dtype, chunks=chunks, **options) for name in "gr"]
        for _ in fill_datasets([FramesFill(datasets, stack, Compression.FAST)], workers=2, memory_mb=256):
            pass
    seconds = time.perf_counter() - start
    Path(output).unlink()
    return {"seconds": seconds}


CHILDREN = {
    "make": child_make,
    "convert": child_convert,
    "validate": child_validate,
    "neuroconv": child_neuroconv,
    "split": child_split,
    "stack": child_stack,
}


def peak_mb() -> float:
    """Largest resident memory this process has had, in 10^6 bytes."""
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / MB
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MB if sys.platform == "darwin" else peak * 1024 / MB


def machine_kind() -> str:
    """Processor, cores, system and Python, as the table names them."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        processor = names[0] if names else processor
    return f"{processor}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def table(figures: Sequence[Figure], machine: str) -> str:
    """The figures as a table in Markdown."""
    lines = [f"Measured on {machine}.", "", "| what | measured | limit | met | |", "| --- | --- | --- | --- | --- |"]
    for figure in figures:
        value = f"{figure.value:.0f} {figure.unit}" if figure.value >= 100 else f"{figure.value:.2f} {figure.unit}"
        limit = f"at {'most' if figure.at_most else 'least'} {figure.limit:g} {figure.unit}"
        lines.append(f"| {figure.name} | {value} | {limit} | {'yes' if figure.met else 'no'} | {figure.detail} |")
    return "\n".join(lines)


def say(text: str) -> None:
    """Say what is going on, beside the table."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
