"""A finished file is never replaced unasked: other options or metadata are refused, or have no effect and are noted."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from converting import convert
from file_layouts import set_recorded_layout
from made_sessions import row
from tiny_sessions import record_lines, tiny_spec

from ssc_to_nwb import naming, run_files
from ssc_to_nwb.api.planning import PlannedSession, plan
from ssc_to_nwb.cli.main import group
from ssc_to_nwb.nwb_file.results import SessionOutcome
from ssc_to_nwb.problems.model import Problem
from ssc_to_nwb.testing.dataset import write_session
from ssc_to_nwb.testing.spec import StackSpec

SESSION = "an900010_2013_01_01"
COMMON = {"workers": 1, "verify": "off"}
MINE = "subject:\n  age: P9W\n  weight: 21 g\n"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session with stacks, videos and little else, and its NWB file."""
    root = tmp_path_factory.mktemp("finished")
    write_session(root=root / "source", spec=tiny_spec(whisker_data=False))
    assert convert(source=root / "source", output=root / "nwb", **COMMON).ok
    return root


@pytest.fixture
def place(template: Path, tmp_path: Path) -> Path:
    """A copy of the template with all times kept."""
    return Path(shutil.copytree(template, tmp_path / "copy"))


@pytest.fixture
def other(tmp_path: Path) -> Callable[..., Path]:
    """Makes a place with another tiny session, converted with other options."""

    def make(*, raw: bool = True, edit: Any = None, stacks: StackSpec | None = None, **options: Any) -> Path:
        fields = {} if stacks is None else {"stacks": stacks}
        write_session(
            root=tmp_path / "source", spec=tiny_spec(whisker_data=False, **fields), raw=raw, videos=False, edit=edit
        )
        assert again(tmp_path, **options).ok
        return tmp_path

    return make


def again(place: Path, **options: Any) -> SessionOutcome:
    """The outcome of one more run."""
    (outcome,) = convert(source=place / "source", output=place / "nwb", **{**COMMON, **options}).outcomes
    return outcome


def planned(place: Path, **options: Any) -> PlannedSession:
    """What `plan` says with the same options."""
    (session,) = plan(source=place / "source", output=place / "nwb", **{**COMMON, **options}).sessions
    return session


def state(place: Path) -> dict[str, str]:
    """Every file of the output but those that change with each run, by its content."""
    files = (path for path in (place / "nwb").rglob("*") if path.is_file())
    return {
        str(path.relative_to(place)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.name not in ("lock", "workers.lock")
    }


def refused(place: Path, **options: Any) -> Problem:
    """The problem of a run that is refused and changes nothing; `plan` says the same."""
    before = state(place)
    session = planned(place, **options)
    outcome = again(place, **options)
    assert state(place) == before
    assert outcome.error is not None
    assert outcome.error.kind.identifier == "session-would-change"
    assert (session.action, session.problem) == ("refuse", outcome.error)
    return outcome.error


def noted(place: Path, **options: Any) -> str:
    """What a run notes that skips the session and changes nothing; `plan` says the same."""
    before = state(place)
    session = planned(place, **options)
    outcome = again(place, **options)
    assert state(place) == before
    assert (outcome.status, session.action) == ("skipped", "skip")
    (problem,) = outcome.problems
    assert problem.kind.identifier == "session-not-redone"
    assert "--overwrite" in problem.kind.remedy
    assert problem.found == "; ".join(session.notes)
    return problem.found


def redone(place: Path, **options: Any) -> str:
    """What had changed, of a run that does the session again; `plan` says the same."""
    session = planned(place, **options)
    outcome = again(place, **options)
    assert (outcome.status, session.action) == ("converted", "convert")
    (found,) = (one.found for one in outcome.problems if one.kind.identifier == "session-redone")
    assert found == "; ".join(session.why)
    return found


def touch(place: Path) -> None:
    """Change the source: the session file has another time."""
    os.utime(place / "source" / f"{SESSION}_session.mat", ns=(1, 1))


class TestRawFiles:
    """The option --raw."""

    def test_a_file_with_raw_files_is_not_replaced_by_one_without(self, place: Path) -> None:
        problem = refused(place, raw="skip")
        assert problem.found == "option raw: auto then, skip now"
        assert problem.detail == "would lose 2 stacks, 14 side images, 2 videos"
        assert problem.file is not None
        assert Path(problem.file).is_file()

    def test_it_is_where_that_is_asked_for(self, place: Path) -> None:
        assert again(place, raw="skip", overwrite=True).status == "converted"
        assert not list((place / "nwb").rglob("*.mp4"))
        assert again(place, raw="skip").status == "skipped"

    def test_nor_where_the_source_has_changed_as_well(self, place: Path) -> None:
        touch(place)
        problem = refused(place, raw="skip")
        assert problem.found == (
            f"option raw: auto then, skip now; source file {SESSION}_session.mat: another time of change"
        )
        assert "would lose 2 stacks, 14 side images, 2 videos" in (problem.detail or "")

    @pytest.mark.long
    def test_nor_where_the_file_is_damaged(self, place: Path) -> None:
        nwb = next((place / "nwb").rglob("*.nwb"))
        os.truncate(nwb, nwb.stat().st_size // 2)
        assert "would lose raw files" in (refused(place, raw="skip").detail or "")
        assert redone(place) == "the NWB file is damaged"

    def test_more_content_is_not_put_in_unasked_either(self, other: Callable[..., Path]) -> None:
        place = other()
        assert again(place, raw="skip", overwrite=True).ok
        problem = refused(place)
        assert problem.found == "option raw: skip then, auto now"
        assert problem.detail == "would gain 2 stacks, 14 side images"

    @pytest.mark.long
    def test_raw_files_that_arrive_are_a_change_of_the_source(self, other: Callable[..., Path]) -> None:
        place = other(raw=False)
        write_session(root=place / "more", spec=tiny_spec(whisker_data=False), videos=False)
        shutil.move(place / "more" / SESSION, place / "source" / SESSION)
        assert "appeared" in redone(place)

    @pytest.mark.long
    @pytest.mark.parametrize(("then", "now"), [("auto", "skip"), ("skip", "auto")])
    def test_without_raw_files_the_option_has_no_effect(self, other: Callable[..., Path], then: str, now: str) -> None:
        place = other(raw=False)
        assert again(place, raw=then, overwrite=True).ok
        assert noted(place, raw=now) == f"option raw: {then} then, {now} now"

    def test_all_files_are_required_and_there(self, place: Path) -> None:
        assert noted(place, raw="require") == "option raw: auto then, require now"

    def test_all_files_are_required_and_one_was_missing(self, other: Callable[..., Path]) -> None:
        place = other(stacks=StackSpec(files_missing=(1,)))
        before = state(place)
        outcome = again(place, raw="require")
        assert outcome.error is not None
        assert outcome.error.kind.identifier == "raw-file-required"
        nwb = next(name for name in before if name.endswith(".nwb"))
        assert state(place)[nwb] == before[nwb]


class TestMetadata:
    """The option --metadata, of a session without raw files."""

    @pytest.fixture(scope="class")
    def without_raw(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        root = tmp_path_factory.mktemp("without_raw")
        write_session(root=root / "source", spec=tiny_spec(subvolumes=(), whisker_data=False), raw=False, videos=False)
        assert convert(source=root / "source", output=root / "nwb", **COMMON).ok
        return root

    @pytest.fixture
    def place(self, without_raw: Path, tmp_path: Path) -> Path:
        return Path(shutil.copytree(without_raw, tmp_path / "copy"))

    @pytest.fixture
    def mine(self, place: Path) -> Path:
        """A metadata file with which the session has been converted."""
        path = place / "mine.yaml"
        path.write_text(MINE)
        assert again(place, metadata_files=[path], overwrite=True).ok
        return path

    def test_values_of_the_first_run_are_not_lost_in_the_second(self, place: Path, mine: Path) -> None:
        problem = refused(place)
        assert problem.found == (
            "metadata subject.age: P9W then, P6W/P8W now; metadata subject.weight: 21 g then, nothing now"
        )
        assert problem.detail == "would lose metadata subject.age, metadata subject.weight"

    @pytest.mark.long
    def test_nor_where_the_source_has_changed_as_well(self, place: Path, mine: Path) -> None:
        touch(place)
        assert "would lose metadata subject.age" in (refused(place).detail or "")

    def test_values_are_not_added_or_replaced_unasked(self, place: Path) -> None:
        path = place / "mine.yaml"
        path.write_text(f"{MINE}imaging:\n  plane_spacing_um: 14\n")
        problem = refused(place, metadata_files=[path])
        assert "metadata subject.age: P6W/P8W then, P9W now" in (problem.found or "")
        assert "metadata imaging.plane_spacing_um: 15.0 then, 14.0 now" in (problem.found or "")
        assert problem.detail == (
            "would lose metadata imaging.plane_spacing_um, metadata subject.age; would gain metadata subject.weight"
        )

    def test_what_changes_nothing_for_the_session_is_no_difference(self, place: Path, mine: Path) -> None:
        mine.write_text(f"# another comment\n{MINE}sessions:\n  an1_2013_01_01:\n    subject:\n      age: P1W\n")
        assert again(place, metadata_files=[mine]).status == "skipped"
        (place / "copy.yaml").write_text(MINE)
        assert again(place, metadata_files=[place / "copy.yaml"]).problems == ()
        mine.write_text(f"{MINE}dandiset:\n  name: another\n")
        assert again(place, metadata_files=[mine]).problems == ()

    def test_metadata_that_another_version_brings_along_are_noted(self, place: Path) -> None:
        record = run_files.run_record(place / "nwb")
        (line,) = record_lines(place / "nwb")
        line["inputs"]["metadata"]["session"] = "as an earlier version had it"
        record.write_text(json.dumps(line) + "\n")
        assert noted(place) == "metadata, section session, that come with ssc_to_nwb"

    def test_an_option_of_earlier_versions_has_no_say(self, place: Path) -> None:
        record = run_files.run_record(place / "nwb")
        (line,) = record_lines(place / "nwb")
        line["inputs"]["options"]["backend"] = "hdf5"
        record.write_text(json.dumps(line) + "\n")
        outcome = again(place)
        assert (outcome.status, outcome.problems) == ("skipped", ())


class TestOtherOptions:
    """Options that say what becomes of damaged files and unknown fields, and how arrays are stored."""

    @pytest.mark.parametrize(
        ("option", "text"),
        [
            ({"compression": "none"}, "option compression: fast then, none now"),
            ({"chunk_mb": 1.0}, "option chunk_mb: 2.0 then, 1.0 now"),
        ],
    )
    def test_without_effect_on_the_contents_they_are_noted(self, place: Path, option: Any, text: str) -> None:
        assert noted(place, **option) == text

    @pytest.mark.parametrize("option", ["keep_going", "allow_unmapped"])
    def test_what_nothing_came_of_is_no_difference(self, place: Path, option: str) -> None:
        outcome = again(place, **{option: True})
        assert (outcome.status, outcome.problems) == ("skipped", ())

    def test_a_confirmed_file_keeps_what_it_was_made_with(self, place: Path) -> None:
        outcome = again(place, compression="none", rehash=True)
        assert outcome.status == "skipped"
        assert [problem.found for problem in outcome.problems] == ["option compression: fast then, none now"]
        first, last = record_lines(place / "nwb")
        assert last["status"] == "confirmed"
        assert {**last["inputs"], "source": ""} == {**first["inputs"], "source": ""}
        assert noted(place, compression="none") == "option compression: fast then, none now"
        assert again(place).problems == ()

    def test_gaps_for_damaged_files_stay_until_that_is_asked_for(self, other: Callable[..., Path]) -> None:
        place = other(stacks=StackSpec(files_not_tif=(1,)), keep_going=True, verify="full")
        found = refused(place).found or ""
        assert found.startswith("option keep_going: True then, False now (would stop at")
        # A confirmation knows it still.
        next((place / "nwb").rglob("*.nwb")).touch()
        assert again(place, keep_going=True, verify="full").status == "skipped"
        assert record_lines(place / "nwb")[-1]["status"] == "confirmed"
        assert (refused(place).found or "") == found

    @pytest.mark.long
    def test_unknown_fields_that_were_kept_are_not_lost(self, other: Callable[..., Path]) -> None:
        place = other(raw=False, edit=lambda s: s.update(mood=row(1), weather=row(2)), allow_unmapped=True)
        problem = refused(place)
        assert problem.found == "option allow_unmapped: True then, False now"
        assert problem.detail == "would lose 2 unmapped fields"

    @pytest.mark.long
    def test_a_higher_level_of_verification_is_another_conversion(self, other: Callable[..., Path]) -> None:
        place = other()
        assert redone(place, verify="full") == "verification: off then, full now"
        assert again(place, verify="sample").problems == ()

    @pytest.mark.long
    def test_a_higher_level_is_no_way_around(self, other: Callable[..., Path]) -> None:
        place = other()
        assert "would lose 2 stacks" in (refused(place, raw="skip", verify="full").detail or "")


class TestOtherVersions:
    """Files of another version of this program."""

    def test_another_version_alone_is_noted(self, place: Path) -> None:
        record = run_files.run_record(place / "nwb")
        record.write_text(record.read_text().replace('"version": "', '"version": "0.0.0-before-'))
        assert noted(place).startswith("version of ssc_to_nwb: 0.0.0-before-")

    @pytest.mark.parametrize("layout", [None, 1])
    def test_an_older_layout_is_noted(self, place: Path, layout: int | None) -> None:
        assert [line["file_layout"] for line in record_lines(place / "nwb")] == [naming.FILE_LAYOUT]
        set_recorded_layout(place / "nwb", layout)
        assert noted(place) == f"layout of the file: 1 then, {naming.FILE_LAYOUT} now"

    def test_a_file_of_an_older_layout_is_written_again_where_its_source_changed(self, place: Path) -> None:
        set_recorded_layout(place / "nwb", None)
        touch(place)
        assert redone(place) == (
            f"source file {SESSION}_session.mat: another time of change; "
            f"layout of the file: 1 then, {naming.FILE_LAYOUT} now"
        )
        assert record_lines(place / "nwb")[-1]["file_layout"] == naming.FILE_LAYOUT
        assert again(place).problems == ()

    def test_nor_does_an_older_layout_lose_its_raw_files(self, place: Path) -> None:
        set_recorded_layout(place / "nwb", None)
        assert "would lose 2 stacks" in (refused(place, raw="skip").detail or "")


class TestBeside:
    """What is written beside a finished file."""

    def test_a_stub_never_replaces_a_whole_file(self, place: Path) -> None:
        before = state(place)
        assert again(place, stub=True, overwrite=True).status == "converted"
        after = state(place)
        assert {name: after[name] for name in before if not name.endswith(".jsonl")} == {
            name: digest for name, digest in before.items() if not name.endswith(".jsonl")
        }
        assert again(place).status == "skipped"


def test_on_the_command_line_it_is_a_failure_that_says_what_would_be_lost(place: Path) -> None:
    arguments = [str(place / "source"), str(place / "nwb"), "--raw", "skip"]
    for command in ("convert", "plan"):
        result = CliRunner().invoke(group, [command, *arguments])
        assert result.exit_code == 1
        assert "would lose 2 stacks, 14 side images, 2 videos" in result.output
        assert "--overwrite" in result.output


def test_on_the_command_line_a_note_is_seen(place: Path) -> None:
    arguments = [str(place / "source"), str(place / "nwb"), "--compression", "none", "--verify", "off"]
    for command in ("convert", "plan"):
        result = CliRunner().invoke(group, [command, *arguments])
        assert result.exit_code == 0
        assert "option compression: fast then, none now" in result.output
