"""Stacks of one channel, and tifs with one page table and many images, from the source to the verified file."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import tifffile
from converting import convert
from tiny_sessions import tiny_spec

from ssc_to_nwb.api.verification import read_ledger, verify_sessions
from ssc_to_nwb.nwb_file.results import SessionOutcome
from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.spec import StackSpec

GREEN, RED = (f"acquisition/two_photon_series_fov_01002_{channel}" for channel in ("green", "red"))


def converted(root: Path, *, stacks: StackSpec, **fields: Any) -> tuple[Any, SessionOutcome]:
    """A session with such stacks and little else, and what comes of converting and verifying it."""
    spec = tiny_spec(stacks=stacks, imaging_rate_hz=14.0, whisker_data=False, **fields)
    made = write_session(root=root / "source", spec=spec, videos=False)
    (outcome,) = convert(source=root / "source", output=root / "nwb").outcomes
    return made, outcome


@pytest.fixture(scope="module")
def one_table(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, SessionOutcome]:
    """A session of tifs with one page table and many images, and what comes of it."""
    stacks = StackSpec(files_with_one_table=(1, 2), side_images_with_one_table=True)
    return converted(tmp_path_factory.mktemp("one_table"), stacks=stacks)


def drawn(made: SyntheticSession, channel: int) -> np.ndarray:
    """All frames of the plane in NWB's axes."""
    (plane,) = made.planes
    listed = [file.number for file in plane.files if file.listed]
    frames = [made.frames(plane.name, listed[int(file) - 1])[int(number) - 1] for file, number in plane.frame_index.T]
    return np.stack(frames)[:, channel].swapaxes(1, 2)


def test_stacks_of_one_channel_become_one_green_series(tmp_path: Path) -> None:
    made, outcome = converted(tmp_path, stacks=StackSpec(channels=1), master_image_2d=True)
    assert outcome.error is None, outcome.error
    assert "stacks-of-one-channel" in {problem.kind.identifier for problem in outcome.problems}
    with h5py.File(outcome.output) as file:
        assert np.array_equal(file[GREEN]["data"][:], drawn(made, 0))
        assert RED not in file
        assert list(file["general/optophysiology"]) == ["imaging_plane_fov_01002_green"]
        assert "one page per listed frame" in file["general/notes"].asstr()[()]
    assert outcome.output is not None
    places = {place for entry in read_ledger(file=outcome.output).files for place in entry.nwb}
    assert f"/{GREEN}/data" in places
    assert f"/{RED}/data" not in places
    assert outcome.verified == "full"


def test_what_is_not_one_channel_for_certain_is_refused_and_with_keep_going_left_out(tmp_path: Path) -> None:
    _, outcome = converted(tmp_path, stacks=StackSpec(channels=1))
    assert outcome.error is not None
    assert outcome.error.kind.identifier == "tif-one-channel"
    (outcome,) = convert(source=tmp_path / "source", output=tmp_path / "nwb", keep_going=True).outcomes
    assert outcome.error is None, outcome.error
    with h5py.File(outcome.output) as file:
        assert GREEN not in file
        assert RED not in file
    assert outcome.verified == "full"


def test_one_table_and_many_images_are_read_and_proven(one_table: tuple[Any, SessionOutcome]) -> None:
    made, outcome = one_table
    assert outcome.error is None, outcome.error
    pertrial = next(path for path in made.side_paths if path.name == "session_pertrial_mean_chan_01.tif")
    with h5py.File(outcome.output) as file:
        assert np.array_equal(file[GREEN]["data"][:], drawn(made, 0))
        assert np.array_equal(file[RED]["data"][:], drawn(made, 1))
        found = file["processing/ophys/session_pertrial_mean_fov_01002_green/image"][:]
    assert len(found) > 1
    assert np.array_equal(found.swapaxes(1, 2), tifffile.imread(pertrial))
    assert outcome.verified == "full"


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(f"{RED}/data", marks=pytest.mark.long),
        "processing/ophys/session_pertrial_mean_fov_01002_green/image",
    ],
)
def test_a_wrong_pixel_of_an_image_without_table_is_found(
    one_table: tuple[Any, SessionOutcome], tmp_path: Path, place: str
) -> None:
    made, outcome = one_table
    assert outcome.output is not None
    shutil.copytree(outcome.output.parents[1], tmp_path / "nwb")
    with h5py.File(tmp_path / "nwb" / outcome.output.parent.name / outcome.output.name, "r+") as file:
        file[place][-1, 3, 5] += 1
    assert not verify_sessions(source=made.root, output=tmp_path / "nwb").ok


def test_a_side_image_that_lacks_images_of_its_description_is_refused_by_name(tmp_path: Path) -> None:
    made = write_session(root=tmp_path / "source", spec=tiny_spec(whisker_data=False), videos=False)
    path = next(path for path in made.side_paths if path.name == "session_pertrial_mean_chan_01.tif")
    tifffile.imwrite(path, tifffile.imread(path)[:1], metadata=None, description="ImageJ=1.52p\nimages=2\n")
    (outcome,) = convert(source=tmp_path / "source", output=tmp_path / "nwb").outcomes
    assert outcome.error is not None
    assert (outcome.error.kind.identifier, outcome.error.file) == ("side-image-unreadable", str(path))
    assert (outcome.error.expected, outcome.error.found) == ("2 images", "1 page table, and bytes for 0 more")


def test_texts_of_the_acquisition_program_are_kept_per_tif_and_page_where_they_differ(tmp_path: Path) -> None:
    stacks = StackSpec(scanimage_header=True, scanimage_texts_differ=True)
    made, outcome = converted(tmp_path, stacks=stacks)
    assert outcome.error is None, outcome.error
    expected = []
    for number, path in enumerate(made.stack_paths.values(), start=1):
        with tifffile.TiffFile(path, is_scanimage=False) as tif:
            texts = [page.aspage().description for page in tif.pages]
        expected += [(number, 1, len(texts) - 1, texts[0]), (number, len(texts), 1, texts[-1])]
    with h5py.File(outcome.output) as file:
        table = file["processing/source/image_descriptions"]
        names = ("file_number", "first_page", "page_count")
        found = list(zip(*(table[name][:].tolist() for name in names), table["text"].asstr()[:], strict=True))
        assert "image_descriptions has all texts" in file[GREEN].attrs["comments"]
    assert [(*numbers, text.strip()) for *numbers, text in found] == expected
    assert len({text for *_, text in expected}) == len(expected)
    assert outcome.verified == "full"
    with h5py.File(outcome.output, "r+") as file:
        file["processing/source/image_descriptions/text"][2] = "another text"
    assert not verify_sessions(source=tmp_path / "source", output=tmp_path / "nwb").ok


@pytest.mark.long
def test_texts_that_are_all_alike_need_no_table(tmp_path: Path) -> None:
    _, outcome = converted(tmp_path, stacks=StackSpec(scanimage_header=True))
    with h5py.File(outcome.output) as file:
        assert "image_descriptions" not in file["processing/source"]
    assert outcome.verified == "full"


def test_a_frame_that_is_listed_twice_is_warned_of(tmp_path: Path) -> None:
    def list_twice(s: Any) -> None:
        for value in s["timeSeriesArrayHash"]["value"]:
            for plane in value.get("imagingPlane", ()):
                plane["sourceFileFrameIdx"][:, 1] = plane["sourceFileFrameIdx"][:, 0]

    write_session(root=tmp_path / "source", spec=tiny_spec(whisker_data=False), videos=False, edit=list_twice)
    (outcome,) = convert(source=tmp_path / "source", output=tmp_path / "nwb").outcomes
    assert outcome.error is None, outcome.error
    (warning,) = [problem for problem in outcome.problems if problem.kind.identifier == "frame-listed-twice"]
    assert warning.found == "1 time stamp of fov_01002 with a frame that an earlier one has"
    assert outcome.verified == "full"
