"""Kills workers, whole runs and Dask workers at random moments, and looks at what the next run makes of it.

Prints a table: how many kills of each kind, when they came, and what was found afterwards. Every run verifies what it
writes. The same seed gives the same moments; what a process is doing at a moment depends on the machine.

    python scripts/fault_table.py --kills 200 --seed 1 --json faults.json
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from fault_findings import Findings, examine, table, with_table, work_folder

SESSIONS = 5
# Of all kills, how many go to workers of this machine, to runs of one session, of several, of packed ones that are
# unpacked in another folder, and to Dask's workers.
SHARES = {
    "worker": 0.68,
    "run, one session": 0.15,
    "run, several sessions": 0.05,
    "run, packed sessions": 0.06,
    "Dask worker": 0.06,
}


def write_source(root: Path, sessions: int = SESSIONS) -> Path:
    """The smallest sessions there can be, with stacks."""
    from ssc_to_nwb.testing.dataset import write_session
    from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec

    for number in range(sessions):
        spec = SessionSpec(
            animal="an900020",
            date=date(2013, 1, 1) + timedelta(days=number),
            seed=number,
            n_trials=6,
            trials_without_whisker=(),
            trial_number_gap_after=(),
            subvolumes=(SubvolumeSpec(number=1, planes=(2,), rois_per_plane=2),),
            image_shape=(16, 16),
            arrays=("dff",),
        )
        write_session(root=root, spec=spec, videos=False)
    return root


def convert(source: Path, output: Path, **options: Any) -> Any:
    """A run as these tests have it: two at once, everything verified."""
    from ssc_to_nwb.api.conversion import convert as api_convert

    return api_convert(source=source, output=output, **{"workers": 2, "memory_mb": 512.0, **options})


def packed(source: Path) -> Path:
    """The sessions in one packed file."""
    path = source.with_name("source.tar.gz")
    with tarfile.open(path, "w:gz", compresslevel=1) as file:
        for entry in sorted(source.iterdir()):
            file.add(entry, arcname=entry.name)
    return path


def convert_packed(source: Path, output: Path, **options: Any) -> Any:
    """A run that unpacks beside the output."""
    return convert(source, output, work_dir=work_folder(output), **options)


class Scene(NamedTuple):
    """Where kills take place, and when.

    digests: of the content that each session has where nothing is killed; attempt_seconds, run_seconds: what an attempt
    and a run take then. Moments lie between 0 and these, so that a slow machine is hit at the same stages.
    """

    folder: Path
    rng: random.Random
    digests: dict[str, str]
    attempt_seconds: float
    run_seconds: float

    def output(self, findings: Findings) -> Path:
        """An output folder that was not used yet."""
        return self.folder / f"{findings.kind.replace(' ', '_')}{findings.reruns}"


def kill_attempts(run: Callable[..., Any], scene: Scene, kills: int, *, kind: str) -> Findings:
    """Kill processes that do attempts, again and again, in runs that try each session many times."""
    findings = Findings(kind=kind)
    while findings.kills < kills:
        output = scene.output(findings)
        assassin = _Assassin(output, kills - findings.kills, scene, findings)
        run(output, retry=kills, on_event=assassin)
        assassin.join()
        _run_to_the_end(partial(run, output), findings)
        examine(output, findings, digests=scene.digests)
    return findings


class _Assassin:
    """Takes events, and kills the worker of three of four attempts at some moment after it begins."""

    def __init__(self, output: Path, kills: int, scene: Scene, findings: Findings) -> None:
        self._output = output
        self._left = kills
        self._rng = scene.rng
        self._seconds = scene.attempt_seconds
        self._findings = findings
        self._lock = threading.Lock()
        self._timers: list[threading.Timer] = []
        self._under_way: dict[str, tuple[int, str]] = {}

    def __call__(self, event: Any) -> None:
        if event.name in ("session-finished", "session-retried"):
            self._under_way.pop(event.session, None)
        if event.name != "progress":
            return
        pid = int(event.fields["worker"].rpartition(":")[2])
        is_new = self._under_way.get(event.session, (0, ""))[0] != pid
        self._under_way[event.session] = (pid, event.fields["stage"])
        if is_new and self._rng.random() >= 0.25:
            timer = threading.Timer(self._rng.uniform(0, self._seconds), self._kill, (event.session, pid))
            self._timers.append(timer)
            timer.start()

    def _kill(self, session: str, pid: int) -> None:
        with self._lock:
            now, stage = self._under_way.get(session, (0, ""))
            if self._left <= 0 or now != pid:
                return
            self._left -= 1
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                self._findings.kills += 1
                self._findings.killed_at[stage] += 1

    def join(self) -> None:
        """Wait for what is still to come."""
        for timer in self._timers:
            timer.cancel()


def kill_runs(run: Callable[..., Any], scene: Scene, kills: int, *, kind: str) -> Findings:
    """Kill whole runs at random moments, four in a row at most, and let the next one come to its end."""
    findings = Findings(kind=kind)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ssc_to_nwb.nwb_file.session_file", "ssc_to_nwb.run.runner"])
    while findings.kills < kills:
        output = scene.output(findings)
        for _ in range(4):
            process = context.Process(target=run, args=(output,))
            process.start()
            process.join(scene.rng.uniform(0, scene.run_seconds))
            findings.reruns += 1
            if findings.kills < kills and process.pid is not None and process.is_alive():
                os.kill(process.pid, signal.SIGKILL)
                findings.kills += 1
                findings.killed_at["any"] += 1
            process.join()
        _run_to_the_end(partial(run, output), findings)
        examine(output, findings, digests=scene.digests)
    return findings


def _run_to_the_end(run: Callable[[], Any], findings: Findings) -> None:
    for _ in range(10):
        findings.reruns += 1
        if run().ok:
            return
    raise RuntimeError("the sessions don't get done")


@contextmanager
def dask_cluster(*, workers: int) -> Iterator[str]:
    """A scheduler and so many worker processes, each started again when it dies, as a batch system would; the address.

    Dask's own nanny gives a worker up for good that dies while it comes up.
    """
    from distributed import LocalCluster

    with LocalCluster(n_workers=0, dashboard_address=None, silence_logs=50) as cluster:
        address = cluster.scheduler_address
        command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1"]
        running: dict[int, subprocess.Popen[bytes]] = {}
        over = threading.Event()

        def keep_one(number: int) -> None:
            while not over.is_set():
                running[number] = subprocess.Popen(
                    [*command, "--no-dashboard"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
                running[number].wait()

        threads = [threading.Thread(target=keep_one, args=(number,)) for number in range(workers)]
        for thread in threads:
            thread.start()
        try:
            yield address
        finally:
            over.set()
            for thread in threads:
                while thread.is_alive():  # a worker may have been started meanwhile
                    for process in list(running.values()):
                        process.kill()
                    thread.join(timeout=0.1)


def cause_faults(*, kills: int, seed: int, dask: bool) -> list[Findings]:
    """Kill so many times in all, and say what was found."""
    rng = random.Random(seed)
    counts = {kind: round(share * kills) for kind, share in SHARES.items()}
    if not dask:
        counts["worker"] += counts.pop("Dask worker")
    counts["worker"] += kills - sum(counts.values())
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        source = write_source(folder / "source")
        one = min(source.glob("*.mat"))
        several = partial(convert, source)
        begin = time.monotonic()
        undisturbed = several(folder / "undisturbed").outcomes
        all_of_them = Scene(
            folder=folder,
            rng=rng,
            digests={outcome.session: outcome.digest for outcome in undisturbed},
            attempt_seconds=max(sum(outcome.seconds.values()) for outcome in undisturbed),
            run_seconds=time.monotonic() - begin,
        )
        first = undisturbed[0]
        only_one = all_of_them._replace(digests={first.session: first.digest}, run_seconds=all_of_them.attempt_seconds)
        findings = [
            kill_attempts(several, all_of_them, counts["worker"], kind="worker"),
            kill_runs(partial(convert, one), only_one, counts["run, one session"], kind="run, one session"),
            kill_runs(several, all_of_them, counts["run, several sessions"], kind="run, several sessions"),
            kill_runs(
                partial(convert_packed, packed(source)),
                all_of_them,
                counts["run, packed sessions"],
                kind="run, packed sessions",
            ),
        ]
        if dask:
            with dask_cluster(workers=2) as address:
                run = partial(several, dask=address, workers=1)
                findings.append(kill_attempts(run, all_of_them, counts["Dask worker"], kind="Dask worker"))
    return findings


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-dask", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--page", type=Path, help="write the table between the markers of this page")
    arguments = parser.parse_args()
    start = time.monotonic()
    findings = cause_faults(kills=arguments.kills, seed=arguments.seed, dask=not arguments.no_dask)
    print(table(findings))
    moments: Counter[str] = sum((one.killed_at for one in findings), Counter())
    remark = f"Killed while: {', '.join(f'{stage} {count}' for stage, count in moments.most_common())}; "
    remark += f"seed {arguments.seed}, {time.monotonic() - start:.0f} s."
    print(remark)
    if arguments.page:
        text = arguments.page.read_text(encoding="utf-8")
        arguments.page.write_text(with_table(text, findings, remark), encoding="utf-8")
    if arguments.json:
        arguments.json.write_text(json.dumps([one.as_dict() for one in findings], indent=1))
    if not all(one.ok for one in findings):
        sys.exit(1)


if __name__ == "__main__":
    main()
