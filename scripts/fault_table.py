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
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from ssc_to_nwb.naming import attempt_marker
from ssc_to_nwb.run.marker import read_marker

SESSIONS = 5
# Of all kills, how many go to workers of the local pool, to runs of one session, to runs of several, to Dask's workers.
SHARES = {"worker": 0.74, "run, one session": 0.15, "run, several sessions": 0.05, "Dask worker": 0.06}
# Moments lie between 0 and this after an attempt, or a run, has begun.
_ATTEMPT_SECONDS, _RUN_SECONDS = 1.0, 4.0


@dataclass(kw_only=True)
class Findings:
    """What was found after kills of one kind."""

    kind: str
    kills: int = 0
    killed_at: Counter[str] = field(default_factory=Counter)
    reruns: int = 0
    sessions: int = 0
    whole: int = 0
    stray_files: int = 0
    done_twice: int = 0

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form; `dataclasses.asdict` can't copy a Counter."""
        return {**vars(self), "killed_at": dict(self.killed_at), "ok": self.ok}

    @property
    def ok(self) -> bool:
        """Whether all is as it should be."""
        return self.whole == self.sessions and not self.stray_files and not self.done_twice


def write_source(root: Path, sessions: int = SESSIONS) -> Path:
    """The smallest sessions there can be, with stacks."""
    from ssc_to_nwb.synthetic.dataset import write_session
    from ssc_to_nwb.synthetic.spec import SessionSpec, SubvolumeSpec

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


def examine(output: Path, findings: Findings) -> None:
    """Count what is whole and verified, what is stray, and what was done more than once."""
    import h5py

    from ssc_to_nwb.run.output_state import state_of_output
    from ssc_to_nwb.run.record import read_record
    from ssc_to_nwb.run.recorded import Done
    from ssc_to_nwb.run.settle import unfinished_files

    done: dict[str, list[Done]] = {}
    for line in read_record(output / ".ssc-to-nwb" / "record.jsonl"):
        found = Done.from_line(line, output)
        if found is not None:
            done.setdefault(line["session"], []).append(found)
    for attempts in done.values():
        findings.sessions += 1
        findings.done_twice += len(attempts) - 1
        last = attempts[-1]
        with h5py.File(last.output) as file:
            readable = "acquisition" in file and "trials" in file["intervals"]
        findings.whole += readable and last.verified == "full" and state_of_output(last.output) == last.state
    findings.stray_files += len(list(unfinished_files(output)))
    findings.stray_files += len(list((output / ".ssc-to-nwb" / "attempts").glob("*")))
    findings.stray_files += len([path for path in output.glob("sub-*/*") if path.suffix != ".nwb"])
    findings.stray_files += len(list(output.glob("sub-*/*.nwb"))) - len(done)


def convert(source: Path, output: Path, **options: Any) -> Any:
    """A run as these tests have it: two at once, everything verified."""
    from ssc_to_nwb.api.conversion import convert as api_convert

    return api_convert(source=source, output=output, **{"workers": 2, "memory_mb": 512.0, **options})


def kill_attempts(run: Callable[..., Any], folder: Path, kills: int, rng: random.Random, *, kind: str) -> Findings:
    """Kill processes that do attempts, again and again, in runs that try each session many times."""
    findings = Findings(kind=kind)
    while findings.kills < kills:
        output = folder / f"{kind.replace(' ', '_')}{findings.reruns}"
        assassin = _Assassin(output, kills - findings.kills, rng, findings)
        run(output, retry=kills, on_event=assassin)
        assassin.join()
        _run_to_the_end(partial(run, output), findings)
        examine(output, findings)
    return findings


class _Assassin:
    """Takes events, and kills three of four attempts at some moment after they begin."""

    def __init__(self, output: Path, kills: int, rng: random.Random, findings: Findings) -> None:
        self._output = output
        self._left = kills
        self._rng = rng
        self._findings = findings
        self._lock = threading.Lock()
        self._timers: dict[str, threading.Timer] = {}
        self._stage: dict[str, str] = {}

    def __call__(self, event: Any) -> None:
        if event.name != "progress":
            return
        self._stage[event.session] = event.fields["stage"]
        mark = self._mark(event.session)
        if mark is None or mark["token"] in self._timers:
            return
        spared = self._rng.random() < 0.25
        moment = self._rng.uniform(0, _ATTEMPT_SECONDS)
        timer = threading.Timer(moment, self._kill, (event.session, mark["token"]))
        self._timers[mark["token"]] = timer
        if not spared:
            timer.start()

    def _kill(self, session: str, token: str) -> None:
        mark = self._mark(session)
        with self._lock:
            if self._left <= 0 or mark is None or mark["token"] != token:
                return
            self._left -= 1
            with contextlib.suppress(ProcessLookupError):
                os.kill(mark["pid"], signal.SIGKILL)
                self._findings.kills += 1
                stage = "putting in place" if mark["prepared"] else self._stage.get(session, "begin")
                self._findings.killed_at[stage] += 1

    def _mark(self, session: str) -> dict[str, Any] | None:
        return read_marker(attempt_marker(self._output, session))

    def join(self) -> None:
        """Wait for what is still to come."""
        for timer in self._timers.values():
            timer.cancel()


def kill_runs(run: Callable[..., Any], folder: Path, kills: int, rng: random.Random, *, kind: str) -> Findings:
    """Kill whole runs at random moments, four in a row at most, and let the next one come to its end."""
    findings = Findings(kind=kind)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ssc_to_nwb.converter.session_file", "ssc_to_nwb.run.runner"])
    while findings.kills < kills:
        output = folder / f"{kind.replace(' ', '_')}{findings.reruns}"
        for _ in range(4):
            process = context.Process(target=run, args=(output,))
            process.start()
            process.join(rng.uniform(0, _ATTEMPT_SECONDS if "one" in kind else _RUN_SECONDS))
            findings.reruns += 1
            if findings.kills < kills and process.pid is not None and process.is_alive():
                os.kill(process.pid, signal.SIGKILL)
                findings.kills += 1
                findings.killed_at["any"] += 1
            process.join()
        _run_to_the_end(partial(run, output), findings)
        examine(output, findings)
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
        findings = [
            kill_attempts(several, folder, counts["worker"], rng, kind="worker"),
            kill_runs(partial(convert, one), folder, counts["run, one session"], rng, kind="run, one session"),
            kill_runs(several, folder, counts["run, several sessions"], rng, kind="run, several sessions"),
        ]
        if dask:
            with dask_cluster(workers=2) as address:
                run = partial(several, dask=address, workers=1)
                findings.append(kill_attempts(run, folder, counts["Dask worker"], rng, kind="Dask worker"))
    return findings


def table(findings: list[Findings]) -> str:
    """The findings as a Markdown table, with a line of sums."""
    rows = [
        "| SIGKILL of | kills | runs | sessions | whole and verified | stray files | done twice |",
        "| --- | --: | --: | --: | --: | --: | --: |",
    ]
    for one in findings:
        numbers = (one.kills, one.reruns, one.sessions, one.whole, one.stray_files, one.done_twice)
        rows.append(f"| {one.kind} | " + " | ".join(map(str, numbers)) + " |")
    names = ("kills", "reruns", "sessions", "whole", "stray_files", "done_twice")
    sums = (str(sum(getattr(one, name) for one in findings)) for name in names)
    rows.append("| all | " + " | ".join(sums) + " |")
    return "\n".join(rows)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-dask", action="store_true")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    start = time.monotonic()
    findings = cause_faults(kills=arguments.kills, seed=arguments.seed, dask=not arguments.no_dask)
    print(table(findings))
    moments: Counter[str] = sum((one.killed_at for one in findings), Counter())
    print("killed while:", ", ".join(f"{stage} {count}" for stage, count in moments.most_common()))
    print(f"seed {arguments.seed}, {time.monotonic() - start:.0f} s")
    if arguments.json:
        arguments.json.write_text(json.dumps([one.as_dict() for one in findings], indent=1))
    if not all(one.ok for one in findings):
        sys.exit(1)


if __name__ == "__main__":
    main()
