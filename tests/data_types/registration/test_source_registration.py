"""Registration shifts, lined up with the frames of the index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from ssc_to_nwb.data_types.registration.source import PlaneShifts, read_plane_shifts, read_shifts
from ssc_to_nwb.matlab.mat_file import write_mat
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, SscError, grouped_by_kind
from ssc_to_nwb.session.context import load_context
from ssc_to_nwb.session.raw_data import RawData, open_raw_data
from ssc_to_nwb.session.session import Session
from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.spec import SessionSpec, StackSpec, SubvolumeSpec


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "main_001.imreg_out"


def save(path: Path, **variables: Any) -> Path:
    savemat(str(path), variables, appendmat=False)
    return path


def test_columns_are_dx_and_dy(path: Path) -> None:
    save(path, dx_r=np.array([[1, 2, 3]], np.uint8), dy_r=np.array([[-0.5, 0, 7]]), other="x")
    found = read_shifts(path)
    assert found.dtype == np.float64
    assert found.tolist() == [[1.0, -0.5], [2.0, 0.0], [3.0, 7.0]]


@pytest.mark.parametrize("value", [4, [[4]]])
def test_one_frame(path: Path, value: Any) -> None:
    assert read_shifts(save(path, dx_r=value, dy_r=value)).tolist() == [[4.0, 4.0]]


def test_format_73(path: Path) -> None:
    shifts = {"dx_r": np.array([[1.0, 2.0]]), "dy_r": np.array([[3.0], [4.0]])}
    write_mat(path, variables=shifts, file_format="7.3")
    assert read_shifts(path).tolist() == [[1.0, 3.0], [2.0, 4.0]]


@pytest.mark.parametrize(
    "variables",
    [
        {"dx_r": [1.0, 2.0]},
        {"dx_r": [1.0, 2.0], "dy_r": [1.0]},
        {"dx_r": np.zeros((2, 3)), "dy_r": np.zeros((2, 3))},
        {"dx_r": "text", "dy_r": "text"},
    ],
    ids=["one lacks", "lengths differ", "matrix", "text"],
)
def test_other_contents_are_refused(path: Path, variables: dict[str, Any]) -> None:
    with pytest.raises(SscError, match=kinds.REGISTRATION_UNREADABLE.identifier):
        read_shifts(save(path, **variables))


@pytest.mark.parametrize("content", [b"", b"no MATLAB file", b"MATLAB 5.0" + bytes(200)])
def test_what_is_no_matlab_file_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(SscError, match=kinds.REGISTRATION_UNREADABLE.identifier):
        read_shifts(path)


def opened(root: Path, **fields: Any) -> tuple[SyntheticSession, Session, RawData]:
    small: dict[str, Any] = {
        "image_shape": (20, 28),
        "subvolumes": (SubvolumeSpec(number=1, planes=(2, 3), rois_per_plane=2),),
        "arrays": ("dff",),
        "stacks": StackSpec(imreg_files=True, side_images=False),
    }
    made = write_session(root=root, spec=SessionSpec(**(small | fields)), videos=False)
    session, raw = reread(made)
    return made, session, raw


def reread(made: SyntheticSession) -> tuple[Session, RawData]:
    context, log = load_context(made.mat_path), ProblemLog()
    raw = open_raw_data(context, raw_folder=made.folder, mode="auto", keep_going=False, log=log)
    assert raw is not None
    return context.session, raw


def shifts_of(session: Session, raw: RawData, number: int = 0, **options: Any) -> PlaneShifts | None:
    settings: dict[str, Any] = {
        "registration": raw.inventory.planes[number].registration,
        "keep_going": False,
        "log": ProblemLog(),
    }
    return read_plane_shifts(raw.stacks[session.planes[number].name], **(settings | options))


def test_every_frame_has_the_shift_of_its_file_and_number(tmp_path: Path) -> None:
    _, session, raw = opened(tmp_path, blank_time_point=True, late_first_file=True, rejected_file=True)
    for number, plane in enumerate(session.planes):
        shifts = shifts_of(session, raw, number)
        assert shifts is not None
        assert shifts.index_position.tolist() == raw.stacks[plane.name].index_position.tolist()
        for position, shift in zip(shifts.index_position, shifts.shift_px, strict=True):
            file = plane.frame_index.file_number[position]
            path = raw.inventory.planes[number].registration[int(file)]
            source = loadmat(str(path), appendmat=False)
            frame = plane.frame_index.frame_number[position]
            assert shift.tolist() == [source["dx_r"][0, frame], source["dy_r"][0, frame]]


def test_frames_whose_tif_is_missing_keep_their_shifts(tmp_path: Path) -> None:
    made, session, raw = opened(tmp_path)
    made.stack_paths[made.planes[0].name, 2].unlink()
    _, again = reread(made)
    before, after = shifts_of(session, raw), shifts_of(session, again)
    assert before is not None
    assert after is not None
    assert np.array_equal(before.shift_px, after.shift_px)
    assert again.stacks["fov_01002"].frame_count < len(after.shift_px)


def test_frames_without_registration_file_are_left_out(tmp_path: Path) -> None:
    _, session, raw = opened(tmp_path)
    without_second = {number: path for number, path in raw.inventory.planes[0].registration.items() if number != 1}
    shifts = shifts_of(session, raw, registration=without_second)
    assert shifts is not None
    assert 1 not in session.planes[0].frame_index.file_number[shifts.index_position]
    assert len(shifts.paths) == len(without_second)


def test_no_registration_file(tmp_path: Path) -> None:
    _, session, raw = opened(tmp_path)
    assert shifts_of(session, raw, registration={}) is None


@pytest.mark.parametrize("change", [-1, 1])
def test_another_number_of_frames_than_the_tif(tmp_path: Path, change: int) -> None:
    _, session, raw = opened(tmp_path)
    path = raw.inventory.planes[0].registration[0]
    count = len(read_shifts(path)) + change
    save(path, dx_r=np.zeros(count), dy_r=np.zeros(count))
    with pytest.raises(SscError, match=kinds.REGISTRATION_LENGTH.identifier) as caught:
        shifts_of(session, raw)
    assert caught.value.problem.file == str(path)
    log = ProblemLog()
    kept = shifts_of(session, raw, keep_going=True, log=log)
    assert kept is not None
    assert 0 not in session.planes[0].frame_index.file_number[kept.index_position]
    assert list(grouped_by_kind(log.problems)) == [kinds.REGISTRATION_LENGTH]
