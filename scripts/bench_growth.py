"""Measures how time and memory grow: per frame with the number of files, per ROI with the number of ROIs.

    python scripts/bench_growth.py
    python scripts/bench_growth.py --rounds 1 --only rois

Files: the same 6,000 frames in 10 tifs of 10 trials and in 1,000 of 1,000, less what the session takes without them.
ROIs: sessions of 100, 2,000 and 8,000 ROIs; compared is what an additional ROI takes above 2,000 and below, so that
what a session takes in any case falls out. Each for reading and writing, for verification, and for the memory of all
processes. Figures are medians of the rounds; 1.00x is flat.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from bench_figures import Figure, convert_peak_mb, finish, median_figure, parser, python, say

FRAMES = 6000
FILES = (10, 1000)
ROIS = (100, 2000, 8000)
MEMORY_MB = 1000.0
FLAT = 1.15
STAGES = {"reading and writing": ("read", "write"), "verification": ("verify",)}

_FILES = """
from dataclasses import replace
from large_stacks import large_spec, write_large_stacks
spec = replace(
    large_spec(gigabytes=0.1, planes=1), n_trials={files}, trial_seconds=({frames} / {files} + 0.5) / 7.0,
    image_shape=(256, 256),
)
write_large_stacks(root=Path({root}), gigabytes=0, spec=spec)
print(json.dumps(None))
"""

_ROIS = """
from dataclasses import replace
from ssc_to_nwb.testing import full_size_spec, write_session
spec = full_size_spec()
share, more = divmod({rois}, sum(len(one.planes) for one in spec.subvolumes))
counts = iter([share + (number < more) for number in range(100)])
subvolumes = tuple(replace(one, rois_per_plane=tuple(next(counts) for _ in one.planes)) for one in spec.subvolumes)
write_session(root=Path({root}), spec=replace(spec, subvolumes=subvolumes), raw=False, videos=False)
print(json.dumps(None))
"""

_CONVERT = """
from ssc_to_nwb import convert
(outcome,) = convert(source={source}, output={output}, workers=2, raw={raw}).outcomes
if not outcome.ok:
    raise SystemExit(outcome.error)
print(json.dumps(outcome.seconds))
"""


def of_files(folder: Path, *, rounds: int) -> list[Figure]:
    """Time of the same frames in many files against few."""
    for files in FILES:
        say(f"making {FRAMES} frames in {files} files")
        python(_FILES, root=folder / str(files), files=files, frames=FRAMES)
    taken = [{files: _frame_seconds(folder, files) for files in FILES} for _ in range(rounds)]
    few, many = FILES
    return [
        median_figure(
            f"time per frame, {many:,} files against {few}: {what}",
            [_sum(one[many], stages) / _sum(one[few], stages) for one in taken],
            unit="x", limit=FLAT, how=f"{FRAMES:,} frames of 256 x 256, two channels",
        )
        for what, stages in STAGES.items()
    ] + [
        _memory(f"memory, {many:,} files against {few}", folder, few, many),
    ]  # fmt: skip


def of_rois(folder: Path, *, rounds: int) -> list[Figure]:
    """Time of an additional ROI in a large session against a small one."""
    for rois in ROIS:
        say(f"making a session of {rois} ROIs")
        python(_ROIS, root=folder / str(rois), rois=rois)
    taken = [{rois: _seconds(folder, rois) for rois in ROIS} for _ in range(rounds)]
    few, some, many = ROIS

    def growth(of: dict[int, float]) -> float:
        return (of[many] - of[some]) / (many - some) / ((of[some] - of[few]) / (some - few))

    peaks = {rois: _peak(folder, rois) for rois in ROIS}
    return [
        median_figure(
            f"time per ROI, up to {many:,} against up to {some:,}: {what}",
            [growth({rois: _sum(one[rois], stages) for rois in ROIS}) for one in taken],
            unit="x", limit=FLAT,
        )
        for what, stages in STAGES.items()
    ] + [
        Figure(
            name=f"memory per ROI, up to {many:,} against up to {some:,}", value=growth(peaks), unit="x", limit=FLAT,
            how=", ".join(f"{peak:,.0f} MB for {rois:,}" for rois, peak in peaks.items()),
        ),
    ]  # fmt: skip


def _frame_seconds(folder: Path, files: int) -> dict[str, float]:
    """Seconds by stage that the frames add to a verified conversion: the session has a trial per file."""
    alone = _seconds(folder, files, raw="skip")
    return {stage: taken - alone.get(stage, 0.0) for stage, taken in _seconds(folder, files).items()}


def _seconds(folder: Path, size: int, *, raw: str = "auto") -> dict[str, float]:
    """Seconds by stage of a verified conversion."""
    seconds: dict[str, float] = python(_CONVERT, source=folder / str(size), output=folder / "nwb", raw=raw)
    shutil.rmtree(folder / "nwb")
    return seconds


def _peak(folder: Path, size: int) -> float:
    peak_mb = convert_peak_mb(folder / str(size), folder / "nwb", memory_mb=MEMORY_MB)
    shutil.rmtree(folder / "nwb")
    return peak_mb


def _memory(name: str, folder: Path, few: int, many: int) -> Figure:
    peaks = {size: _peak(folder, size) for size in (few, many)}
    how = ", ".join(f"{peak:,.0f} MB for {size:,}" for size, peak in peaks.items())
    return Figure(name=name, value=peaks[many] / peaks[few], unit="x", limit=FLAT, how=how)


def _sum(seconds: dict[str, float], stages: tuple[str, ...]) -> float:
    return sum(seconds.get(stage, 0.0) for stage in stages)


def main() -> int:
    """Run the bench."""
    parts = {"files": of_files, "rois": of_rois}
    options = parser(__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only", choices=parts, action="append")
    arguments = options.parse_args()
    figures: list[Figure] = []
    for part in arguments.only or parts:
        with tempfile.TemporaryDirectory(prefix="bench_growth_", dir=arguments.folder) as name:
            figures += parts[part](Path(name), rounds=arguments.rounds)
    return finish(figures, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
