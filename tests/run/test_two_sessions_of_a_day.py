"""Two sessions of one animal and day, distinguished by a letter, and the other names that session files have."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from converting import convert
from made_sessions import Assembled, Edit, set_entry, write
from tiny_sessions import record_lines, tiny_spec

from ssc_to_nwb.api.conversion import ConversionResult
from ssc_to_nwb.api.sessions import list_sessions
from ssc_to_nwb.api.verification import verify_sessions
from ssc_to_nwb.testing.dataset import SyntheticSession, write_session

FIRST, SECOND = "an900010_2013_01_01", "an900010_2013_01_01b"


def write_both(root: Path) -> dict[str, SyntheticSession]:
    """Both sessions of a day, with their stacks, of other tissue."""
    made = [
        write_session(root=root, spec=tiny_spec(letter=letter, seed=seed, whisker_data=False), videos=True)
        for letter, seed in (("", 1), ("b", 2))
    ]
    return {one.spec.session_name: one for one in made}


def check(result: ConversionResult, made: dict[str, SyntheticSession]) -> None:
    """Each session in a file of its own, with its own values, frames, videos and names."""
    assert result.ok, [outcome.error for outcome in result.outcomes]
    assert [outcome.session for outcome in result.outcomes] == [FIRST, SECOND]
    identifiers = set()
    for outcome, label in zip(result.outcomes, ("20130101", "20130101b"), strict=True):
        path, one = outcome.output, made[outcome.session]
        assert path is not None
        assert path.name == f"sub-an900010_ses-{label}_behavior+image+ophys.nwb"
        assert len(list((path.parent / path.stem).iterdir())) == len(one.video_paths)
        with h5py.File(path) as file:
            assert file["general/session_id"].asstr()[()] == label
            assert file["session_start_time"].asstr()[()].startswith("2013-01-01")
            identifiers.add(file["identifier"].asstr()[()])
            traces = file["processing/ophys/DfOverF/dff_fov_01002/data"][:]
            np.testing.assert_array_equal(traces, one.subvolumes[0].matrices["dff"].T)
            frames = file["acquisition/two_photon_series_fov_01002_green/data"][:]
            first = one.planes[0].files[0]
            np.testing.assert_array_equal(frames[0].T, one.frames("fov_01002", first.number)[0, 0])
    assert len(identifiers) == 2


class TestBothOfADay:
    @pytest.fixture(scope="class")
    def root(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        return tmp_path_factory.mktemp("day")

    @pytest.fixture(scope="class")
    def made(self, root: Path) -> dict[str, SyntheticSession]:
        return write_both(root / "source")

    def test_they_are_side_by_side_and_stay_there(
        self, root: Path, made: dict[str, SyntheticSession], tmp_path: Path
    ) -> None:
        check(convert(source=root / "source", output=tmp_path, verify="off"), made)
        again = convert(source=root / "source", output=tmp_path, verify="off")
        assert [outcome.status for outcome in again.outcomes] == ["skipped", "skipped"]
        assert {line["session"] for line in record_lines(tmp_path)} == {FIRST, SECOND}
        assert verify_sessions(source=root / "source", output=tmp_path).ok

    @pytest.mark.parametrize("name", [pytest.param(FIRST, marks=pytest.mark.long), SECOND])
    def test_one_alone_by_its_name(
        self, root: Path, made: dict[str, SyntheticSession], tmp_path: Path, name: str
    ) -> None:
        result = convert(source=root / "source", output=tmp_path, sessions=[name], raw="skip", verify="off")
        assert [outcome.session for outcome in result.outcomes] == [name] and name in made

    @pytest.mark.long
    @pytest.mark.parametrize("kind", ["tar", "zip"])
    def test_in_one_packed_file(self, root: Path, made: dict[str, SyntheticSession], tmp_path: Path, kind: str) -> None:
        packed = shutil.make_archive(str(tmp_path / "all"), kind, root / "source")
        check(convert(source=packed, output=tmp_path / "nwb", verify="off"), made)

    @pytest.mark.long
    def test_raw_files_packed_beside_their_session_files(
        self, root: Path, made: dict[str, SyntheticSession], tmp_path: Path
    ) -> None:
        """Packed without the session's folder, which the packed file is then named after."""
        for name, one in made.items():
            (tmp_path / "source").mkdir(exist_ok=True)
            shutil.copy2(one.mat_path, tmp_path / "source")
            shutil.make_archive(str(tmp_path / "source" / f"{name}_raw"), "tar", root / "source" / name)
        check(convert(source=tmp_path / "source", output=tmp_path / "nwb", verify="off"), made)


def dated(date: str) -> Edit:
    """Makes a file say that its session is of this date."""
    return lambda s: set_entry(s["metaDataHash"], "dateOfExperiment", date)


@pytest.mark.parametrize("date", ["20130308", "20130308b"])
def test_the_date_in_the_file_may_have_the_letter(assemble_edited: Callable[..., Assembled], date: str) -> None:
    nwbfile = assemble_edited(dated(date), letter="b").nwbfile
    assert (nwbfile.session_start_time.date().isoformat(), nwbfile.session_id) == ("2013-03-08", "20130308b")


def test_a_file_that_lost_its_letter_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "source", edit=dated("20130308b"))
    (outcome,) = convert(source=tmp_path / "source", output=tmp_path / "nwb").outcomes
    assert outcome.error is not None
    assert outcome.error.kind.identifier == "file-name-disagrees"


def test_a_copy_under_the_name_of_another_day_is_converted_with_a_warning(tmp_path: Path) -> None:
    """A name of the data set's own form that says another day is refused."""
    made = write_session(root=tmp_path / "source", spec=tiny_spec(), raw=False, videos=False)
    path = shutil.copy2(made.mat_path, made.root / "an900010_2013_01_02_sess.mat")
    result = convert(source=path, output=tmp_path / "nwb")
    assert result.ok, [outcome.error for outcome in result.outcomes]
    (copy,) = result.outcomes
    assert copy.verified == "full"
    (warning,) = [one for one in copy.problems if one.kind.identifier == "file-name-of-other-day"]
    assert (warning.expected, warning.found) == ("20130102", "20130101")
    with h5py.File(result.outputs[0]) as file:
        assert file["general/session_id"].asstr()[()] == "20130102"
        assert file["session_start_time"].asstr()[()].startswith("2013-01-01")


@pytest.mark.parametrize(
    ("folder", "file_name", "fields"),
    [
        ("", "{session}_sess.mat", {}),
        ("", "{session}.mat", {"variable_name": "dat"}),
        ("", "{session}_session.MAT", {}),
        ("ssc-2/an900010", "{session}_data_struct.mat", {"data_set": "ssc-2"}),
        ("ssc-2/an900010", "{session}_sess.mat", {"letter": "c"}),
    ],
)
@pytest.mark.parametrize("packed", [True, pytest.param(False, marks=pytest.mark.long)])
def test_other_names_of_session_files(
    tmp_path: Path, folder: str, file_name: str, fields: dict[str, str], *, packed: bool
) -> None:
    spec = tiny_spec(file_name=file_name, **fields)
    made = write_session(root=tmp_path / "made" / folder, spec=spec, raw=True, videos=False)
    source = shutil.make_archive(str(tmp_path / "all"), "zip", tmp_path / "made") if packed else tmp_path / "made"
    (summary,) = list_sessions(source=source)
    assert (summary.session, summary.error) == (spec.session_name, None)
    assert summary.raw_present == len(made.stack_paths)
    if not packed:
        result = convert(source=source, output=tmp_path / "nwb")
        assert result.ok, result.outcomes[0].error
        assert result.outcomes[0].verified == "full"


class TestDataSet:
    def test_a_name_that_leaves_it_open_is_an_assumption_of_the_file(
        self, assemble_edited: Callable[..., Assembled]
    ) -> None:
        notes = assemble_edited(file_name="{session}_sess.mat").nwbfile.notes
        assert notes.startswith("Converted from the CRCNS data set ssc-2")
        assert "does not say it: the session is of ssc-2 " in notes

    def test_a_name_that_says_it_is_none(self, assemble_edited: Callable[..., Assembled]) -> None:
        notes = assemble_edited().nwbfile.notes
        assert notes.startswith("Converted from the CRCNS data set ssc-1")
        assert "does not say it" not in notes
