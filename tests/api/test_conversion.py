"""Converting sessions: whole files or none, whatever the source holds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from converting import convert
from made_sessions import (
    AWKWARD,
    Converted,
    Struct,
    found_of,
    problem_raised,
    source_table,
    write,
)
from session_variants import ONE_PLANE, VARIANTS

import ssc_to_nwb
from ssc_to_nwb import process_start
from ssc_to_nwb.api import conversion
from ssc_to_nwb.api.planning import plan
from ssc_to_nwb.api.verification import verify_sessions
from ssc_to_nwb.run_files import run_record
from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec

SMALL = {"subvolumes": (SubvolumeSpec(planes=(2,), rois_per_plane=2),), "image_shape": (20, 30), "n_trials": 6}
BARE: dict[str, Any] = {"subvolumes": (), "whisker_data": False}


def kind_unknown(s: Struct) -> None:
    s["timeSeriesArrayHash"]["keyNames"][1] = "ephysTSA"
    s["timeSeriesArrayHash"]["descr"][1] = ""


class TestFormats:
    """The same session comes out of every form of file that a source may be."""

    def values(self, path: Path) -> dict[str, tuple[object, bytes]]:
        """Every data set of a file but those that describe the source file itself and of the moment."""
        found: dict[str, tuple[object, bytes]] = {}

        def add(name: str, item: h5py.Group | h5py.Dataset) -> None:
            written_again = name.startswith(("specifications", "processing/source/source_files", "file_create_date"))
            if isinstance(item, h5py.Dataset) and not written_again:
                text = h5py.check_string_dtype(item.dtype) is not None
                content = np.asarray(item.asstr()[()] if text else item[()])
                found[name] = (item.shape, "\0".join(content.ravel()).encode() if text else content.tobytes())

        with h5py.File(path) as file:
            file.visititems(add)
        return found

    @pytest.mark.parametrize(
        ("spec", "form"),
        [
            pytest.param(SessionSpec(subvolumes=ONE_PLANE), {"mat_format": "7.3"}, id="7.3"),
            pytest.param(AWKWARD, {"mat_format": "7.3"}, id="awkward 7.3", marks=pytest.mark.long),
            pytest.param(
                AWKWARD, {"compressed": False, "variable_name": "dat"}, id="awkward v6", marks=pytest.mark.long
            ),
        ],
    )
    def test_of_matlab(self, convert_once: Callable[..., Converted], spec: SessionSpec, form: dict[str, Any]) -> None:
        other = convert_once(replace(spec, **form))
        assert other.outcome.verified == "full"
        one, two = self.values(convert_once(spec).path), self.values(other.path)
        assert set(one) == set(two)
        differing = [name for name in one if one[name] != two[name]]
        if "variable_name" in form:
            differing = [name for name in differing if not name.startswith("processing/source/source_struct/path")]
        assert [name for name in differing if "provenance" not in name] == []

    def test_of_the_sister_data_set(self, convert_once: Callable[..., Converted]) -> None:
        converted = convert_once(**VARIANTS["ssc-2"])
        assert converted.path.name == "sub-an900001_ses-20130308_behavior+image+ophys.nwb"
        with h5py.File(converted.path) as file:
            assert "CRCNS data set ssc-2" in file["general/notes"].asstr()[()]
            assert "doi:10.1016/j.neuron.2015.03.027" in file["general/related_publications"].asstr()[:]
            assert len(file["intervals/trials/id"]) == 6


@pytest.fixture
def source(tmp_path: Path) -> Path:
    write(tmp_path / "source", **BARE)
    return tmp_path / "source"


class TestMetadata:
    def test_a_fault_that_every_session_would_meet_stops_the_run_before_it_begins(self, tmp_path: Path) -> None:
        for animal in ("an1", "an2"):
            write(tmp_path / "source", animal=animal, **BARE)
        mine = tmp_path / "mine.yaml"
        mine.write_text("session:\n  institutoin: X\n")
        for work in (convert, plan, verify_sessions):
            with problem_raised() as found:
                work(source=tmp_path / "source", output=tmp_path / "nwb", metadata_files=[mine])
            assert (found[0].kind.identifier, found[0].field) == ("metadata-key-unknown", "session.institutoin")
            assert found[0].file == f"{mine}, line 2"
        assert not (tmp_path / "nwb").exists()

    def test_a_fault_in_the_part_of_one_session_stops_that_one_alone(self, tmp_path: Path) -> None:
        for animal in ("an1", "an2"):
            write(tmp_path / "source", animal=animal, **BARE)
        mine = tmp_path / "mine.yaml"
        mine.write_text("sessions:\n  an2_2013_03_08:\n    subject: {weight: twenty}\n")
        first, second = convert(source=tmp_path / "source", output=tmp_path / "nwb", metadata_files=[mine]).outcomes
        assert first.status == "converted"
        assert second.error is not None
        assert (second.error.kind.identifier, second.error.field) == ("metadata-value-invalid", "subject.weight")

    def test_a_time_that_the_file_lacks_comes_from_the_metadata_and_is_verified(self, tmp_path: Path) -> None:
        write(tmp_path / "source", metadata_left_out=("timeOfExperiment",), **BARE)
        (outcome,) = convert(source=tmp_path / "source", output=tmp_path / "nwb").outcomes
        assert outcome.error is not None
        (tmp_path / "mine.yaml").write_text(
            "sessions: {an900001_2013_03_08: {session: {time_of_experiment: 15:45:46}}}\n"
            "subjects: {an900001: {subject: {date_of_birth: 2013-01-01}}}\n"
        )
        assert (outcome.error.field or "").endswith("session.time_of_experiment")
        (outcome,) = convert(
            source=tmp_path / "source", output=tmp_path / "nwb", metadata_files=[tmp_path / "mine.yaml"]
        ).outcomes
        assert (outcome.status, outcome.verified) == ("converted", "full"), outcome.error
        assert outcome.output is not None
        with h5py.File(outcome.output) as file:
            assert file["session_start_time"].asstr()[()] == "2013-03-08T15:45:46-05:00"
            assert file["general/subject/date_of_birth"].asstr()[()] == "2013-01-01T00:00:00-05:00"

    def test_the_kind_of_an_array_and_the_name_of_the_variable_can_be_given(self, tmp_path: Path) -> None:
        write(tmp_path / "source", edit=kind_unknown, variable_name="session", **SMALL)
        mine = tmp_path / "mine.yaml"
        mine.write_text("source: {array_kinds: {ephysTSA: dff}, variable_names: [session]}\n")
        (path,) = convert(source=tmp_path / "source", output=tmp_path / "nwb", metadata_files=[mine]).outputs
        with h5py.File(path) as file:
            assert "dff_fov_01002" in file["processing/ophys/DfOverF"]


class TestOutput:
    def test_the_layout_that_dandi_expects_and_every_stage_of_the_way(self, tmp_path: Path) -> None:
        events = []
        made = write(tmp_path / "source", **SMALL)
        result = conversion.convert(source=made.mat_path, output=tmp_path / "nwb", on_event=events.append)
        assert [outcome.session for outcome in result.outcomes] == ["an900001_2013_03_08"]
        assert [path.relative_to(tmp_path / "nwb") for path in result.outputs] == [
            Path("sub-an900001/sub-an900001_ses-20130308_behavior+image+ophys.nwb")
        ]
        steps = [event.fields for event in events if event.name == "progress"]
        stages = [step["stage"] for step in steps]
        assert stages[0] == "read"
        assert {"read", "write", "verify", "done"} <= set(stages)
        written = [step["done_bytes"] for step in steps if step["stage"] == "write"]
        assert written == sorted(written)

    def test_a_file_that_nobody_recorded_is_not_replaced_unasked(self, source: Path, tmp_path: Path) -> None:
        place = tmp_path / "nwb/sub-an900001/sub-an900001_ses-20130308_behavior.nwb"
        place.parent.mkdir(parents=True)
        place.write_text("somebody's work")
        result = convert(source=source, output=tmp_path / "nwb")
        (outcome,) = result.outcomes
        assert outcome.error is not None
        assert (outcome.error.kind.identifier, outcome.error.file) == ("output-exists", str(place))
        assert place.read_text() == "somebody's work"
        assert convert(source=source, output=tmp_path / "nwb", overwrite=True, verify="off").ok
        with h5py.File(place) as file:
            assert len(file["intervals/trials/id"]) == 6

    def test_a_place_that_cannot_be_written(self, source: Path, tmp_path: Path) -> None:
        (tmp_path / "nwb").mkdir()
        (tmp_path / "nwb/sub-an900001").write_text("a file where a folder should be")
        (outcome,) = convert(source=source, output=tmp_path / "nwb").outcomes
        assert outcome.error is not None
        assert outcome.error.kind.identifier == "output-not-writable"
        assert "sub-an900001" in (outcome.error.file or "")

    @pytest.mark.parametrize("place", ["/proc/nwb", "{}/file/nwb"])
    def test_an_output_folder_that_cannot_be_made(self, source: Path, tmp_path: Path, place: str) -> None:
        (tmp_path / "file").write_text("x")
        with problem_raised() as found:
            convert(source=source, output=place.format(tmp_path))
        assert found[0].kind.identifier == "output-not-writable"


class TestChoices:
    def test_a_stub_is_small_and_true_and_says_so(self, tmp_path: Path) -> None:
        write(tmp_path / "source", raw=True, **{**SMALL, "n_trials": 5})
        result = convert(source=tmp_path / "source", output=tmp_path / "nwb", stub=True)
        (path,) = result.outputs
        assert path.name == "sub-an900001_ses-20130308_desc-stub_behavior+image+ophys.nwb"
        assert "stub-not-verified" in {problem.kind.identifier for problem in result.outcomes[0].problems}
        # Videos of trials that it leaves out are no videos of unknown trials.
        assert not found_of(result.outcomes[0].problems, "video-without-trial")
        with h5py.File(path) as file:
            assert "dff_fov_01002" in file["processing/ophys/DfOverF"]
            assert len(file["events/licks/id"]) > 0
            assert len(file["acquisition/whisker_video/external_file"]) == len(file["intervals/trials/id"]) == 3
        files = source_table(path, "source_files")
        left_out = files[files["reason"] == "its trial is not in the stub"]
        assert len(left_out) == 2
        assert set(left_out["disposition"]) == {"left out"}

    def test_only_the_sessions_asked_for(self, tmp_path: Path) -> None:
        for day in (8, 10):
            write(tmp_path / "source", date=date(2013, 3, day), **BARE)
        result = convert(source=tmp_path / "source", output=tmp_path / "nwb", sessions=["*_03_10"], verify="off")
        assert [outcome.session for outcome in result.outcomes] == ["an900001_2013_03_10"]

    @pytest.mark.parametrize(
        ("place", "kind"),
        [("absent", "source-missing"), (".", "no-session-found"), ("notes.mat", "session-name-unknown")],
    )
    def test_nothing_to_convert(self, tmp_path: Path, place: str, kind: str) -> None:
        (tmp_path / "notes.mat").write_text("x")
        with problem_raised() as found:
            convert(source=tmp_path / place, output=tmp_path / "nwb")
        assert found[0].kind.identifier == kind


def test_the_package_exports_what_the_command_line_uses() -> None:
    for name in ("convert", "demo", "list_sessions", "sessions_table", "ConversionResult", "SscError"):
        assert name in ssc_to_nwb.__all__
        assert getattr(ssc_to_nwb, name) is not None


@pytest.mark.long
@pytest.mark.sample
def test_the_sample_converts_with_no_flags(sample_root: Path, tmp_path: Path) -> None:
    result = convert(source=sample_root, output=tmp_path / "nwb")
    assert [outcome.error for outcome in result.outcomes] == [None, None]
    assert all(outcome.verified == "full" for outcome in result.outcomes)


class TestLoadingAhead:
    """What converts is loaded while the source is still looked at, but only where there is something to convert."""

    @pytest.fixture
    def loads(self, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
        loads: list[bool] = []
        monkeypatch.setattr(process_start.forkserver, "ensure_running", lambda: loads.append(True))
        return loads

    def test_a_new_output_is_loaded_for_and_one_with_a_record_is_not(self, tmp_path: Path, loads: list[bool]) -> None:
        write(tmp_path / "source", **SMALL)
        for output in (tmp_path / "new", tmp_path / "begun"):
            run_record(output).parent.mkdir(parents=True)
        run_record(tmp_path / "begun").touch()
        process_start.load_ahead(tmp_path / "source", tmp_path / "begun")
        assert not loads
        process_start.load_ahead(tmp_path / "source", tmp_path / "new")
        assert len(loads) == sys.platform.startswith("linux")

    def test_nothing_is_loaded_for_a_missing_source(self, tmp_path: Path, loads: list[bool]) -> None:
        with pytest.raises(ssc_to_nwb.SscError, match="source-missing"):
            conversion.convert(source=tmp_path / "nowhere", output=tmp_path / "nwb")
        assert not loads

    def test_an_executor_of_the_users_own_loads_what_it_needs_itself(self, tmp_path: Path, loads: list[bool]) -> None:
        write(tmp_path / "source", **BARE)
        convert(source=tmp_path / "source", output=tmp_path / "nwb", raw="skip", verify="off")
        assert not loads
