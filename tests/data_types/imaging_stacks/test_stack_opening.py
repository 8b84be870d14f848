"""Opening a stack: files checked against each other and the index, and what becomes a gap."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from ssc_to_nwb.clock import Clock
from ssc_to_nwb.data_types.imaging_stacks.layout import (
    FILE_MISSING,
    FILE_SKIPPED,
    FRAME_ABSENT,
    NO_FRAME_LISTED,
    imaging_gaps,
)
from ssc_to_nwb.data_types.imaging_stacks.opening import index_files, open_plane_stack
from ssc_to_nwb.data_types.imaging_stacks.source import ListedFrames, PlaneStack
from ssc_to_nwb.data_types.rois.source import FrameIndex
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, SscError, grouped_by_kind
from ssc_to_nwb.session.context import SessionContext, load_context
from ssc_to_nwb.session.raw_data import RawData, open_raw_data
from ssc_to_nwb.session.session import Session
from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.spec import SessionSpec, StackSpec, SubvolumeSpec

SMALL: dict[str, Any] = {
    "image_shape": (20, 28),
    "subvolumes": (SubvolumeSpec(number=1, planes=(2, 3), rois_per_plane=2),),
    "arrays": ("dff",),
}


def opened(
    root: Path, *, keep_going: bool = False, stated: int | None = None, **fields: Any
) -> tuple[SyntheticSession, Session, RawData, ProblemLog]:
    made = write_session(root=root, spec=SessionSpec(**(SMALL | fields)), videos=False)
    log = ProblemLog()
    context = context_of(made, stated=stated)
    raw = open_raw_data(context, raw_folder=made.folder, mode="auto", keep_going=keep_going, log=log)
    assert raw is not None
    return made, context.session, raw, log


def gaps_of(stack: PlaneStack) -> list[tuple[int, int, str, str]]:
    """First time stamp and number of those without a frame, why there is none, and the file that it is listed of."""
    columns = {
        column.name: column.values
        for table in imaging_gaps([(stack, np.arange(stack.exists.size, dtype=float))], clock=Clock())
        for column in table.columns
    }
    names = ("first_time_index", "frame_count", "reason", "listed_file")
    return list(zip(*(columns.get(name, []) for name in names), strict=True))


def context_of(made: SyntheticSession, *, stated: int | None) -> SessionContext:
    """The session, with the number of channels that its metadata state."""
    context = load_context(made.mat_path)
    assumptions = replace(context.metadata.assumptions, channels_per_frame=stated)
    return replace(context, metadata=replace(context.metadata, assumptions=assumptions))


def check_every_frame(made: SyntheticSession, raw: RawData) -> int:
    """Compare every frame of every plane, in its channels, with what was drawn; returns how many there were."""
    compared = 0
    for plane in made.planes:
        stack = raw.stacks[plane.name]
        listed = [file for file in plane.files if file.listed]
        found = stack.read_all(0, stack.frame_count)
        for position, frame in zip(stack.index_position, found, strict=True):
            file, number = plane.frame_index[:, position].astype(int)
            drawn = made.frames(plane.name, listed[file - 1].number)[number - 1]
            assert np.array_equal(frame, drawn[: len(stack.channels)])
        compared += len(found)
    return compared


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"blank_time_point": True, "short_last_file": True, "rejected_file": True, "late_first_file": True},
        {"unknown_trial_frames": True, "unlisted_tif": True, "listed_without_fluo_batch_out": True},
        {"stacks": StackSpec(dtype="int16", scanimage_header=True)},
        {"stacks": StackSpec(bigtiff=True, compression="zlib", files_with_extra_frames=(2,))},
        {"stacks": StackSpec(tile=(16, 16))},
        {"stacks": StackSpec(files_with_one_table=(1, 2, 3, 4, 5, 6))},
        {"stacks": StackSpec(channels=1), "master_image_2d": True},
        {"stacks": StackSpec(channels=1, files_with_one_table=(2,)), "master_image_2d": True, "late_first_file": True},
    ],
    ids=["plain", "gaps", "names", "int16 ScanImage", "BigTIFF deflate", "tiles", "one table", "one channel", "both"],
)
def test_every_frame_is_the_one_that_was_drawn(tmp_path: Path, fields: dict[str, Any]) -> None:
    made, session, raw, _ = opened(tmp_path, **fields)
    listed = sum(int(plane.frame_index.present.sum()) for plane in session.planes)
    assert check_every_frame(made, raw) == listed > 0


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"stacks": StackSpec(files_with_extra_frames=(2,))}, r"4 of \d+ pages"),
        ({"late_first_file": True}, r"\d+ of \d+ pages"),
        (
            {"stacks": StackSpec(files_with_extra_frames=(1, 2, 3))},
            r"4 of \d+ pages, and 8 pages of 2 other stacks of the plane",
        ),
    ],
    ids=["one", "late", "several"],
)
def test_pages_that_no_list_names_are_a_warning(tmp_path: Path, fields: dict[str, Any], found: str) -> None:
    _, session, raw, log = opened(tmp_path, **fields)
    warnings = grouped_by_kind(log.problems)[kinds.STACK_PAGES_UNLISTED]
    assert {problem.field for problem in warnings} <= {f"plane {plane.name}" for plane in session.planes}
    assert all(re.fullmatch(found, problem.found or "") for problem in warnings)
    listed = {str(index.path) for stack in raw.stacks.values() for index in stack.used.values()}
    assert {problem.file for problem in warnings} <= listed


def test_pages_of_frames_that_are_listed_are_no_warning(tmp_path: Path) -> None:
    for place, fields in enumerate(({}, {"blank_time_point": True, "short_last_file": True, "rejected_file": True})):
        folder = tmp_path / str(place)
        folder.mkdir()
        assert kinds.STACK_PAGES_UNLISTED not in grouped_by_kind(opened(folder, **fields)[3].problems)


def test_type_is_that_of_the_tif(tmp_path: Path) -> None:
    _, _, raw, _ = opened(tmp_path, stacks=StackSpec(dtype="int16"))
    assert {stack.dtype.name for stack in raw.stacks.values()} == {"int16"}


def test_scanimage_text_is_kept(tmp_path: Path) -> None:
    _, _, raw, _ = opened(tmp_path, stacks=StackSpec(scanimage_header=True))
    text = raw.stacks["fov_01002"].first_file.description
    assert text is not None
    assert text.startswith("state.configPath=")


def test_lists_of_different_length_in_one_subvolume(tmp_path: Path) -> None:
    _, _, raw, _ = opened(tmp_path, rejected_file=True)
    counts = [len(stack.used) for stack in raw.stacks.values()]
    assert counts[1] == counts[0] - 1


def test_frames_without_an_index_are_gaps(tmp_path: Path) -> None:
    _, session, raw, log = opened(tmp_path, blank_time_point=True)
    for plane in session.planes:
        assert gaps_of(raw.stacks[plane.name]) == [(3, 1, NO_FRAME_LISTED, "")]
    assert kinds.RAW_FILE_MISSING not in grouped_by_kind(log.problems)


def test_missing_file_is_a_gap_and_a_warning(tmp_path: Path) -> None:
    made, session, raw, log = opened(tmp_path, stacks=StackSpec(files_missing=(3,)))
    for plane, truth in zip(session.planes, made.planes, strict=True):
        stack = raw.stacks[plane.name]
        ((start, count, reason, listed_file),) = gaps_of(stack)
        assert reason == FILE_MISSING
        assert truth.listed_paths[2].endswith(f"imaging_data/{listed_file}")
        assert np.array_equal(np.flatnonzero(~stack.exists), np.arange(start, start + count))
        assert (plane.frame_index.file_number[start : start + count] == 2).all()
    problems = grouped_by_kind(log.problems)[kinds.RAW_FILE_MISSING]
    assert [problem.file for problem in problems] == [truth.listed_paths[2] for truth in made.planes]
    assert problems[0].field == f"plane fov_01002, trial {made.trials.numbers[2]}"
    check_every_frame(made, raw)


DAMAGES: dict[str, tuple[StackSpec, Any, str]] = {
    "truncated": (StackSpec(files_truncated=(2,)), kinds.TIF_TRUNCATED, "page"),
    "odd pages": (StackSpec(files_with_odd_pages=(2,)), kinds.TIF_ODD_PAGES, "plane"),
    "other size": (StackSpec(files_of_other_size=(2,)), kinds.TIF_DIFFERS_FROM_STACK, "plane"),
    "not a tif": (StackSpec(files_not_tif=(2,)), kinds.TIF_UNREADABLE, "plane"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_an_error_that_names_file_plane_and_trial(tmp_path: Path, damage: str) -> None:
    spec, kind, _ = DAMAGES[damage]
    with pytest.raises(SscError, match=kind.identifier) as caught:
        opened(tmp_path, stacks=spec)
    problem = caught.value.problem
    assert problem.file is not None
    assert problem.file.endswith("_main_002.tif")
    assert problem.field is not None
    assert problem.field.startswith("plane fov_01002, trial 3, frame ")


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_a_gap_with_keep_going(tmp_path: Path, damage: str) -> None:
    spec, kind, _ = DAMAGES[damage]
    made, _, raw, log = opened(tmp_path, keep_going=True, stacks=spec)
    for stack in raw.stacks.values():
        ((*_, reason, _),) = gaps_of(stack)
        assert reason == f"{FILE_SKIPPED} ({kind.identifier})"
    problems = grouped_by_kind(log.problems)[kinds.STACK_FILE_SKIPPED]
    assert len(problems) == len(made.planes)
    assert kind.identifier in str(problems[0])
    check_every_frame(made, raw)


def test_first_file_of_another_size_does_not_decide_against_the_master_image(tmp_path: Path) -> None:
    with pytest.raises(SscError, match=kinds.TIF_DIFFERS_FROM_STACK.identifier) as caught:
        opened(tmp_path, stacks=StackSpec(files_of_other_size=(1,)))
    assert caught.value.problem.expected == "20 x 28 as the master image"


def reopened(session: Session, raw: RawData, *, later: int, keep_going: bool) -> tuple[Any, ProblemLog]:
    """The first plane with an index that points `later` frames further in its first file."""
    plane = session.planes[0]
    index = plane.frame_index
    first = index.file_number == 0
    moved = np.where(first, index.frame_number + later, index.frame_number)
    log = ProblemLog()
    frames = ListedFrames(
        plane_name=plane.name,
        frame_index=FrameIndex(file_number=index.file_number, frame_number=moved),
        trial=session.subvolumes[0].trial,
        listed_files=raw.stacks[plane.name].listed_files,
    )
    files = index_files(frames, keep_going=keep_going)
    return open_plane_stack(frames, files, image_shape=None, green_first=True, keep_going=keep_going, log=log), log


def test_fewer_frames_than_listed_is_an_error(tmp_path: Path) -> None:
    _, session, raw, _ = opened(tmp_path)
    with pytest.raises(SscError, match=kinds.TIF_TOO_FEW_FRAMES.identifier) as caught:
        reopened(session, raw, later=2, keep_going=False)
    problem = caught.value.problem
    count = int((session.planes[0].frame_index.file_number == 0).sum())
    assert problem.expected == f"at least {count + 2} frames"
    assert f"frame {count + 1}" in str(problem.field)


def test_fewer_frames_than_listed_is_a_gap_of_those_frames_with_keep_going(tmp_path: Path) -> None:
    _, session, raw, _ = opened(tmp_path)
    stack, log = reopened(session, raw, later=2, keep_going=True)
    count = int((session.planes[0].frame_index.file_number == 0).sum())
    assert [gap[:3] for gap in gaps_of(stack)] == [(count - 2, 2, FRAME_ABSENT)]
    assert list(grouped_by_kind(log.problems)) == [kinds.STACK_FILE_SKIPPED, kinds.STACK_PAGES_UNLISTED]


def test_one_page_per_listed_frame_is_the_green_channel_alone(tmp_path: Path) -> None:
    _, _, raw, log = opened(tmp_path, stacks=StackSpec(channels=1), master_image_2d=True)
    assert {stack.channels for stack in raw.stacks.values()} == {("green",)}
    (warning,) = grouped_by_kind(log.problems)[kinds.STACKS_OF_ONE_CHANNEL]
    assert warning.found == "12 of 12 stacks have one page per listed frame"


def test_what_a_metadata_file_states_is_not_asked_for_again(tmp_path: Path) -> None:
    _, _, raw, log = opened(tmp_path, stated=1, stacks=StackSpec(channels=1), master_image_2d=True)
    assert {stack.channels for stack in raw.stacks.values()} == {("green",)}
    assert not log.problems


RED_BESIDE: dict[str, tuple[dict[str, Any], str]] = {
    "master image": ({"stacks": StackSpec(channels=1)}, "masterImage of fov_01002 shows a red channel"),
    "side image": (
        {"stacks": StackSpec(files_of_one_channel=(1, 2, 3, 4, 5, 6)), "master_image_2d": True},
        "master_imreg_image_chan_02.tif shows a red channel",
    ),
}


@pytest.mark.parametrize("where", RED_BESIDE)
def test_green_pages_alone_are_refused_where_a_red_channel_is_seen(tmp_path: Path, where: str) -> None:
    fields, because = RED_BESIDE[where]
    with pytest.raises(SscError, match=kinds.TIF_ONE_CHANNEL.identifier) as caught:
        opened(tmp_path, **fields)
    assert caught.value.problem.expected == f"green and red pages in turn, as {because}"


@pytest.mark.parametrize("where", RED_BESIDE)
def test_green_pages_alone_are_never_taken_for_green_and_red(tmp_path: Path, where: str) -> None:
    _, _, raw, log = opened(tmp_path, keep_going=True, **RED_BESIDE[where][0])
    assert {stack.frame_count for stack in raw.stacks.values()} == {0}
    assert {gap[2] for stack in raw.stacks.values() for gap in gaps_of(stack)} == {f"{FILE_SKIPPED} (tif-one-channel)"}
    assert set(grouped_by_kind(log.problems)) == {kinds.STACK_FILE_SKIPPED}


@pytest.mark.parametrize("two_d", [False, True])
def test_a_single_file_of_one_channel_is_refused_by_name(tmp_path: Path, two_d: bool) -> None:
    fields: dict[str, Any] = {"stacks": StackSpec(files_of_one_channel=(2,)), "master_image_2d": two_d}
    with pytest.raises(SscError, match=kinds.TIF_ONE_CHANNEL.identifier) as caught:
        opened(tmp_path / "refused", **fields)
    assert str(caught.value.problem.file).endswith("_main_002.tif")
    made, _, raw, _ = opened(tmp_path / "left out", keep_going=True, **fields)
    assert {gap[2] for stack in raw.stacks.values() for gap in gaps_of(stack)} == {f"{FILE_SKIPPED} (tif-one-channel)"}
    assert check_every_frame(made, raw) > 0


def test_a_number_of_pages_is_named_in_words(tmp_path: Path) -> None:
    spec = StackSpec(files_with_one_table=(2,))
    made = write_session(root=tmp_path, spec=SessionSpec(**(SMALL | {"stacks": spec})), videos=False)
    path = made.stack_paths["fov_01002", 2]
    tifffile.imwrite(path, tifffile.imread(path)[:1], photometric="minisblack", metadata=None)
    with pytest.raises(SscError) as caught:
        reread(made)
    assert str(caught.value.problem.found).startswith("1 page for ")


def reread(made: SyntheticSession, *, keep_going: bool = False, stated: int | None = None) -> RawData:
    """The raw data of a session whose files were changed."""
    context, log = context_of(made, stated=stated), ProblemLog()
    raw = open_raw_data(context, raw_folder=made.folder, mode="auto", keep_going=keep_going, log=log)
    assert raw is not None
    return raw
