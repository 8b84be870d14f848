"""What happens in a run, as events for a function and as JSON lines in a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny_sessions import write_tiny

from ssc_to_nwb.api.conversion import convert
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.run.events import EventFile, RunEvent

FIRST, SECOND = "an900010_2013_01_01", "an900010_2013_01_02"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sessions with nothing but trials."""
    root = tmp_path_factory.mktemp("events")
    write_tiny(root, 2, subvolumes=(), whisker_data=False)
    return root


def lines(path: Path) -> list[dict[str, object]]:
    """The lines of an events file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_run_reports_from_beginning_to_end(source: Path, tmp_path: Path) -> None:
    events: list[RunEvent] = []
    path = tmp_path / "events.jsonl"
    convert(source=source, output=tmp_path / "nwb", workers=2, verify="off", events=path, on_event=events.append)
    names = [line["event"] for line in lines(path)]
    assert (names[0], names[-1]) == ("run-started", "run-finished")
    started = lines(path)[0]
    assert (started["sessions"], started["to_do"], started["skipped"]) == (2, 2, 0)
    for session in (FIRST, SECOND):
        story = [line["event"] for line in lines(path) if line["session"] == session]
        assert (story[0], story[-1]) == ("session-started", "session-finished")
        assert set(story[1:-1]) <= {"progress"}
        stages = [event.fields["stage"] for event in events if (event.session, event.name) == (session, "progress")]
        assert stages[-1] == "done", "the last step comes before the result"
    finished = next(line for line in lines(path) if line["event"] == "session-finished")
    assert finished["status"] == "converted"
    assert lines(path)[-1]["done"] == 2
    assert {event.name for event in events} == set(names)


def test_a_later_run_adds_to_the_file(source: Path, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    for _ in range(2):
        convert(source=source, output=tmp_path / "nwb", verify="off", events=path, sessions=[FIRST])
    names = [line["event"] for line in lines(path)]
    assert names.count("run-started") == 2
    assert names[-2:] == ["session-skipped", "run-finished"]


def test_progress_of_one_stage_is_not_written_at_every_step(tmp_path: Path) -> None:
    file = EventFile(tmp_path / "events.jsonl")
    for done in range(1000):
        file(RunEvent(name="progress", session="s", fields={"stage": "write", "done_bytes": done}))
    file(RunEvent(name="progress", session="s", fields={"stage": "verify", "done_bytes": 0}))
    file.close()
    stages = [line["stage"] for line in lines(tmp_path / "events.jsonl")]
    assert stages[0] == "write"
    assert stages[-1] == "verify"
    assert len(stages) < 100


def test_a_file_that_can_not_be_opened_is_an_error_before_any_work(source: Path, tmp_path: Path) -> None:
    with pytest.raises(SscError) as caught:
        convert(source=source, output=tmp_path / "nwb", events=tmp_path / "nowhere" / "events.jsonl")
    assert caught.value.problem.kind.identifier == "events-unwritable"
    assert not (tmp_path / "nwb").exists()


def test_what_a_listener_raises_ends_the_run(source: Path, tmp_path: Path) -> None:
    def fail(event: RunEvent) -> None:
        if event.name == "session-started":
            raise LookupError("a defect of the caller's")

    with pytest.raises(LookupError):
        convert(source=source, output=tmp_path / "nwb", verify="off", sessions=[FIRST], on_event=fail)
    # Nothing of it stays in the way of the next run.
    assert convert(source=source, output=tmp_path / "nwb", verify="off", sessions=[FIRST]).ok
