"""Measures whole runs: sessions at once against one after the other, memory, skipping, small sessions, a Dask cluster.

    python scripts/bench_scale.py --folder /scratch --json scale.json

The sources are made up on the way. With other work on the machine the ratios are of little use; the load average is
printed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench_figures import Figure, convert_peak_mb, convert_seconds, finish, parser

# Tiny sessions: so many are the first animal's, and are those that are skipped.
_FIRST_ANIMAL, _PER_ANIMAL = "an900050", 500


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
    peak_mb = convert_peak_mb(source, output, memory_mb=memory_mb)
    return Figure(
        name=f"memory of two sessions {what} beyond `--memory-mb {memory_mb:g}`",
        value=peak_mb - memory_mb,
        unit="MB",
        limit=300.0,
        how=f"{peak_mb:.0f} MB",
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
            limit=0.65,
            unit="x",
            how=f"{at_once:.1f} s : {in_turn:.1f} s",
        ),
        memory_figure("without raw files", source, folder / "memory", memory_mb=1024.0),
    ]


def two_with_raw(folder: Path, gigabytes: float) -> list[Figure]:
    """Two sessions with raw files, at once and one after the other, two threads in all; and the memory of that run."""
    from large_stacks import large_spec, write_large_stacks

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
            limit=1.05,
            unit="x",
            how=f"{at_once:.1f} s : {in_turn:.1f} s",
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
    skip_seconds = convert_seconds(source, folder / "tiny_nwb", "--session", f"{_FIRST_ANIMAL}_*")
    return [
        Figure(
            name=f"{count} tiny sessions, each beyond its own work",
            value=1000 * (2 * seconds - own) / count,
            limit=40.0,
            unit="ms",
            how=f"{seconds:.1f} s with two processes; their own work {own:.1f} s",
        ),
        Figure(
            name=f"skipping {min(count, _PER_ANIMAL)} finished sessions, by the command line",
            value=skip_seconds,
            limit=5.0,
            unit="s",
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
        limit=1.15,
        unit="x",
        how=f"{by_dask:.1f} s : {pool:.1f} s",
    )


def main() -> int:
    """Run from the command line."""
    options = parser(__doc__)
    options.add_argument("--tiny", type=int, default=1000, help="number of tiny sessions")
    options.add_argument(
        "--gigabytes", type=float, default=1.0, help="of stacks in each of the two sessions with raw files"
    )
    options.add_argument("--trials", type=int, default=200, help="of each of the two sessions without raw files")
    options.add_argument("--sessions", type=int, default=40, help="number of sessions for the Dask cluster")
    options.add_argument("--only", choices=["mat", "raw", "tiny", "dask"], action="append")
    arguments = options.parse_args()
    parts: dict[str, Callable[[Path], list[Figure]]] = {
        "mat": lambda folder: two_without_raw(folder, arguments.trials),
        "raw": lambda folder: two_with_raw(folder, arguments.gigabytes),
        "tiny": lambda folder: many_tiny(folder, arguments.tiny),
        "dask": lambda folder: [dask_cluster(folder, arguments.sessions)],
    }
    figures: list[Figure] = []
    for part in arguments.only or parts:
        with tempfile.TemporaryDirectory(prefix="bench_scale_", dir=arguments.folder) as name:
            figures += parts[part](Path(name))
    return finish(figures, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
