"""The same run on a Dask cluster: results, records and progress come back, and workers that die are survived."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tiny_sessions import record_lines, stray_files, write_tiny

from ssc_to_nwb.api.conversion import convert
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.run.events import RunEvent
from ssc_to_nwb.testing.spec import SubvolumeSpec

distributed = pytest.importorskip("distributed")

SESSIONS = [f"an900010_2013_01_0{day}" for day in (1, 2, 3)]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A cluster of two workers on this machine, each a process that is started again when it dies."""
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
            mark = tmp_path / ".ssc-to-nwb" / "attempts" / f"{event.session}.json"
            killed.append(json.loads(mark.read_text())["pid"])
            os.kill(killed[0], signal.SIGKILL)

    result = convert(source=source, output=tmp_path, dask=cluster.scheduler_address, workers=1, on_event=kill_once)
    assert killed
    assert [outcome.status for outcome in result.outcomes] == ["converted"] * 3
    assert stray_files(tmp_path) == []
    assert sorted(line["status"] for line in record_lines(tmp_path)) == ["converted"] * 3


@pytest.mark.long
def test_planes_of_a_zarr_session_are_dealt_to_the_workers(
    cluster: Any, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zarr = pytest.importorskip("zarr")
    monkeypatch.setattr("ssc_to_nwb.run.dask_cluster.LARGE_BYTES", 0)
    result = convert(
        source=source, output=tmp_path, dask=cluster.scheduler_address, workers=1, backend="zarr", sessions=SESSIONS[:1]
    )
    assert result.ok, result.outcomes[0].error
    store = zarr.open_consolidated(str(result.outputs[0]))
    assert [key for key, *_ in cluster.scheduler.transition_log if "fill_plane" in str(key)]
    assert store["acquisition/two_photon_series_fov_01002_green/data"][:].any()


def test_without_a_scheduler_it_is_said_so(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ssc_to_nwb.run.dask_cluster._CONNECT_SECONDS", "1s")
    with pytest.raises(SscError) as caught:
        convert(source=source, output=tmp_path, dask="tcp://127.0.0.1:1")
    assert caught.value.problem.kind.identifier == "cluster-unreachable"


def test_without_the_extra_it_is_said_so(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SscError) as caught:
        convert(source=source, output=tmp_path, dask="tcp://127.0.0.1:1")
    assert caught.value.problem.kind.identifier == "extra-not-installed"
    assert "ssc-to-nwb[cluster]" in str(caught.value.problem.expected)


def test_any_executor_of_concurrent_futures_will_do(source: Path, tmp_path: Path) -> None:
    import multiprocessing

    with ProcessPoolExecutor(max_workers=2, mp_context=multiprocessing.get_context("spawn")) as executor:
        result = convert(source=source, output=tmp_path, executor=executor, workers=1, verify="off")
    assert [outcome.status for outcome in result.outcomes] == ["converted"] * 3
    assert os.getpid() not in {line["pid"] for line in record_lines(tmp_path)}
