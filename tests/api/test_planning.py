"""The plan: what would be done, with nothing left behind."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from converting import convert
from large_stacks import write_large_stacks
from session_variants import ONE_PLANE

from ssc_to_nwb.api.planning import Plan, plan
from ssc_to_nwb.testing.dataset import write_session
from ssc_to_nwb.testing.matlab import MatStruct, row
from ssc_to_nwb.testing.spec import SessionSpec, StackSpec, SubvolumeSpec

ONE = SessionSpec(
    animal="an900011",
    n_trials=3,
    trials_without_whisker=(),
    trial_number_gap_after=(),
    subvolumes=(SubvolumeSpec(number=1, planes=(2, 3), rois_per_plane=3),),
    image_shape=(32, 32),
    stacks=StackSpec(files_missing=(2,)),
)
FIRST, SECOND = "an900011_2013_03_08", "an900012_2013_03_08"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sessions, one of them with raw files, of which one is missing."""
    root = tmp_path_factory.mktemp("plan")
    write_session(root=root, spec=ONE)
    write_session(
        root=root, spec=SessionSpec(animal="an900012", subvolumes=(), whisker_data=False), raw=False, videos=False
    )
    return root


def actions(result: Plan) -> dict[str, str]:
    """What would be done, by session."""
    return {session.session: session.action for session in result.sessions}


def tree(folder: Path) -> list[str]:
    """Everything below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_contents_and_what_is_missing_are_reported(made: Path, tmp_path: Path) -> None:
    result = plan(source=made, output=tmp_path / "nwb")
    assert actions(result) == {FIRST: "convert", SECOND: "convert"}
    contents = result.sessions[0].contents
    assert contents is not None
    assert (contents.trials, contents.planes, contents.rois) == (3, 2, 6)
    assert (contents.raw_present, contents.raw_missing, contents.videos) == (4, 2, 3)
    assert (
        result.sessions[0].source_bytes
        == sum(path.stat().st_size for path in made.rglob(f"{FIRST}*/**/*") if path.is_file())
        + (made / f"{FIRST}_session.mat").stat().st_size
    )
    assert result.ok


def test_nothing_stays_behind(made: Path, tmp_path: Path) -> None:
    before = tree(made)
    plan(source=made, output=tmp_path / "nwb")
    assert tree(tmp_path) == []
    assert tree(made) == before


@pytest.mark.long
def test_size_and_compression_are_about_right_for_frames(tmp_path: Path) -> None:
    write_large_stacks(root=tmp_path / "source", gigabytes=0.1, planes=2)
    planned = plan(source=tmp_path / "source", output=tmp_path / "nwb", workers=2)
    result = convert(source=tmp_path / "source", output=tmp_path / "nwb", verify="off", workers=2)
    assert planned.sample is not None
    assert planned.output_bytes == pytest.approx(result.outcomes[0].output_bytes, rel=0.15)
    assert planned.seconds > 0


def test_what_is_done_and_what_changed_since_is_reported(made: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(made, source)
    place: dict[str, Any] = {"source": source, "output": tmp_path / "nwb", "verify": "off", "raw": "skip"}
    convert(**place)
    assert actions(plan(**place)) == {FIRST: "skip", SECOND: "skip"}
    os.utime(source / f"{FIRST}_session.mat", ns=(1, 1))
    result = plan(**place)
    assert actions(result) == {FIRST: "convert", SECOND: "skip"}
    assert result.sessions[0].why == (f"source file {FIRST}_session.mat: another time of change",)
    # What changes between the plan and the conversion is seen by the conversion.
    os.utime(source / f"{SECOND}_session.mat", ns=(1, 1))
    outcomes = convert(**place, sessions=[SECOND]).outcomes
    assert [outcome.status for outcome in outcomes] == ["converted"]


def test_what_was_done_with_other_options_without_effect_is_noted(made: Path, tmp_path: Path) -> None:
    options = {"keep_going": True, "chunk_mb": 1.0, "allow_unmapped": True, "verify": "off"}
    convert(source=made, output=tmp_path / "nwb", sessions=[SECOND], **options)
    assert actions(plan(source=made, output=tmp_path / "nwb", sessions=[SECOND], **options)) == {SECOND: "skip"}
    (session,) = plan(source=made, output=tmp_path / "nwb", sessions=[SECOND], verify="off").sessions
    assert (session.action, session.why) == ("skip", ())
    assert session.notes == ("option chunk_mb: 1.0 then, 2.0 now",)


def test_a_session_that_cannot_be_read_is_reported_beforehand(made: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(made, source)
    (source / f"{SECOND}_session.mat").write_bytes(b"no mat file")
    result = plan(source=source, output=tmp_path / "nwb")
    assert actions(result) == {FIRST: "convert", SECOND: "refuse"}
    assert result.sessions[1].problem is not None
    assert result.sessions[1].problem.kind.identifier == "mat-unreadable"
    assert not result.ok


def test_what_a_conversion_would_refuse_is_refused_beforehand(tmp_path: Path) -> None:
    def unknown(tree: MatStruct) -> None:
        tree["extra"] = row([1, 2])

    def unknown_array(tree: MatStruct) -> None:
        tree["timeSeriesArrayHash"]["keyNames"][1] = "ephysTSA"
        tree["timeSeriesArrayHash"]["descr"][1] = ""

    edits = {"an900021": unknown, "an900022": unknown_array, "an900023": None}
    for animal, edit in edits.items():
        time = "9:15" if edit is None else "154546"
        spec = replace(ONE, animal=animal, subvolumes=ONE_PLANE, arrays=("dff",), time_of_day=time)
        write_session(root=tmp_path / "source", spec=spec, raw=False, videos=False, edit=edit)

    def refused(*, allow_unmapped: bool) -> list[str | None]:
        planned = plan(source=tmp_path / "source", output=tmp_path / "nwb", allow_unmapped=allow_unmapped)
        return [one.problem and one.problem.kind.identifier for one in planned.sessions]

    assert refused(allow_unmapped=False) == ["unmapped-leaf", "array-kind-unknown", "metadata-text-unreadable"]
    assert refused(allow_unmapped=True) == [None, None, "metadata-text-unreadable"]
    converted = convert(source=tmp_path / "source", output=tmp_path / "nwb", allow_unmapped=True)
    assert [one.error and one.error.kind.identifier for one in converted.outcomes] == refused(allow_unmapped=True)


def test_a_packed_session_is_looked_into(made: Path, tmp_path: Path) -> None:
    shutil.make_archive(str(tmp_path / "all"), "zip", made)
    result = plan(source=tmp_path / "all.zip", output=tmp_path / "nwb")
    assert actions(result) == {FIRST: "convert", SECOND: "convert"}
    contents = result.sessions[0].contents
    assert contents is not None
    assert contents.trials == 3
    assert (contents.raw_present, contents.raw_missing, contents.videos) == (4, 2, 3)
    # A packed file counts for a session with what it holds of that session.
    unpacked = plan(source=made, output=tmp_path / "nwb").sessions[0]
    assert (result.sessions[0].source_bytes, result.sessions[0].output_bytes) == (
        unpacked.source_bytes,
        pytest.approx(unpacked.output_bytes, rel=0.05),
    )
    assert result.sessions[0].unpack_bytes > result.sessions[1].unpack_bytes > 0
    assert result.room.work_needed == sum(session.unpack_bytes for session in result.sessions)
    assert tree(tmp_path) == ["all.zip"]


def test_a_plan_can_be_written_as_json(made: Path, tmp_path: Path) -> None:
    content = json.loads(json.dumps(plan(source=made, output=tmp_path / "nwb").as_dict()))
    assert [session["session"] for session in content["sessions"]] == [FIRST, SECOND]
    assert content["room"]["short"] is False
