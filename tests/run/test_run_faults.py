"""Faults that are really caused: what is left is whole or nothing, it is said, and the next run puts it right."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from converting import convert as convert_in_this_process
from large_stacks import write_large_stacks
from patience import PATIENCE_S, wait_until
from tiny_sessions import record_lines, stray_files, write_tiny

from ssc_to_nwb.api import conversion
from ssc_to_nwb.api.conversion import ConversionInterrupted, ConversionResult
from ssc_to_nwb.api.planning import plan
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.run.events import RunEvent

# What is verified is shown elsewhere.
convert = partial(conversion.convert, verify="off")
# Where it is neither raw files nor processes either.
convert_here = partial(convert_in_this_process, verify="off", raw="skip")
FIRST, SECOND = (f"an900010_2013_01_0{day}" for day in (1, 2))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two tiny sessions with stacks and little else."""
    root = tmp_path_factory.mktemp("faults")
    write_tiny(root, 2, raw=True, whisker_data=False)
    return root


@pytest.fixture
def source(made: Path, tmp_path: Path) -> Path:
    """A copy of the sessions that may be harmed."""
    shutil.copytree(made, tmp_path / "source")
    return tmp_path / "source"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Where the NWB files go."""
    return tmp_path / "nwb"


def statuses(result: ConversionResult) -> list[str]:
    """Each session's status, or the identifier of what it failed of."""
    return [outcome.error.kind.identifier if outcome.error else outcome.status for outcome in result.outcomes]


def at(session: str, stage: str, action: Callable[[], object]) -> Callable[[RunEvent], None]:
    """Takes events, and acts once when a session reaches a stage."""
    done: list[bool] = []

    def on_event(event: RunEvent) -> None:
        reached = event.session == session and (event.name == stage or event.fields.get("stage") == stage)
        if reached and not done:
            done.append(True)
            action()

    return on_event


def test_a_full_disk_costs_the_sessions_that_have_no_room(source: Path, mounted: Callable[..., Path]) -> None:
    # The first session finds the 24 MB that a file is not begun without, and leaves less than that.
    disk = mounted("-t", "tmpfs", "-o", "size=25100k", "tmpfs")
    first = convert(source=source, output=disk / "nwb", workers=1, ignore_space=True)
    assert statuses(first) == ["converted", "disk-full"]
    assert stray_files(disk / "nwb") == []
    subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
    again = convert(source=source, output=disk / "nwb", workers=1, ignore_space=True)
    assert statuses(again) == ["skipped", "converted"]


@pytest.mark.long
def test_a_disk_that_fills_up_while_frames_are_written_brings_nothing_down(
    tmp_path: Path, mounted: Callable[..., Path]
) -> None:
    write_large_stacks(root=tmp_path / "large", gigabytes=0.11, planes=1)
    disk = mounted("-t", "tmpfs", "-o", "size=40m", "tmpfs")
    result = convert(source=tmp_path / "large", output=disk / "nwb", ignore_space=True)
    assert statuses(result) == ["disk-full"]
    assert "write" in result.outcomes[0].seconds
    assert stray_files(disk / "nwb") == []
    subprocess.run(["mount", "-o", "remount,size=200m", str(disk)], check=True)
    assert statuses(convert(source=tmp_path / "large", output=disk / "nwb", verify="sample")) == ["converted"]


def test_a_disk_too_small_is_seen_before_any_work(source: Path, mounted: Callable[..., Path]) -> None:
    disk = mounted("-t", "tmpfs", "-o", "size=30m", "tmpfs")
    planned = plan(source=source, output=disk / "nwb")
    assert planned.room.short
    assert not planned.ok
    with pytest.raises(SscError) as caught:
        convert(source=source, output=disk / "nwb")
    assert caught.value.problem.kind.identifier == "space-short"
    assert not list((disk / "nwb").glob("sub-*"))
    assert convert(source=source, output=disk / "nwb", ignore_space=True, sessions=[FIRST]).ok


def test_an_output_folder_that_goes_away_ends_in_failures_not_in_a_crash(source: Path, output: Path) -> None:
    result = convert(
        source=source, output=output, workers=1, on_event=at(FIRST, "session-finished", lambda: shutil.rmtree(output))
    )
    assert statuses(result)[0] == "converted"
    assert set(statuses(result)[1:]) <= {
        "run-over",
        "record-unwritable",
        "output-not-writable",
        "cluster-sees-no-files",
    }
    assert not list(output.rglob("*.nwb"))
    again = convert(source=source, output=output, workers=1)
    assert set(statuses(again)) <= {"converted", "skipped"}
    assert stray_files(output) == []


@pytest.mark.parametrize("what", [pytest.param("the session file", marks=pytest.mark.long), "a stack"])
def test_a_source_that_changes_while_it_is_converted_gives_no_file(source: Path, output: Path, what: str) -> None:
    mat = source / f"{FIRST}_session.mat"
    path = mat if what == "the session file" else next((source / FIRST).rglob("*main_001.tif"))
    touch = at(FIRST, "read", lambda: os.utime(path, ns=(1, 1)))
    result = convert(source=mat, output=output, retry=0, on_event=touch)
    assert statuses(result) == ["source-changed-meanwhile"]
    assert str(result.outcomes[0].error and result.outcomes[0].error.found).endswith("another time of change")
    assert stray_files(output) == []
    assert not list(output.rglob("*.nwb"))
    assert statuses(convert(source=mat, output=output)) == ["converted"]


def test_a_source_is_never_written_to(made: Path, output: Path, mounted: Callable[..., Path]) -> None:
    readonly = mounted("--bind", str(made))
    subprocess.run(["mount", "-o", "remount,bind,ro", str(readonly)], check=True)
    before = {path: path.stat().st_mtime_ns for path in made.rglob("*")}
    result = convert(source=readonly / f"{FIRST}_session.mat", output=output, verify="full")
    assert statuses(result) == ["converted"]
    assert {path: path.stat().st_mtime_ns for path in made.rglob("*")} == before


def test_a_record_that_can_not_be_written_stops_the_run_before_any_work(source: Path, output: Path) -> None:
    (output / ".ssc-to-nwb" / "record.jsonl").mkdir(parents=True)
    with pytest.raises(SscError) as caught:
        convert(source=source, output=output)
    assert caught.value.problem.kind.identifier == "record-unwritable"
    assert not list(output.rglob("*.nwb"))


def test_a_record_lost_on_the_way_is_reported_and_made_up_for(source: Path, output: Path) -> None:
    record = output / ".ssc-to-nwb" / "record.jsonl"
    result = convert(source=source / f"{FIRST}_session.mat", output=output, on_event=at(FIRST, "read", record.unlink))
    # Nothing is put in place that the record does not know: no later run could say whose it is.
    assert statuses(result) == ["record-unwritable"]
    assert not list(output.rglob("*.nwb"))
    assert stray_files(output) == []
    assert statuses(convert(source=source / f"{FIRST}_session.mat", output=output)) == ["converted"]


def test_a_clock_set_back_changes_nothing(source: Path, output: Path) -> None:
    mat = source / f"{FIRST}_session.mat"
    os.utime(mat, (4e9, 4e9))
    assert statuses(convert_here(source=mat, output=output)) == ["converted"]

    record = output / ".ssc-to-nwb" / "record.jsonl"
    record.write_text(
        record.read_text().replace('"started": "20', '"started": "30').replace('"finished": "20', '"finished": "30')
    )
    os.utime(mat, (1e9, 1e9))
    assert statuses(convert_here(source=mat, output=output)) == ["converted"]
    first, second = record_lines(output)
    assert second["started"] < first["started"]
    # The later line counts, whatever its time says.
    assert statuses(convert_here(source=mat, output=output)) == ["skipped"]


def test_a_second_run_says_so_and_leaves(source: Path, output: Path) -> None:
    caught: list[SscError] = []

    def second_run() -> None:
        with pytest.raises(SscError) as info:
            convert(source=source, output=output)
        caught.append(info.value)

    mat = source / f"{FIRST}_session.mat"
    result = convert(source=mat, output=output, on_event=at(FIRST, "read", second_run))
    assert statuses(result) == ["converted"]
    assert [failure.problem.kind.identifier for failure in caught] == ["output-in-use"]


def unfinished(output: Path, line: dict[str, Any]) -> None:
    """Undo the last step of a run: the recorded file has not got its name yet."""
    token, final = line["output"]["token"], output / line["output"]["path"]
    for path in (final, output / ".ssc-to-nwb" / f"{final.stem}.ledger.json"):
        path.rename(path.with_name(f".{path.name}.{token}.in-progress"))


def test_a_file_that_was_recorded_is_put_in_place_by_the_next_run(source: Path, output: Path) -> None:
    mat = source / f"{FIRST}_session.mat"
    convert_here(source=mat, output=output)
    (line,) = record_lines(output)
    before = next(output.rglob("*.nwb")).stat()
    unfinished(output, line)
    assert not list(output.rglob("sub-*.nwb"))
    assert statuses(convert_here(source=mat, output=output)) == ["skipped"]
    after = next(output.rglob("*.nwb")).stat()
    assert (after.st_ino, after.st_size, after.st_mtime_ns) == (before.st_ino, before.st_size, before.st_mtime_ns)
    assert record_lines(output) == [line]
    assert stray_files(output) == []


def test_a_recorded_file_that_is_not_as_it_was_is_not_put_in_place(source: Path, output: Path) -> None:
    mat = source / f"{FIRST}_session.mat"
    convert_here(source=mat, output=output)
    (line,) = record_lines(output)
    unfinished(output, line)
    half = next((output / "sub-an900010").glob(".*.in-progress"))
    os.truncate(half, half.stat().st_size // 2)
    assert statuses(convert_here(source=mat, output=output)) == ["converted"]
    assert stray_files(output) == []


def test_what_was_never_recorded_is_removed_and_done_again(source: Path, output: Path) -> None:
    mat = source / f"{FIRST}_session.mat"
    convert_here(source=mat, output=output)
    (line,) = record_lines(output)
    unfinished(output, line)
    (output / ".ssc-to-nwb" / "record.jsonl").unlink()
    (output / "sub-an900010" / ".sub-an900010_ses-20130102.nwb.0123abcd.in-progress").write_bytes(b"half")
    assert statuses(convert_here(source=mat, output=output)) == ["converted"]
    assert len(record_lines(output)) == 1
    assert stray_files(output) == []


@pytest.mark.parametrize("card", ["of another run", pytest.param("gone", marks=pytest.mark.long)])
def test_a_worker_whose_run_is_over_stops_and_leaves_nothing(source: Path, output: Path, card: str) -> None:
    path = output / ".ssc-to-nwb" / "run.json"
    action = path.unlink if card == "gone" else partial(path.write_text, json.dumps({"run": "another"}))
    result = convert(source=source / f"{FIRST}_session.mat", output=output, on_event=at(FIRST, "read", action))
    assert statuses(result) == ["run-over"]
    assert not list(output.rglob("*.nwb"))
    assert stray_files(output) == []


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("sessions", [2, pytest.param(1, marks=pytest.mark.long)], ids=["several", "one"])
@pytest.mark.parametrize(
    ("number", "status"),
    [
        (signal.SIGINT, 130),
        pytest.param(signal.SIGTERM, 143, marks=pytest.mark.long),
        pytest.param(signal.SIGHUP, 129, marks=pytest.mark.long),
    ],
    ids=["INT", "TERM", "HUP"],
)
def test_a_signal_ends_the_run_in_order(
    source: Path, output: Path, number: signal.Signals, status: int, sessions: int
) -> None:
    chosen = source if sessions == 2 else source / f"{FIRST}_session.mat"
    events = output.parent / "events.jsonl"
    command = [sys.executable, "-m", "ssc_to_nwb.cli.main", "convert", str(chosen), str(output), "--workers", "2"]
    command += ["--verify", "off"]
    run = subprocess.Popen(
        [*command, "--events", str(events)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    wait_until(lambda: events.exists() and '"progress"' in events.read_text())
    run.send_signal(number)
    stdout, stderr = run.communicate(timeout=PATIENCE_S)
    assert run.returncode == status, stderr
    assert f"of {sessions} sessions done" in stdout
    assert "interrupted: an900010" in stderr
    assert "Traceback" not in stderr
    assert stray_files(output) == []
    last = json.loads(events.read_text().splitlines()[-1])
    assert (last["event"], last["signal"]) == ("run-finished", number)
    assert convert_in_this_process(source=chosen, output=output, verify="off").ok
    done = [line["session"] for line in record_lines(output) if line["status"] == "converted"]
    assert sorted(done) == [FIRST, SECOND][:sessions]


def test_from_python_an_interrupted_run_raises_with_its_result(source: Path, output: Path) -> None:
    with pytest.raises(ConversionInterrupted) as caught:
        convert(
            source=source / f"{FIRST}_session.mat",
            output=output,
            on_event=at(FIRST, "read", lambda: signal.raise_signal(signal.SIGINT)),
        )
    assert caught.value.signal == signal.SIGINT
    assert statuses(caught.value.result) == ["interrupted"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert stray_files(output) == []
    assert [line["status"] for line in record_lines(output)] == ["interrupted"]


@pytest.mark.long
@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="POSIX signals")
def test_a_hangup_that_the_caller_ignores_is_ignored(source: Path, output: Path) -> None:
    earlier = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        result = convert(
            source=source / f"{FIRST}_session.mat",
            output=output,
            on_event=at(FIRST, "read", lambda: signal.raise_signal(signal.SIGHUP)),
        )
    finally:
        signal.signal(signal.SIGHUP, earlier)
    assert statuses(result) == ["converted"]


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_signal_that_comes_in_a_finalizer_ends_the_run_all_the_same(source: Path, output: Path) -> None:
    class Finalized:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGTERM)

    def collect() -> None:
        Finalized()

    with pytest.raises(ConversionInterrupted) as caught:
        convert(source=source / f"{FIRST}_session.mat", output=output, on_event=at(FIRST, "read", collect))
    assert caught.value.signal == signal.SIGTERM
