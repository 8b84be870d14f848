"""What the archive tests share beside their fixtures: names, waits, and how to see whether all arrived."""

from __future__ import annotations

from pathlib import Path

from ssc_to_nwb.options.archive import RetryPolicy

QUICK = RetryPolicy(attempts=6, first_wait_s=0.01, longest_wait_s=0.05, jitter=0.0)
NWB = "sub-an1/sub-an1_ses-20130308_behavior+image.nwb"
VIDEO_FOLDER = NWB.removesuffix(".nwb")
VIDEOS = {trial: bytes((trial * 7 + at) % 251 for at in range(size)) for trial, size in ((2, 3500), (3, 1200))}
"""Content of each trial's video."""


def local_assets(output: Path) -> dict[str, bytes]:
    """The assets of an output folder by path."""
    files = [*output.rglob("*.nwb"), *output.rglob("*.mp4")]
    return {file.relative_to(output).as_posix(): file.read_bytes() for file in files if file.is_file()}
