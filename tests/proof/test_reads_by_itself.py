"""Defects in how the conversion reads raw files are found, since the proof reads them by itself.

Each defect is there for the whole conversion, its verification included, so that whatever both use is wrong for both.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from made_sessions import task_of
from scipy.io import savemat

from ssc_to_nwb.api.verification import verify_sessions
from ssc_to_nwb.data_types.registration import source as registration
from ssc_to_nwb.data_types.rois import source as planes
from ssc_to_nwb.data_types.rois.source import FrameIndex
from ssc_to_nwb.nwb_file.results import SessionOutcome
from ssc_to_nwb.nwb_file.session_file import convert_session
from ssc_to_nwb.run.verification import verify_finished
from ssc_to_nwb.source_files import raw_files
from ssc_to_nwb.testing.dataset import write_session
from ssc_to_nwb.testing.spec import SessionSpec, StackSpec, SubvolumeSpec
from ssc_to_nwb.tif import index as tif_index

SPEC = SessionSpec(
    n_trials=4,
    image_shape=(12, 20),
    subvolumes=(SubvolumeSpec(number=1, planes=(2,), rois_per_plane=2),),
    arrays=("dff",),
    whisker_data=False,
    stacks=StackSpec(imreg_files=True),
)
FRAMES = "/acquisition/two_photon_series_fov_01002_green/data"
SHIFTS = "/processing/ophys/registration_shift_fov_01002/data"

Outcome = Callable[[], SessionOutcome]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session with stacks, side images and registration files."""
    return write_session(root=tmp_path_factory.mktemp("source"), spec=SPEC, videos=False).root


@pytest.fixture
def outcome(source: Path, tmp_path: Path) -> Outcome:
    """Converts and verifies the session in this process, where the defect is."""

    def convert() -> SessionOutcome:
        return convert_session(task_of(source, tmp_path / "nwb", workers=1), verify=verify_finished)

    return convert


def differences(outcome: SessionOutcome) -> str:
    assert outcome.error is not None, "the defect was not found"
    assert outcome.error.kind.identifier == "verification-failed"
    return outcome.error.found or ""


def replaced(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, change: Callable[..., Any]) -> None:
    """Put `change(right, *arguments)` in the place of a function."""
    right = getattr(owner, name)
    monkeypatch.setattr(owner, name, lambda *given, **named: change(right, *given, **named))


@pytest.mark.long
def test_without_a_defect_all_is_well(outcome: Outcome) -> None:
    converted = outcome()
    assert (converted.error, converted.verified) == (None, "full")


@pytest.mark.long
def test_pages_read_from_the_offset_of_the_next(outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(right: Any, reader: Any, first_page: int, pages: np.ndarray, *, step: int = 1) -> None:
        count = reader._index.page_count
        for number, page in enumerate(pages):
            right(reader, (first_page + step * number + 1) % count, page[np.newaxis])

    replaced(monkeypatch, tif_index.TifReader, "read_into", read)
    assert FRAMES in differences(outcome())


@pytest.mark.long
def test_two_files_exchanged(outcome: Outcome, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = sorted(source.rglob("*_main_*.tif"))[:2]
    other = {first: second, second: first}
    replaced(
        monkeypatch, tif_index.TifReader, "__enter__",
        lambda right, reader: right(_of_other_file(reader, other)),
    )  # fmt: skip
    assert FRAMES in differences(outcome())


def _of_other_file(reader: Any, other: dict[Path, Path]) -> Any:
    path = reader._index.path
    reader._index = tif_index.index_tif(other.get(path, path))
    return reader


@pytest.mark.long
def test_listed_files_looked_up_in_each_others_place(outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    def find(right: Any, listing: Any, listed_paths: Any) -> Any:
        files = list(right(listing, listed_paths))
        paths = [file.path for file in files]
        paths[:2] = reversed(paths[:2])
        return tuple(
            raw_files.ListedFile(listed_path=file.listed_path, path=path)
            for file, path in zip(files, paths, strict=True)
        )

    replaced(monkeypatch, raw_files.FolderListing, "find", find)
    assert "which is not the listed" in differences(outcome())


def test_frame_numbers_counted_from_one(outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(right: Any, *given: Any, **named: Any) -> Any:
        paths, index = right(*given, **named)
        last = index.frame_number == index.frame_number.max()
        wrong = np.where(index.present & ~last, index.frame_number + 1, index.frame_number)
        return paths, FrameIndex(file_number=index.file_number, frame_number=wrong)

    replaced(monkeypatch, planes, "read_frame_index", read)
    assert FRAMES in differences(outcome())


def test_shifts_with_rows_and_columns_exchanged(outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    replaced(monkeypatch, registration, "read_shifts", lambda right, path: right(path)[:, ::-1])
    assert SHIFTS in differences(outcome())


@pytest.mark.long
def test_side_images_of_the_other_channel(outcome: Outcome, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    green, red = (sorted(source.rglob(f"session_mean_chan_{channel}.tif"))[0] for channel in ("01", "02"))
    other = {green: red, red: green}
    replaced(
        monkeypatch, tif_index.TifReader, "__enter__",
        lambda right, reader: right(_of_other_file(reader, other)),
    )  # fmt: skip
    assert "/processing/ophys/images_fov_01002/session_mean_green" in differences(outcome())


def test_damaged_files_that_are_left_out_agree(source: Path, tmp_path: Path) -> None:
    """What `--keep-going` leaves out, the proof does not ask for; what it leaves in is compared."""
    shutil.copytree(source, tmp_path / "source")
    stack, short = sorted((tmp_path / "source").rglob("*_main_*.tif"))[:2]
    image = next((tmp_path / "source").rglob("session_mean_chan_01.tif"))
    for path in (stack, image):
        path.write_bytes(path.read_bytes()[:300])
    savemat(short.with_suffix(".imreg_out"), {"dx_r": np.zeros((1, 1)), "dy_r": np.zeros((1, 1))}, appendmat=False)
    task = task_of(tmp_path / "source", tmp_path / "nwb", workers=1, keep_going=True)
    converted = convert_session(task, verify=verify_finished)
    assert (converted.error, converted.verified) == (None, "full")
    with h5py.File(converted.output) as file:
        assert "session_mean_green" not in file["processing/ophys/images_fov_01002"]
        assert [str(reason) for reason in file["intervals/imaging_gaps/reason"].asstr()]
    (again,) = verify_sessions(source=tmp_path / "source", output=tmp_path / "nwb").sessions
    assert again.report is not None
    assert [str(problem) for problem in again.report.problems] == []
