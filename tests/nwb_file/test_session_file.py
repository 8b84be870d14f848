"""One session from its source to a finished file, or to nothing."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import h5py
import pytest
from made_sessions import Edit, task_of, write

from ssc_to_nwb.nwb_file.results import Progress, SessionOutcome, SessionTask
from ssc_to_nwb.nwb_file.session_file import convert_session
from ssc_to_nwb.output_files import InProgress
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.testing.matlab import EMPTY
from ssc_to_nwb.testing.spec import SubvolumeSpec

SMALL = {"subvolumes": (SubvolumeSpec(planes=(2,), rois_per_plane=2),), "image_shape": (20, 30), "arrays": ("dff",)}
NAME = "sub-an900001_ses-20130308_behavior+image+ophys.nwb"
BARE = {"subvolumes": (), "whisker_data": False}
BARE_NAME = "sub-an900001_ses-20130308_behavior.nwb"


def task_for(
    folder: Path, *, fields: dict[str, Any] = BARE, edit: Edit | None = None, **options: object
) -> SessionTask:
    made = write(folder / "source", edit=edit, **fields)
    return task_of(made.mat_path, folder / "nwb", raw="skip", **options)


def files_below(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_an_outcome_says_what_came_of_it(tmp_path: Path) -> None:
    outcome = convert_session(task_for(tmp_path, fields=SMALL))
    assert (outcome.status, outcome.session, outcome.error) == ("converted", "an900001_2013_03_08", None)
    assert outcome.output == tmp_path / "nwb/sub-an900001" / NAME
    assert outcome.output_bytes == outcome.output.stat().st_size
    assert {"read", "write", "verify"} <= set(outcome.seconds)
    assert outcome.verified == "off"
    assert "values-nan" in {problem.kind.identifier for problem in outcome.problems}
    with h5py.File(outcome.output) as file:
        assert len(file["intervals/trials/id"]) == 6


def test_a_task_travels_to_another_process(tmp_path: Path) -> None:
    task = task_for(tmp_path)
    assert pickle.loads(pickle.dumps(task)) == task
    outcome = convert_session(task_for(tmp_path, edit=lambda s: s.pop("trialIds")))
    assert pickle.loads(pickle.dumps(outcome)) == outcome


def test_the_ledger_goes_beside_the_file_out_of_sight(tmp_path: Path) -> None:
    convert_session(task_for(tmp_path))
    ledgers = list((tmp_path / "nwb/.ssc-to-nwb").rglob("*ledger*"))
    assert [path.name for path in ledgers] == [BARE_NAME.replace(".nwb", ".ledger.json")]


class TestNothingIsLeft:
    def check(self, folder: Path) -> None:
        assert [name for name in files_below(folder / "nwb") if name.endswith((".nwb", "in-progress", ".mp4"))] == []

    def test_of_a_source_that_is_wrong(self, tmp_path: Path) -> None:
        outcome = convert_session(task_for(tmp_path, edit=lambda s: s.pop("trialIds")))
        assert (outcome.status, outcome.output, outcome.ok) == ("failed", None, False)
        assert outcome.error is not None
        assert outcome.error.kind.identifier == "field-missing"
        assert "read_session" in (outcome.traceback or "")
        self.check(tmp_path)

    def test_of_a_file_that_is_not_like_its_source(self, tmp_path: Path) -> None:
        def refuse(*_: object) -> None:
            raise error(kinds.SYSTEM_REFUSED, found="not like its source")

        outcome = convert_session(task_for(tmp_path), verify=refuse)
        assert outcome.error is not None
        assert outcome.error.found == "not like its source"
        self.check(tmp_path)

    def test_where_the_last_step_before_its_name_fails(self, tmp_path: Path) -> None:
        def refuse(outcome: SessionOutcome, place: InProgress) -> None:
            assert outcome.ok
            assert place.building.is_file()
            raise error(kinds.DISK_FULL, found="no room for the record")

        outcome = convert_session(task_for(tmp_path), finish=refuse)
        assert outcome.error is not None
        assert outcome.error.kind.identifier == "disk-full"
        self.check(tmp_path)

    @pytest.mark.parametrize("stage", ["read", "write"])
    def test_of_a_defect_of_ours_and_it_does_not_stop_the_others(self, tmp_path: Path, stage: str) -> None:
        def stumble(progress: Progress) -> None:
            if progress.stage == stage:
                raise ZeroDivisionError("oops")

        outcome = convert_session(task_for(tmp_path, fields=SMALL), on_progress=stumble)
        assert outcome.error is not None
        assert (outcome.error.kind.identifier, outcome.error.found) == ("internal-error", "ZeroDivisionError: oops")
        assert "stumble" in (outcome.traceback or "")
        self.check(tmp_path)

    @pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
    def test_when_it_is_interrupted(self, tmp_path: Path, interruption: type[BaseException]) -> None:
        def interrupt(progress: Progress) -> None:
            if progress.stage == "write":
                raise interruption

        with pytest.raises(interruption):
            convert_session(task_for(tmp_path, fields=SMALL), on_progress=interrupt)
        self.check(tmp_path)

    def test_and_what_was_there_before_is_still_there(self, tmp_path: Path) -> None:
        task = task_for(tmp_path, overwrite=True)
        place = tmp_path / "nwb/sub-an900001" / BARE_NAME
        place.parent.mkdir(parents=True)
        place.write_text("old")

        def refuse(*_: object) -> None:
            raise error(kinds.SYSTEM_REFUSED)

        assert not convert_session(task, verify=refuse).ok
        assert place.read_text() == "old"
        assert convert_session(task).ok
        assert place.stat().st_size > 1000


class TestNames:
    @pytest.mark.parametrize(
        ("empty", "name"),
        [
            pytest.param((), NAME, marks=pytest.mark.long),
            (("eventSeriesArrayHash",), NAME),
            pytest.param(("timeSeriesArrayHash",), "sub-an900001_ses-20130308_behavior.nwb", marks=pytest.mark.long),
            (("timeSeriesArrayHash", "eventSeriesArrayHash"), "sub-an900001_ses-20130308_behavior.nwb"),
        ],
    )
    def test_say_what_the_file_holds(self, tmp_path: Path, empty: tuple[str, ...], name: str) -> None:
        outcome = convert_session(
            task_for(tmp_path, fields=SMALL, edit=lambda s: s.update(dict.fromkeys(empty, EMPTY)))
        )
        assert outcome.output is not None
        assert outcome.output.name == name

    def test_of_a_stub_say_so(self, tmp_path: Path) -> None:
        outcome = convert_session(task_for(tmp_path, fields=SMALL, stub=True))
        assert outcome.output is not None
        assert outcome.output.name == NAME.replace("20130308_", "20130308_desc-stub_")
        assert not (tmp_path / "nwb/.ssc-to-nwb").exists(), "a part of a session has no ledger"


def test_two_sessions_in_a_row_know_nothing_of_each_other(tmp_path: Path) -> None:
    """An older converter kept maps of ROIs and trials in module globals, and they leaked."""
    first = task_for(tmp_path / "a", fields=SMALL)
    write(tmp_path / "b/source", animal="an2", seed=5, n_trials=3, trial_number_gap_after=(), **SMALL)
    alone = convert_session(task_of(tmp_path / "b/source", tmp_path / "b/nwb", raw="skip"))
    assert convert_session(first).ok
    again = convert_session(task_of(tmp_path / "b/source", tmp_path / "c", raw="skip"))
    assert again.problems == alone.problems
    assert alone.output is not None
    assert again.output is not None
    with h5py.File(alone.output) as one, h5py.File(again.output) as other:
        for file in (one, other):
            assert file["intervals/trials/trial_number"][:].tolist() == [2, 3, 4]
        assert set(one["general/optophysiology"]) == set(other["general/optophysiology"])
