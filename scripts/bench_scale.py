"""Measures whole runs: sessions at once against one after the other, memory, skipping, small sessions, a Dask cluster.

Each figure is printed beside the bound it is held to, and all of them as JSON. The sources are made up on the way. With
other work on the machine the ratios are of little use; the load average is printed.

    python scripts/bench_scale.py --work-dir /scratch --json scale.json
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

_MB = 2**20


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What was measured, and the bound it is held to."""

    name: str
    value: float
    bound: float
    unit: str
    details: dict[str, float]

    @property
    def ok(self) -> bool:
        """Whether the figure is within its bound."""
        return self.value <= self.bound

    def __str__(self) -> str:
        mark = "ok" if self.ok else "NOT MET"
        details = ", ".join(f"{key} {value:.3g}" for key, value in self.details.items())
        return f"{self.name}: {self.value:.3g} {self.unit} (at most {self.bound:g}): {mark}  [{details}]"


def convert(source: Path, output: Path, **options: Any) -> Any:
    """A run that must succeed."""
    from ssc_to_nwb.api.conversion import convert as api_convert

    result = api_convert(source=source, output=output, **{"memory_mb": 4096.0, **options})
    if not result.ok:
        raise RuntimeError([outcome.error for outcome in result.outcomes if outcome.error])
    return result


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that a call takes, and what it returns."""
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def two_without_raw(folder: Path) -> Figure:
    """Two sessions without raw files, at once and one after the other, one thread each."""
    from ssc_to_nwb.synthetic.dataset import write_session
    from ssc_to_nwb.synthetic.examples import full_size_spec

    source = folder / "without_raw"
    for number in range(2):
        spec = replace(
            full_size_spec(), animal=f"an90003{number}", seed=number, n_trials=200, trials_without_whisker=()
        )
        spec = replace(spec, trial_number_gap_after=())
        write_session(root=source, spec=spec, raw=False, videos=False)
    in_turn, _ = timed(lambda: convert(source, folder / "in_turn", workers=1))
    at_once, _ = timed(lambda: convert(source, folder / "at_once", workers=2))
    return Figure(
        name="two sessions without raw files, at once : in turn",
        value=at_once / in_turn,
        bound=0.65,
        unit="x",
        details={"in_turn_s": in_turn, "at_once_s": at_once},
    )


def two_with_raw(folder: Path, gigabytes: float) -> list[Figure]:
    """Two sessions with raw files, at once and one after the other, two threads in all; and the memory of that run."""
    from ssc_to_nwb.synthetic.large_stacks import large_spec, write_large_stacks

    source = folder / "with_raw"
    for number in range(2):
        spec = replace(large_spec(gigabytes=gigabytes, seed=number), animal=f"an90004{number}")
        write_large_stacks(root=source, gigabytes=gigabytes, spec=spec)
    names = [f"an90004{number}_*" for number in range(2)]
    options = {"workers": 2, "memory_mb": 256.0}
    # Once before it counts, so that the files are in the system's cache for both.
    convert(source, folder / "warm", **options, verify="off")
    in_turn = sum(
        timed(lambda name=name: convert(source, folder / "raw_in_turn", sessions=[name], **options))[0]
        for name in names
    )
    at_once, _ = timed(lambda: convert(source, folder / "raw_at_once", **options))
    peak = peak_memory(source, folder / "raw_memory", memory_mb=options["memory_mb"])
    return [
        Figure(
            name="two sessions with raw files, at once : in turn",
            value=at_once / in_turn,
            bound=1.05,
            unit="x",
            details={"in_turn_s": in_turn, "at_once_s": at_once},
        ),
        Figure(
            name="memory of that run beyond --memory-mb 256",
            value=peak / _MB - options["memory_mb"],
            bound=300.0,
            unit="MB",
            details={"peak_mb": peak / _MB},
        ),
    ]


def many_tiny(folder: Path, count: int) -> list[Figure]:
    """So many tiny sessions, and skipping 500 of them when they are done."""
    from ssc_to_nwb.synthetic.dataset import write_session

    source = folder / "tiny"
    for number in range(count):
        write_session(root=source, spec=_tiny_spec(number), raw=False, videos=False)
    seconds, result = timed(lambda: convert(source, folder / "tiny_nwb", workers=2))
    own = sum(sum(outcome.seconds.values()) for outcome in result.outcomes)
    names = ["an900050_*"]
    skip_seconds, skipped = timed(lambda: convert(source, folder / "tiny_nwb", workers=2, sessions=names))
    return [
        Figure(
            name=f"{count} tiny sessions, each beyond its own work",
            value=1000 * (2 * seconds - own) / count,
            bound=40.0,
            unit="ms",
            details={"wall_s": seconds, "own_work_s": own},
        ),
        Figure(
            name=f"skipping {len(skipped.outcomes)} finished sessions",
            value=skip_seconds,
            bound=5.0,
            unit="s",
            details={},
        ),
    ]


def _tiny_spec(number: int) -> Any:
    from ssc_to_nwb.synthetic.spec import SessionSpec, SubvolumeSpec

    return SessionSpec(
        animal=f"an90005{number // 500}",
        date=date(2010, 1, 1) + timedelta(days=number % 500),
        seed=number,
        n_trials=2,
        trials_without_whisker=(),
        trial_number_gap_after=(),
        subvolumes=(SubvolumeSpec(number=1, planes=(2,), rois_per_plane=2),),
        image_shape=(16, 16),
        arrays=("dff",),
    )


def dask_cluster(folder: Path, count: int) -> Figure:
    """The same sessions by the pool of processes and by a local Dask cluster of two workers."""
    from distributed import LocalCluster

    from ssc_to_nwb.synthetic.dataset import write_session
    from ssc_to_nwb.synthetic.examples import demo_specs

    source = folder / "dask"
    for number in range(count):
        spec = replace(demo_specs()[0], date=date(2013, 1, 1) + timedelta(days=number), seed=number)
        write_session(root=source, spec=spec, raw=False, videos=False)
    pool, _ = timed(lambda: convert(source, folder / "by_pool", workers=2))
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        by_dask, _ = timed(lambda: convert(source, folder / "by_dask", workers=1, dask=address))
    return Figure(
        name=f"{count} sessions by a Dask cluster of two workers : by the pool",
        value=by_dask / pool,
        bound=1.15,
        unit="x",
        details={"pool_s": pool, "dask_s": by_dask},
    )


def peak_memory(source: Path, output: Path, *, memory_mb: float) -> float:
    """The largest memory of a run by the command line, in bytes: of all its processes together.

    Pages that several processes share are counted once (PSS, on Linux), elsewhere once for each.
    """
    import psutil

    def of(process: psutil.Process) -> float:
        try:
            info = process.memory_full_info()
        except psutil.Error:
            return 0.0
        return float(getattr(info, "pss", 0) or info.rss)

    command = [sys.executable, "-m", "ssc_to_nwb.cli.main", "convert", str(source), str(output), "--quiet"]
    run = subprocess.Popen([*command, "--workers", "2", "--memory-mb", str(memory_mb)])
    peak = 0.0
    while run.poll() is None:
        main_process = psutil.Process(run.pid)
        peak = max(peak, sum(map(of, [main_process, *main_process.children(recursive=True)])))
        time.sleep(0.05)
    if run.returncode:
        raise RuntimeError(f"the run ended with status {run.returncode}")
    return peak


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work-dir", type=Path, help="where sources and outputs are put for the time being")
    parser.add_argument("--tiny", type=int, default=1000, help="number of tiny sessions")
    parser.add_argument(
        "--gigabytes", type=float, default=1.0, help="of stacks in each of the two sessions with raw files"
    )
    parser.add_argument("--only", choices=["mat", "raw", "tiny", "dask"], action="append")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    parts: dict[str, Callable[[Path], Any]] = {
        "mat": two_without_raw,
        "raw": lambda folder: two_with_raw(folder, arguments.gigabytes),
        "tiny": lambda folder: many_tiny(folder, arguments.tiny),
        "dask": lambda folder: dask_cluster(folder, 40),
    }
    figures: list[Figure] = []
    for name in arguments.only or parts:
        folder = Path(tempfile.mkdtemp(prefix="bench-scale-", dir=arguments.work_dir))
        try:
            found = parts[name](folder)
        finally:
            shutil.rmtree(folder)
        for figure in found if isinstance(found, list) else [found]:
            print(figure, flush=True)
            figures.append(figure)
    print(f"load average {', '.join(f'{load:.1f}' for load in os.getloadavg())}, {os.cpu_count()} processors")
    if arguments.json:
        arguments.json.write_text(json.dumps([{**asdict(figure), "ok": figure.ok} for figure in figures], indent=1))
    if not all(figure.ok for figure in figures):
        sys.exit(1)


if __name__ == "__main__":
    main()
