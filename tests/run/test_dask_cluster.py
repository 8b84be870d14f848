"""The same run on a Dask cluster: results, records and progress come back, and workers that die are survived."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from patience import wait_until
from tiny_sessions import record_lines, stray_files, write_tiny

from ssc_to_nwb.api.conversion import convert
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.run.events import RunEvent
from ssc_to_nwb.run.job import SessionJob
from ssc_to_nwb.run.output import RunCard
from ssc_to_nwb.testing.spec import SubvolumeSpec

pytestmark = pytest.mark.skipif(find_spec("distributed") is None, reason="needs distributed")

SESSIONS = [f"an900010_2013_01_0{day}" for day in (1, 2, 3)]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A cluster of two workers on this machine, each a process that is started again when it dies."""
    import distributed

    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three tiny sessions with stacks of two planes."""
    root = tmp_path_factory.mktemp("dask")
    write_tiny(root, 3, raw=True, subvolumes=(SubvolumeSpec(number=1, planes=(2, 3), rois_per_plane=2),))
    return root


@pytest.mark.long
def test_sessions_are_converted_by_the_cluster(cluster: Any, source: Path, tmp_path: Path) -> None:
    events: list[RunEvent] = []
    result = convert(source=source, output=tmp_path, dask=cluster.scheduler_address, workers=1, on_event=events.append)
    assert [(outcome.status, outcome.verified) for outcome in result.outcomes] == [("converted", "full")] * 3
    workers = {line["pid"] for line in record_lines(tmp_path)}
    assert os.getpid() not in workers
    assert {event.session for event in events if event.name == "progress"} == set(SESSIONS)
    assert stray_files(tmp_path) == []
    again = convert(source=source, output=tmp_path, workers=1)
    assert [outcome.status for outcome in again.outcomes] == ["skipped"] * 3


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_a_worker_that_dies_is_survived(cluster: Any, source: Path, tmp_path: Path) -> None:
    killed: list[int] = []

    def kill_once(event: RunEvent) -> None:
        if event.name == "progress" and event.fields["stage"] == "read" and not killed:
            killed.append(int(event.fields["worker"].rpartition(":")[2]))
            os.kill(killed[0], signal.SIGKILL)

    result = convert(source=source, output=tmp_path, dask=cluster.scheduler_address, workers=1, on_event=kill_once)
    assert killed
    assert [outcome.status for outcome in result.outcomes] == ["converted"] * 3
    assert stray_files(tmp_path) == []
    assert sorted(line["status"] for line in record_lines(tmp_path)) == ["converted"] * 3


def test_without_a_scheduler_it_is_said_so(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ssc_to_nwb.run.workers._CONNECT_SECONDS", 0.1)
    with pytest.raises(SscError) as caught:
        convert(source=source, output=tmp_path, dask="tcp://127.0.0.1:1")
    assert caught.value.problem.kind.identifier == "cluster-unreachable"


def test_without_the_extra_it_is_said_so(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SscError) as caught:
        convert(source=source, output=tmp_path, dask="tcp://127.0.0.1:1")
    assert caught.value.problem.kind.identifier == "extra-not-installed"
    assert "ssc-to-nwb[cluster]" in str(caught.value.problem.expected)


@pytest.mark.long
def test_any_executor_of_concurrent_futures_will_do(source: Path, tmp_path: Path) -> None:
    import multiprocessing

    with ProcessPoolExecutor(max_workers=2, mp_context=multiprocessing.get_context("spawn")) as executor:
        result = convert(source=source, output=tmp_path, executor=executor, workers=1, verify="off")
    assert [outcome.status for outcome in result.outcomes] == ["converted"] * 3
    assert os.getpid() not in {line["pid"] for line in record_lines(tmp_path)}


@pytest.mark.long
def test_a_worker_with_another_version_is_named(
    cluster: Any, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ssc_to_nwb.run.workers.__version__", "9.9.9")
    result = convert(
        source=source, output=tmp_path, dask=cluster.scheduler_address, workers=1, sessions=SESSIONS[:1], retry=1
    )
    (failure,) = [outcome.error for outcome in result.outcomes]
    assert failure is not None
    assert (failure.kind.identifier, failure.expected) == ("worker-version-differs", "9.9.9")
    assert not list(tmp_path.rglob("*.nwb"))


@pytest.mark.long
def test_a_worker_that_does_not_see_the_output_is_named(
    cluster: Any, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pickle
    from dataclasses import replace

    from ssc_to_nwb.run import workers

    dumps = pickle.dumps

    def elsewhere(handed: tuple[SessionJob, RunCard]) -> bytes:
        job, card = handed
        return dumps((replace(job, output=tmp_path / "elsewhere"), card))

    monkeypatch.setattr(workers.pickle, "dumps", elsewhere)
    result = convert(source=source, output=tmp_path / "nwb", dask=cluster.scheduler_address, workers=1)
    assert {outcome.error.kind.identifier for outcome in result.outcomes} == {"cluster-sees-no-files"}


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_a_scheduler_that_dies_ends_the_run_with_one_line_for_each_session(
    source: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    file = tmp_path / "scheduler.json"
    scheduler = subprocess.Popen([*command, "--no-dashboard", "--scheduler-file", str(file)], stderr=subprocess.DEVNULL)
    wait_until(file.exists)
    command = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(file), "--no-dashboard"]
    worker = subprocess.Popen([*command, "--nthreads", "1", "--death-timeout", "600"], stderr=subprocess.DEVNULL)

    def kill_scheduler(event: RunEvent) -> None:
        if event.name == "progress":
            scheduler.kill()

    try:
        address = json.loads(file.read_text())["address"]
        result = convert(source=source, output=tmp_path / "nwb", dask=address, workers=1, on_event=kill_scheduler)
    finally:
        for process in (scheduler, worker):
            process.kill()
            process.wait()
    assert {outcome.error.kind.identifier for outcome in result.outcomes} == {"cluster-unreachable"}
    assert "went away" in str(result.outcomes[0].error)
    assert "Traceback" not in capfd.readouterr().err
    assert stray_files(tmp_path / "nwb") == []
    assert convert(source=source, output=tmp_path / "nwb", workers=1, verify="off").ok
