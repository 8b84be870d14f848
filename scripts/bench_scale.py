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
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from command_run import peak_memory, run_seconds

_MB = 2**20
# Tiny sessions: so many are the first animal's, and are those that are skipped.
_FIRST_ANIMAL, _PER_ANIMAL = "an900050", 500


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


def memory_figure(what: str, source: Path, output: Path, *, memory_mb: float) -> Figure:
    """The memory of a run beyond what it was given."""
    peak = peak_memory(source, output, memory_mb=memory_mb) / _MB
    return Figure(
        name=f"memory of two sessions {what} beyond --memory-mb {memory_mb:g}",
        value=peak - memory_mb,
        bound=300.0,
        unit="MB",
        details={"peak_mb": peak},
    )


def two_without_raw(folder: Path, trials: int) -> list[Figure]:
    """Two sessions without raw files, at once and one after the other, one thread each; and the memory of that."""
    from ssc_to_nwb.testing.dataset import write_session
    from ssc_to_nwb.testing.examples import full_size_spec

    source = folder / "without_raw"
    for number in range(2):
        spec = replace(
            full_size_spec(), animal=f"an90003{number}", seed=number, n_trials=trials, trials_without_whisker=()
        )
        spec = replace(spec, trial_number_gap_after=())
        write_session(root=source, spec=spec, raw=False, videos=False)
    in_turn, _ = timed(lambda: convert(source, folder / "in_turn", workers=1))
    at_once, _ = timed(lambda: convert(source, folder / "at_once", workers=2))
    return [
        Figure(
            name="two sessions without raw files, at once : in turn",
            value=at_once / in_turn,
            bound=0.65,
            unit="x",
            details={"in_turn_s": in_turn, "at_once_s": at_once},
        ),
        memory_figure("without raw files", source, folder / "memory", memory_mb=1024.0),
    ]


def two_with_raw(folder: Path, gigabytes: float) -> list[Figure]:
    """Two sessions with raw files, at once and one after the other, two threads in all; and the memory of that run."""
    from ssc_to_nwb.testing.large_stacks import large_spec, write_large_stacks

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
    return [
        Figure(
            name="two sessions with raw files, at once : in turn",
            value=at_once / in_turn,
            bound=1.05,
            unit="x",
            details={"in_turn_s": in_turn, "at_once_s": at_once},
        ),
        memory_figure("with raw files", source, folder / "raw_memory", memory_mb=options["memory_mb"]),
    ]


def many_tiny(folder: Path, count: int) -> list[Figure]:
    """So many tiny sessions, and skipping 500 of them when they are done."""
    from ssc_to_nwb.testing.dataset import write_session

    source = folder / "tiny"
    for number in range(count):
        write_session(root=source, spec=_tiny_spec(number), raw=False, videos=False)
    seconds, result = timed(lambda: convert(source, folder / "tiny_nwb", workers=2))
    own = sum(sum(outcome.seconds.values()) for outcome in result.outcomes)
    skip_seconds = run_seconds(source, folder / "tiny_nwb", "--session", f"{_FIRST_ANIMAL}_*")
    return [
        Figure(
            name=f"{count} tiny sessions, each beyond its own work",
            value=1000 * (2 * seconds - own) / count,
            bound=40.0,
            unit="ms",
            details={"wall_s": seconds, "own_work_s": own},
        ),
        Figure(
            name=f"skipping {min(count, _PER_ANIMAL)} finished sessions, by the command line",
            value=skip_seconds,
            bound=5.0,
            unit="s",
            details={},
        ),
    ]


def _tiny_spec(number: int) -> Any:
    from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec

    return SessionSpec(
        animal=_FIRST_ANIMAL if number < _PER_ANIMAL else f"an90006{number // _PER_ANIMAL}",
        date=date(2010, 1, 1) + timedelta(days=number % _PER_ANIMAL),
        seed=number,
        n_trials=2,
        trials_without_whisker=(),
        trial_number_gap_after=(),
        subvolumes=(SubvolumeSpec(number=1, planes=(2,), rois_per_plane=2),),
        image_shape=(16, 16),
        arrays=("dff",),
    )


def dask_cluster(folder: Path, count: int) -> Figure:
    """The same sessions by the pool of processes and by a local Dask cluster of two workers.

    Two sessions go before, on both sides, so that the imports of the workers are not counted.
    """
    from distributed import LocalCluster

    from ssc_to_nwb.testing.dataset import write_session
    from ssc_to_nwb.testing.examples import demo_specs

    source = folder / "dask"
    for number in range(count):
        spec = replace(demo_specs()[0], date=date(2013, 1, 1) + timedelta(days=number), seed=number)
        write_session(root=source, spec=spec, raw=False, videos=False)
    first = ["*_2013_01_0[12]"]
    convert(source, folder / "pool_begins", workers=2, sessions=first)
    pool, _ = timed(lambda: convert(source, folder / "by_pool", workers=2))
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        convert(source, folder / "dask_begins", workers=1, sessions=first, dask=address)
        by_dask, _ = timed(lambda: convert(source, folder / "by_dask", workers=1, dask=address))
    return Figure(
        name=f"{count} sessions by a Dask cluster of two workers : by the pool",
        value=by_dask / pool,
        bound=1.15,
        unit="x",
        details={"pool_s": pool, "dask_s": by_dask},
    )


def table(figures: list[Figure]) -> str:
    """The figures as rows of the table in docs/explanation/speed.md."""
    rows = ["| what | measured | limit |", "| --- | --- | --- |"]
    rows += [f"| {one.name} | {one.value:.3g} {one.unit} | {one.bound:g} {one.unit} |" for one in figures]
    return "\n".join(rows)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work-dir", type=Path, help="where sources and outputs are put for the time being")
    parser.add_argument("--tiny", type=int, default=1000, help="number of tiny sessions")
    parser.add_argument(
        "--gigabytes", type=float, default=1.0, help="of stacks in each of the two sessions with raw files"
    )
    parser.add_argument("--trials", type=int, default=200, help="of each of the two sessions without raw files")
    parser.add_argument("--sessions", type=int, default=40, help="number of sessions for the Dask cluster")
    parser.add_argument("--only", choices=["mat", "raw", "tiny", "dask"], action="append")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    parts: dict[str, Callable[[Path], Any]] = {
        "mat": lambda folder: two_without_raw(folder, arguments.trials),
        "raw": lambda folder: two_with_raw(folder, arguments.gigabytes),
        "tiny": lambda folder: many_tiny(folder, arguments.tiny),
        "dask": lambda folder: dask_cluster(folder, arguments.sessions),
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
    print(table(figures))
    if arguments.json:
        arguments.json.write_text(json.dumps([{**asdict(figure), "ok": figure.ok} for figure in figures], indent=1))
    if not all(figure.ok for figure in figures):
        sys.exit(1)


if __name__ == "__main__":
    main()
