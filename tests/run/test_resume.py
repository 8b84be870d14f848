"""What was done is not done again; what it depends on is known, and a change is named."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from converting import convert
from tiny_sessions import record_lines, stray_files, write_tiny

from ssc_to_nwb.api.conversion import ConversionResult
from ssc_to_nwb.nwb_file.results import SessionOutcome

SESSION = "an900010_2013_01_01"


@pytest.fixture(scope="module")
def with_stacks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session with stacks and little else, and its NWB file, converted once; tests work on copies."""
    root = tmp_path_factory.mktemp("with_stacks")
    write_tiny(root / "source", raw=True, whisker_data=False)
    assert convert(source=root / "source", output=root / "nwb", workers=1, verify="off").ok
    return root


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of the least that a session may hold, with a folder of raw files where none is."""
    root = tmp_path_factory.mktemp("bare")
    write_tiny(root / "source", subvolumes=(), whisker_data=False)
    (root / "source" / SESSION).mkdir()
    assert convert(source=root / "source", output=root / "nwb", workers=1).ok
    return root


def copied(template: Path, folder: Path) -> Iterator[Path]:
    """A copy of a template with all times kept."""
    shutil.copytree(template, folder)
    # Paths in the record are relative to the output, those of the source are not part of what is compared.
    yield folder
    assert stray_files(folder / "nwb") == []


@pytest.fixture
def place(bare: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of `bare`."""
    yield from copied(bare, tmp_path / "copy")


@pytest.fixture
def place_with_stacks(with_stacks: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of `with_stacks`."""
    yield from copied(with_stacks, tmp_path / "copy")


def again(place: Path, **options: Any) -> ConversionResult:
    """Run the same command once more."""
    return convert(source=place / "source", output=place / "nwb", **{"workers": 1, "verify": "off", **options})


def only(result: ConversionResult) -> SessionOutcome:
    """The outcome of the one session."""
    (outcome,) = result.outcomes
    return outcome


def why(outcome: SessionOutcome) -> str:
    """What the outcome says had changed."""
    found = [problem.found for problem in outcome.problems if problem.kind.identifier == "session-redone"]
    assert len(found) == 1, outcome
    assert found[0] is not None
    return found[0]


def test_a_session_that_was_done_is_skipped(place: Path) -> None:
    before = (place / "nwb").stat().st_mtime_ns, record_lines(place / "nwb")
    outcome = only(again(place))
    assert (outcome.status, outcome.verified) == ("skipped", "full")
    assert outcome.output is not None
    assert outcome.output.is_file()
    assert record_lines(place / "nwb") == before[1]


def test_the_line_of_an_attempt_says_all_about_it(place: Path) -> None:
    (line,) = record_lines(place / "nwb")
    assert (line["session"], line["status"], line["attempt"], line["verified"]) == (SESSION, "converted", 1, "full")
    assert line["inputs"]["source_bytes"] == sum(p.stat().st_size for p in (place / "source").rglob("*") if p.is_file())
    assert (
        line["output_bytes"]
        == line["output"]["state"]["size"]
        == (place / "nwb" / line["output"]["path"]).stat().st_size
    )
    assert set(line["seconds"]) >= {"read", "write", "verify"}
    assert line["source_mb_per_s"] > 0
    assert line["started"] < line["finished"]
    assert line["error"] is None


@pytest.mark.parametrize(
    ("change", "reported"),
    [
        (lambda mat: os.utime(mat, ns=(1, 1)), f"source file {SESSION}_session.mat: another time of change"),
        (
            lambda mat: (mat.parent / SESSION / "notes.txt").write_text("new"),
            f"source file {SESSION}/notes.txt appeared",
        ),
    ],
    ids=["touched", "file added"],
)
def test_a_change_of_the_source_is_named_and_the_session_done_again(place: Path, change: Any, reported: str) -> None:
    change(place / "source" / f"{SESSION}_session.mat")
    check_done_again(place, reported)


def test_a_stack_that_is_gone_is_named_and_the_session_done_again(place_with_stacks: Path) -> None:
    stack = next((place_with_stacks / "source" / SESSION).rglob("*main_001.tif"))
    stack.unlink()
    check_done_again(place_with_stacks, f"source file {stack.relative_to(place_with_stacks / 'source')} is gone")


def check_done_again(place: Path, reported: str) -> None:
    """The session is converted for this reason, which the record has, and then skipped."""
    outcome = only(again(place))
    assert outcome.status == "converted"
    assert why(outcome) == reported
    assert only(again(place)).status == "skipped"
    assert [line["attempt"] for line in record_lines(place / "nwb")] == [1, 2]
    assert record_lines(place / "nwb")[1]["why"] == [reported]


def test_a_change_of_a_file_that_the_metadata_extend_counts_as_well(place: Path) -> None:
    (place / "lab.yaml").write_text("subject: {weight: 20 g}\n")
    extra = place / "extra.yaml"
    extra.write_text("extends: lab.yaml\n")
    assert again(place, metadata_files=[extra], overwrite=True).ok
    assert only(again(place, metadata_files=[extra])).status == "skipped"
    (place / "lab.yaml").write_text("subject: {weight: 21 g}\n")
    failure = only(again(place, metadata_files=[extra])).error
    assert failure is not None
    assert (failure.kind.identifier, failure.found) == (
        "session-would-change",
        "metadata subject.weight: 20 g then, 21 g now",
    )


def test_options_that_leave_the_content_alone_change_nothing(place: Path) -> None:
    assert only(again(place, workers=2, memory_mb=99.0, retry=3)).status == "skipped"


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [("off", "full", "converted"), pytest.param("full", "off", "skipped", marks=pytest.mark.long)],
)
def test_a_session_counts_as_done_if_it_was_verified_as_well_as_asked(
    bare: Path, tmp_path: Path, first: Any, second: Any, status: str
) -> None:
    output = tmp_path / "nwb"
    convert(source=bare / "source", output=output, verify=first)
    outcome = only(convert(source=bare / "source", output=output, verify=second))
    assert outcome.status == status
    if status == "converted":
        assert why(outcome) == "verification: off then, full now"


def test_an_output_that_is_gone_is_made_again(place: Path) -> None:
    only(again(place)).output.unlink()  # type: ignore[union-attr]
    outcome = only(again(place))
    assert (outcome.status, why(outcome)) == ("converted", "the NWB file is gone")


def test_an_output_that_was_cut_short_is_made_again(place: Path) -> None:
    path = only(again(place)).output
    assert path is not None
    os.truncate(path, path.stat().st_size // 2)
    outcome = only(again(place))
    assert (outcome.status, why(outcome)) == ("converted", "the NWB file is damaged")


def test_an_output_that_somebody_has_worked_on_is_not_replaced_unasked(place: Path) -> None:
    import h5py

    path = only(again(place)).output
    assert path is not None
    with h5py.File(path, "a") as file:
        file["/scratch/mine"] = [1, 2, 3]
    outcome = only(again(place))
    assert outcome.error is not None
    assert outcome.error.kind.identifier == "output-changed"
    with h5py.File(path) as file:
        assert "mine" in file["/scratch"]
    assert only(again(place, overwrite=True)).status == "converted"
    with h5py.File(path) as file:
        assert "mine" not in file.get("/scratch", {})


def test_an_output_that_was_copied_is_known_by_its_content(place: Path) -> None:
    path = only(again(place)).output
    assert path is not None
    os.utime(path, ns=(1, 1))
    assert only(again(place)).status == "skipped"
    assert record_lines(place / "nwb")[-1]["status"] == "confirmed"
    assert only(again(place)).status == "skipped"
    assert [line["status"] for line in record_lines(place / "nwb")] == ["converted", "confirmed"]


@pytest.mark.long
def test_an_output_that_was_copied_is_done_again_where_its_source_has_changed(place: Path) -> None:
    path = only(again(place)).output
    assert path is not None
    os.utime(path, ns=(1, 1))
    os.utime(place / "source" / f"{SESSION}_session.mat", ns=(1, 1))
    outcome = only(again(place))
    assert (outcome.status, why(outcome)) == (
        "converted",
        f"source file {SESSION}_session.mat: another time of change",
    )


def test_a_file_that_no_record_knows_is_not_replaced_unasked(place: Path) -> None:
    (place / "nwb" / ".ssc-to-nwb" / "record.jsonl").unlink()
    outcome = only(again(place))
    assert outcome.error is not None
    assert outcome.error.kind.identifier == "output-exists"


@pytest.mark.long
def test_overwrite_does_all_again(place: Path) -> None:
    outcome = only(again(place, overwrite=True))
    assert outcome.status == "converted"
    assert not [problem for problem in outcome.problems if problem.kind.identifier == "session-redone"]


def test_by_content_a_touched_source_changes_nothing(place: Path) -> None:
    mat = place / "source" / f"{SESSION}_session.mat"
    os.utime(mat, ns=(1, 1))
    outcome = only(again(place, rehash=True))
    assert (outcome.status, outcome.verified) == ("skipped", "full")
    assert record_lines(place / "nwb")[-1]["status"] == "confirmed"
    # The confirmation is on record with the new time, so that the next run need not read the files again.
    assert only(again(place)).status == "skipped"


def test_by_content_a_changed_byte_is_found_whatever_the_time_says(place_with_stacks: Path) -> None:
    place = place_with_stacks
    stack = next((place / "source" / SESSION).rglob("*main_001.tif"))
    status = stack.stat()
    content = bytearray(stack.read_bytes())
    content[-1] ^= 1
    stack.write_bytes(content)
    os.utime(stack, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert only(again(place)).status == "skipped"
    outcome = only(again(place, rehash=True))
    assert outcome.status == "converted"
    assert why(outcome) == f"source file {stack.relative_to(place / 'source')}: other content"


def test_when_the_name_changes_with_the_content_the_older_file_goes(place_with_stacks: Path) -> None:
    place = place_with_stacks
    from tiny_sessions import tiny_spec

    from ssc_to_nwb.testing.dataset import write_session

    old = only(again(place)).output
    assert old is not None
    shutil.rmtree(place / "source")
    write_session(root=place / "source", spec=tiny_spec(subvolumes=(), whisker_data=False), raw=False, videos=False)
    outcome = only(again(place))
    assert outcome.status == "converted", outcome.error
    assert outcome.output != old
    assert list((place / "nwb").rglob("*.nwb")) == [outcome.output]


def test_a_stub_and_a_whole_conversion_are_two_things(place: Path) -> None:
    stub = only(again(place, stub=True))
    assert stub.status == "converted"
    assert only(again(place, stub=True)).status == "skipped"
    assert only(again(place)).status == "skipped"


def test_a_record_from_a_later_version_is_no_ground_to_skip(place: Path) -> None:
    record = place / "nwb" / ".ssc-to-nwb" / "record.jsonl"
    record.write_text(record.read_text().replace('"source_files"', '"files_of_the_source"'))
    outcome = only(again(place))
    assert outcome.error is not None
    assert outcome.error.kind.identifier == "output-exists"


@pytest.mark.long
def test_source_changes_are_named_roughly_where_a_record_of_before_has_no_list_of_files(place: Path) -> None:
    record = place / "nwb" / ".ssc-to-nwb" / "record.jsonl"
    (line,) = record_lines(place / "nwb")
    record.write_text(json.dumps({key: value for key, value in line.items() if key != "sources"}) + "\n")
    os.utime(place / "source" / f"{SESSION}_session.mat", ns=(1, 1))
    assert why(only(again(place))) == "source files"
