"""Verifying files that exist, from Python: what is found, and what can't be begun or compared."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
from converting import convert
from made_sessions import Converted, problem_raised

from ssc_to_nwb.api.verification import content_digest, read_ledger, verify_sessions
from ssc_to_nwb.run.places import find_converted
from ssc_to_nwb.testing.dataset import write_session
from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec

SMALL = (SubvolumeSpec(number=1, planes=(2,), rois_per_plane=2),)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Source and output of two sessions with raw files."""
    root = tmp_path_factory.mktemp("two")
    for number, animal in enumerate(("an900001", "an900002")):
        spec = SessionSpec(
            animal=animal, seed=number, subvolumes=SMALL, image_shape=(24, 32), arrays=("dff",), n_trials=3
        )
        write_session(root=root / "source", spec=spec, videos=number == 0)
    assert convert(source=root / "source", output=root / "nwb", verify="off").ok
    return root / "source", root / "nwb"


def test_every_session_is_compared(two: tuple[Path, Path]):
    source, output = two
    seen: list[tuple[str, int, int]] = []
    result = verify_sessions(source=source, output=output, on_progress=lambda *step: seen.append(step))
    assert result.ok
    assert [session.session for session in result.sessions] == ["an900001_2013_03_08", "an900002_2013_03_08"]
    assert seen[-1][0] == "an900002_2013_03_08"
    assert seen[-1][1] == seen[-1][2] > 0
    assert result.as_dict()["sessions"][0]["report"]["frames"] > 0


def test_sessions_are_chosen_and_the_mode_is_kept(two: tuple[Path, Path]):
    source, output = two
    result = verify_sessions(source=source, output=output, sessions=["*900002*"], mode="sample", workers=1)
    assert [session.session for session in result.sessions] == ["an900002_2013_03_08"]
    assert result.sessions[0].report is not None
    assert result.sessions[0].report.mode == "sample"


def test_one_bad_file_does_not_hide_the_other(two: tuple[Path, Path], tmp_path: Path):
    source, output = two
    copy = Path(shutil.copytree(output, tmp_path / "nwb"))
    bad = find_converted(copy, session="an900001_2013_03_08")
    with h5py.File(bad, "r+") as file:
        file["/intervals/trials/start_time"][0] += 1
    result = verify_sessions(source=source, output=copy)
    assert [session.ok for session in result.sessions] == [False, True]
    assert not result.ok


def test_changed_text_that_is_in_no_source_field_is_found_without_the_record(
    converted_default: Converted, tmp_path: Path
):
    copy = Path(shutil.copytree(converted_default.path.parent.parent, tmp_path / "nwb"))
    (copy / ".ssc-to-nwb/record.jsonl").unlink()
    with h5py.File(find_converted(copy, session="an900001_2013_03_08"), "r+") as file:
        file["/intervals/trials/start_time"].attrs["description"] = "Start of the trial, in minutes."
    report = verify_sessions(source=converted_default.made.root, output=copy).sessions[0].report
    assert report is not None
    assert [(problem.kind.identifier, problem.field) for problem in report.problems] == [
        ("verify-attribute-differs", "/intervals/trials/start_time")
    ]


def _not_whole(times: h5py.Dataset) -> Iterator[tuple[h5py.Dataset, int]]:
    """Time stamps that are no whole milliseconds: the source gives those back up to rounding only."""
    milliseconds = times[:] * 1000
    yield from ((times, int(at)) for at in np.flatnonzero(np.abs(milliseconds - np.round(milliseconds)) > 1e-6))


def test_a_change_within_what_rounding_allows_is_found_by_the_record(converted_default: Converted, tmp_path: Path):
    source, output = converted_default.made.root, converted_default.path.parent.parent
    copy = Path(shutil.copytree(output, tmp_path / "nwb"))
    with h5py.File(find_converted(copy, session="an900001_2013_03_08"), "r+") as file:
        found: list[tuple[h5py.Dataset, int]] = []
        file.visititems(lambda name, item: found.extend(_not_whole(item)) if name.endswith("timestamps") else None)
        times, at = found[0]
        times[at] = np.nextafter(times[at], np.inf)
    report = verify_sessions(source=source, output=copy).sessions[0].report
    assert report is not None
    assert [problem.kind.identifier for problem in report.problems] == ["verify-content-changed"]
    assert converted_default.outcome.digest in str(report.problems[0].expected)
    (copy / ".ssc-to-nwb/record.jsonl").unlink()
    assert verify_sessions(source=source, output=copy).ok


def test_source_that_changed_since_is_found_by_its_hash(two: tuple[Path, Path], tmp_path: Path):
    source, output = two
    copy = Path(shutil.copytree(source, tmp_path / "source"))
    # A page that no frame index names may change without any frame being another.
    video = sorted(copy.rglob("*.mp4"))[0]
    video.write_bytes(video.read_bytes() + b"\0")
    result = verify_sessions(source=copy, output=output, sessions=["*900001*"])
    assert result.sessions[0].report is not None
    fields = {problem.field for problem in result.sessions[0].report.problems}
    assert "/processing/source/source_files/sha256" in fields


def test_session_without_a_file_is_named(two: tuple[Path, Path], tmp_path: Path):
    source, _ = two
    result = verify_sessions(source=source, output=tmp_path)
    kinds = [session.error.kind.identifier for session in result.sessions if session.error is not None]
    assert kinds == ["verify-output-missing"] * 2


def test_a_pipe_in_place_of_the_file_is_not_waited_for(two: tuple[Path, Path], tmp_path: Path):
    pipe = tmp_path / "sub-an900001" / "sub-an900001_ses-20130308_ophys.nwb"
    pipe.parent.mkdir()
    os.mkfifo(pipe)
    with problem_raised() as found:
        verify_sessions(source=two[0], output=pipe)
    assert (found[0].kind.identifier, found[0].found) == ("verify-output-missing", "a named pipe (FIFO)")


def test_stub_is_refused(converted_stub: Converted):
    result = verify_sessions(source=converted_stub.made.root, output=converted_stub.path)
    assert result.sessions[0].error is not None
    assert result.sessions[0].error.kind.identifier == "verify-stub"


def test_file_converted_without_raw_files_is_compared_without_them(two: tuple[Path, Path], tmp_path: Path):
    source, _ = two
    assert convert(source=source, output=tmp_path, raw="skip", verify="off", sessions=["an900001_2013_03_08"]).ok
    result = verify_sessions(source=source / "an900001_2013_03_08_session.mat", output=tmp_path)
    assert result.ok
    assert [session.report.frames_total for session in result.sessions if session.report] == [0]


def test_packed_session_is_unpacked_for_the_comparison(two: tuple[Path, Path], tmp_path: Path):
    source, output = two
    packed = tmp_path / "packed"
    packed.mkdir()
    shutil.make_archive(str(packed / "sessions"), "zip", source)
    work = tmp_path / "work"
    work.mkdir()
    result = verify_sessions(source=packed / "sessions.zip", output=output, sessions=["*900002*"], work_dir=work)
    assert result.ok, result.as_dict()
    assert list(work.iterdir()) == []


def test_source_that_can_not_be_read_is_an_error_of_its_session(two: tuple[Path, Path], tmp_path: Path):
    source, output = two
    copy = Path(shutil.copytree(source, tmp_path / "source"))
    (copy / "an900001_2013_03_08_session.mat").write_bytes(b"no mat file")
    result = verify_sessions(source=copy, output=output)
    first, second = result.sessions
    assert first.error is not None
    assert first.error.kind.identifier == "mat-unreadable"
    assert second.ok


def test_missing_source_can_not_be_begun(tmp_path: Path):
    with problem_raised() as problems:
        verify_sessions(source=tmp_path / "none", output=tmp_path)
    assert problems[0].kind.identifier == "source-missing"


def test_two_files_of_one_session_are_not_chosen_between(two: tuple[Path, Path], tmp_path: Path):
    copy = Path(shutil.copytree(two[1], tmp_path / "nwb"))
    path = find_converted(copy, session="an900001_2013_03_08")
    shutil.copyfile(path, path.with_name(path.name.replace("_behavior", "_again")))
    with problem_raised() as problems:
        find_converted(copy, session="an900001_2013_03_08")
    assert problems[0].kind.identifier == "verify-output-missing"
    assert "again" in str(problems[0].found)


def test_ledger_and_digest_of_a_file(converted_default: Converted):
    assert read_ledger(file=converted_default.path).session == "an900001_2013_03_08"
    assert content_digest(file=converted_default.path) == converted_default.outcome.digest


class TestOneFile:
    """`output` is an NWB file: its own session is compared, and no other."""

    def test_only_its_session_is_compared(self, two: tuple[Path, Path]) -> None:
        source, output = two
        for session in ("an900001_2013_03_08", "an900002_2013_03_08"):
            result = verify_sessions(source=source, output=find_converted(output, session=session), mode="sample")
            assert [one.session for one in result.sessions] == [session]
            assert result.ok

    def test_the_file_knows_its_session_whatever_it_is_called(self, two: tuple[Path, Path], tmp_path: Path) -> None:
        source, output = two
        other = find_converted(output, session="an900001_2013_03_08").name
        copy = tmp_path / other
        shutil.copyfile(find_converted(output, session="an900002_2013_03_08"), copy)
        result = verify_sessions(source=source, output=copy, mode="sample")
        assert [one.session for one in result.sessions] == ["an900002_2013_03_08"]
        assert result.ok

    def test_a_damaged_file_is_known_by_its_name(self, two: tuple[Path, Path], tmp_path: Path) -> None:
        source, output = two
        copy = Path(shutil.copytree(output, tmp_path / "nwb"))
        bad = find_converted(copy, session="an900002_2013_03_08")
        bad.write_bytes(b"no NWB file")
        (session,) = verify_sessions(source=source, output=bad).sessions
        assert (session.session, session.error and session.error.kind.identifier) == (
            "an900002_2013_03_08",
            "verify-unreadable",
        )

    def test_a_file_of_another_source_is_named(self, two: tuple[Path, Path]) -> None:
        source, output = two
        with problem_raised() as problems:
            verify_sessions(
                source=source,
                output=find_converted(output, session="an900001_2013_03_08"),
                sessions=["an900002*"],
            )
        assert problems[0].kind.identifier == "verify-source-missing"
        assert problems[0].expected == "an900001_2013_03_08"
        assert problems[0].found == "an900002_2013_03_08"
