"""Processes of this machine: what dies takes nothing else with it, and nothing of the caller's is run in them."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.synchronize import Event
from multiprocessing.util import get_temp_dir
from pathlib import Path

import psutil
import pytest
from patience import PATIENCE_S, wait_until
from tiny_sessions import record_lines, stray_files, write_tiny

from ssc_to_nwb.api.conversion import convert
from ssc_to_nwb.local_processes import LocalProcesses
from ssc_to_nwb.process_start import CONVERSION
from ssc_to_nwb.run.events import RunEvent


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three tiny sessions."""
    root = tmp_path_factory.mktemp("processes")
    write_tiny(root, 3, subvolumes=(), whisker_data=False)
    return root


def killer_of_worker(which: int) -> Callable[[RunEvent], None]:
    """Takes events, and kills the process that does the session of this number as soon as it has begun."""
    killed: list[int] = []

    def on_event(event: RunEvent) -> None:
        wanted = event.session is not None and event.session.endswith(f"_{which + 1:02d}")
        if wanted and event.name == "progress" and not killed:
            killed.append(int(event.fields["worker"].rpartition(":")[2]))
            os.kill(killed[0], signal.SIGKILL)

    return on_event


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_a_killed_process_costs_its_own_session_only(source: Path, tmp_path: Path) -> None:
    killer = killer_of_worker(1)
    result = convert(source=source, output=tmp_path / "nwb", workers=2, verify="off", retry=0, on_event=killer)
    statuses = {outcome.session[-2:]: outcome.status for outcome in result.outcomes}
    assert statuses == {"01": "converted", "02": "failed", "03": "converted"}
    failed = result.outcomes[1].error
    assert failed is not None
    assert failed.kind.identifier == "worker-died"
    assert failed.found == "ended by signal SIGKILL"
    assert sorted(line["status"] for line in record_lines(tmp_path / "nwb")) == ["converted"] * 2 + ["failed"]
    assert stray_files(tmp_path / "nwb") == []
    again = convert(source=source, output=tmp_path / "nwb", workers=2, verify="off")
    assert [outcome.status for outcome in again.outcomes] == ["skipped", "converted", "skipped"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.long)], ids=["TERM", "INT"]
)
@pytest.mark.parametrize("seconds", [0.0, *(pytest.param(moment, marks=pytest.mark.long) for moment in (0.1, 0.3))])
def test_a_signal_to_all_processes_while_they_come_up_leaves_no_traceback(
    source: Path, tmp_path: Path, number: signal.Signals, seconds: float
) -> None:
    output = tmp_path / "nwb"
    events = tmp_path / "events.jsonl"
    command = [sys.executable, "-m", "ssc_to_nwb.cli.main", "convert", str(source), str(output), "--workers", "2"]
    command += ["--events", str(events)]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    # A terminal and `timeout` send it to all. What loads ahead is there before the run has begun.
    wait_until(lambda: events.exists() and "run-started" in events.read_text(), pause_s=0.005)
    at_least = 3 if sys.platform.startswith("linux") else 2
    wait_until(lambda: len(psutil.Process(run.pid).children(recursive=True)) >= at_least, pause_s=0.005)
    time.sleep(seconds)
    os.killpg(run.pid, number)
    stdout, stderr = run.communicate(timeout=PATIENCE_S)
    assert run.returncode == 128 + number
    assert "Traceback" not in stderr
    assert "of 3 sessions done" in stdout


@pytest.mark.long
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are loaded ahead where they are forked")
def test_a_signal_before_the_run_has_begun_leaves_no_process_and_no_output(source: Path, tmp_path: Path) -> None:
    output = tmp_path / "nwb"
    command = [sys.executable, "-m", "ssc_to_nwb.cli.main", "convert", str(source), str(output), "--workers", "2"]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    wait_until(lambda: len(psutil.Process(run.pid).children()) >= 2, pause_s=0.005)
    children = psutil.Process(run.pid).children(recursive=True)
    os.killpg(run.pid, signal.SIGTERM)
    _, stderr = run.communicate(timeout=PATIENCE_S)
    assert run.returncode == 128 + signal.SIGTERM
    assert "Traceback" not in stderr
    wait_until(lambda: not any(child.is_running() for child in children))
    assert not list(output.rglob("*.nwb"))
    assert stray_files(output) == []


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_with_retry_it_costs_nothing(source: Path, tmp_path: Path) -> None:
    events: list[str] = []
    kill = killer_of_worker(2)

    def on_event(event: RunEvent) -> None:
        events.append(event.name)
        kill(event)

    result = convert(source=source, output=tmp_path / "nwb", workers=2, verify="off", retry=1, on_event=on_event)
    assert [outcome.status for outcome in result.outcomes] == ["converted"] * 3
    assert events.count("session-retried") == 1
    lines = [line for line in record_lines(tmp_path / "nwb") if line["session"].endswith("_03")]
    assert [(line["attempt"], line["status"]) for line in lines] == [(1, "failed"), (2, "converted")]


def test_a_failing_session_does_not_stop_the_others_and_leaves_no_process(source: Path, tmp_path: Path) -> None:
    shutil.copytree(source, tmp_path / "source")
    (tmp_path / "source" / "an900010_2013_01_02_session.mat").write_bytes(b"MATLAB 5.0 MAT-file, cut")
    result = convert(source=tmp_path / "source", output=tmp_path / "nwb", workers=2, verify="off")
    statuses = [(outcome.session[-2:], outcome.status) for outcome in result.outcomes]
    assert statuses == [("01", "converted"), ("02", "failed"), ("03", "converted")]
    children = [child for child in psutil.Process().children(recursive=True) if "ssc" in " ".join(child.cmdline())]
    assert not [child for child in children if child.status() != psutil.STATUS_ZOMBIE and _holds(child, tmp_path)]
    error = result.outcomes[1].error
    assert error is not None
    assert error.kind.identifier == "mat-unreadable"
    line = next(line for line in record_lines(tmp_path / "nwb") if line["status"] == "failed")
    assert line["error"]["identifier"] == "mat-unreadable"
    assert "SscError" in line["traceback"]


def _holds(process: psutil.Process, folder: Path) -> bool:
    return any(str(folder) in file.path for file in process.open_files())


def test_a_script_needs_no_guard_around_its_main_part_and_loads_nothing_that_converts(
    source: Path, tmp_path: Path
) -> None:
    """Workers load pynwb and neuroconv; the process that hands out the work waits for them without doing so."""
    heavy = ("pynwb", "hdmf", "neuroconv", "roiextractors", "nwbinspector", "dandi", "matplotlib", "pandas")
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import sys
            from pathlib import Path
            from ssc_to_nwb import convert
            with Path({str(tmp_path / "runs")!r}).open("a") as file:
                file.write("run\\n")
            result = convert(source={str(source)!r}, output={str(tmp_path / "nwb")!r}, workers=2, verify="off")
            print([outcome.status for outcome in result.outcomes])
            print([name for name in {heavy!r} if name in sys.modules])
            """
        )
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    assert done.stdout.splitlines() == [str(["converted"] * 3), "[]"]
    assert (tmp_path / "runs").read_text() == "run\n"


@pytest.mark.long
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere no socket is needed")
def test_a_folder_for_temporary_files_with_a_long_name_does_no_harm(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / ("t" * 100)
    folder.mkdir()
    command = [sys.executable, "-m", "ssc_to_nwb.cli.main", "convert", str(source), str(tmp_path / "nwb"), "--quiet"]
    environment = {**os.environ, "TMPDIR": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_a_process_that_died_while_it_did_nothing_is_replaced() -> None:
    processes = LocalProcesses(1, preloaded=CONVERSION)
    try:
        first = processes.submit(os.getpid).result(PATIENCE_S)
        assert processes.submit(os.getpid).result(PATIENCE_S) == first
        process = psutil.Process(first)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: _has_ended(process))
        assert processes.submit(os.getpid).result(PATIENCE_S) != first
    finally:
        processes.shutdown()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_workers_end_when_the_run_is_killed(source: Path, tmp_path: Path) -> None:
    code = (
        f"from ssc_to_nwb import convert; convert(source={str(source)!r}, output={str(tmp_path / 'nwb')!r}, workers=2)"
    )
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    run = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(temporary)})
    workers = _wait_for(lambda: [child for child in _children(run.pid) if _holds(child, tmp_path)])
    run.kill()
    run.wait()
    wait_until(lambda: all(map(_has_ended, workers)))
    # The socket through which processes were asked for.
    wait_until(lambda: not list(temporary.iterdir()))


def _has_ended(process: psutil.Process) -> bool:
    """Also where nobody has asked for its exit status: not every system's first process asks for that of orphans."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _children(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _wait_for(look: Callable[[], list[psutil.Process]]) -> list[psutil.Process]:
    found: list[psutil.Process] = []

    def some_found() -> bool:
        with suppress(psutil.Error):
            found[:] = look()
        return bool(found)

    wait_until(some_found)
    return found


def test_a_process_that_is_given_up_keeps_no_pipe_open() -> None:
    """Hundreds of sessions that fail would reach the number of files that a program may have open."""
    with LocalProcesses(1, preloaded=CONVERSION, reusable=lambda _: False) as processes:
        numbers = {processes.submit(os.getpid).result(timeout=PATIENCE_S) for _ in range(3)}
        assert len(numbers) == 3
        assert [worker._pipe.closed for worker in processes._workers] == [True] * 3


def test_what_cannot_be_pickled_fails_where_it_is_handed_over() -> None:
    with LocalProcesses(1, preloaded=CONVERSION) as processes, pytest.raises((AttributeError, pickle.PicklingError)):
        processes.submit(lambda: None)


def test_a_failure_is_raised_with_where_it_came_from_and_the_next_work_has_a_process() -> None:
    with LocalProcesses(1, preloaded=CONVERSION) as processes:
        with pytest.raises(FileNotFoundError) as raised:
            processes.submit(os.listdir, "/no/such/folder").result(timeout=PATIENCE_S)
        assert "in _answer" in raised.value.__notes__[0]
        assert processes.submit(os.path.basename, "a/b").result(timeout=PATIENCE_S) == "b"


def test_a_result_that_cannot_be_pickled_is_a_failure_of_the_work() -> None:
    with LocalProcesses(1, preloaded=CONVERSION) as processes, pytest.raises(TypeError, match="pickle"):
        processes.submit(open, os.devnull).result(timeout=PATIENCE_S)


def _hold_a_process(begun: Event) -> None:
    with LocalProcesses(1, preloaded=()) as processes:
        processes.submit(os.getpid).result(timeout=PATIENCE_S)
        begun.set()
        time.sleep(PATIENCE_S)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are forked")
def test_a_run_in_a_process_of_multiprocessing_that_is_killed_leaves_what_that_needs() -> None:
    context = multiprocessing.get_context("forkserver")
    for _ in range(2):
        begun = context.Event()
        run = context.Process(target=_hold_a_process, args=(begun,))
        run.start()
        assert begun.wait(PATIENCE_S)
        assert run.pid is not None
        below = _children(run.pid)
        run.kill()
        run.join()
        wait_until(lambda there=below: all(map(_has_ended, there)))
    assert Path(get_temp_dir()).is_dir()
