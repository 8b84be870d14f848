"""A session's raw files as a whole: every file has its place or a reason."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from made_sessions import Edit, Struct, array

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemKind, ProblemLog, Severity, SscError, grouped_by_kind
from ssc_to_nwb.session.context import load_context
from ssc_to_nwb.session.raw_data import RawData, open_raw_data
from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.spec import SessionSpec, StackSpec, SubvolumeSpec


def made(root: Path, *, edit: Edit | None = None, **fields: Any) -> SyntheticSession:
    small: dict[str, Any] = {
        "image_shape": (20, 28),
        "subvolumes": (SubvolumeSpec(number=1, planes=(2, 3), rois_per_plane=2),),
        "arrays": ("dff",),
    }
    return write_session(root=root, spec=SessionSpec(**(small | fields)), videos=False, edit=edit)


def opened(
    session: SyntheticSession, *, mode: Any = "auto", folder: Path | str | None = "own", log: ProblemLog | None = None
) -> RawData | None:
    return open_raw_data(
        load_context(session.mat_path),
        raw_folder=session.folder if folder == "own" else folder,  # type: ignore[arg-type]
        mode=mode,
        keep_going=False,
        log=ProblemLog() if log is None else log,
    )


def test_every_file_is_accounted_for(tmp_path: Path) -> None:
    session = made(
        tmp_path, rejected_file=True, unlisted_tif=True, stacks=StackSpec(imreg_files=True, files_missing=(4,))
    )
    (session.folder / "notes.txt").write_text("x")
    (session.folder / "whisker").mkdir(exist_ok=True)
    (session.folder / "whisker" / "x_trial_003.mp4").write_bytes(b"x")
    log = ProblemLog()
    raw = opened(session, log=log)
    assert raw is not None
    inventory = raw.inventory
    placed = {file.path for plane in inventory.planes for file in plane.listed_files if file.path is not None}
    placed |= {image.path for plane in inventory.planes for image in plane.side_images}
    placed |= {path for plane in inventory.planes for path in plane.registration.values()}
    placed |= {video.path for video in inventory.videos} | {file.path for file in inventory.left_out}
    assert placed == {path for path in session.folder.rglob("*") if path.is_file()}
    assert [problem.file for problem in grouped_by_kind(log.problems)[kinds.RAW_FILE_LEFT_OUT]] == [
        str(file.path) for file in inventory.left_out
    ]


def test_reasons_of_what_is_left_out(tmp_path: Path) -> None:
    session = made(tmp_path, unlisted_tif=True, stacks=StackSpec(imreg_files=True))
    (session.folder / "fov_09009" / "fluo_batch_out").mkdir(parents=True)
    (session.folder / "fov_09009" / "fluo_batch_out" / "session_mean_chan_01.tif").write_bytes(b"x")
    (session.folder / "notes.txt").write_text("x")
    (session.folder / "gone.txt").symlink_to("/nowhere")
    lone = session.stack_folder(session.planes[0]) / "something_else.imreg_out"
    lone.write_bytes(b"x")
    raw = opened(session)
    assert raw is not None
    reasons = {file.path.name: file.reason for file in raw.inventory.left_out}
    assert reasons["notes.txt"] == "not a kind of file the data set is known to have"
    assert reasons["gone.txt"] == "a link that leads to no file"
    assert reasons["session_mean_chan_01.tif"] == "its folder belongs to no plane of the session file"
    assert reasons["imreg_session_stats.mat"].startswith("summary of the registration")
    assert reasons[lone.name] == "no listed stack of its name is beside it"
    assert reasons["Image_Registration_4_an900001_2013_03_08_main_900.tif"] == (
        "no file list of the session file names this tif"
    )


def warned(log: ProblemLog, *kinds_: ProblemKind) -> list[tuple[str, str, str | None]]:
    return [
        (problem.kind.identifier, Path(problem.file or "").name, problem.found)
        for problem in log.problems
        if problem.kind in kinds_
    ]


def test_links_and_special_files_are_left_out_with_a_warning(tmp_path: Path) -> None:
    session = made(tmp_path / "source")
    outside = tmp_path / "disk" / "o.txt"
    outside.parent.mkdir()
    outside.write_text("x")
    (session.folder / "notes.txt").symlink_to(outside)
    (session.folder / "gone.mp4").symlink_to("nowhere")
    (session.folder / "circle").symlink_to(".")
    os.mkfifo(session.folder / "x_trial_002.mp4")
    log = ProblemLog()
    opened(session, log=log)
    assert warned(log, kinds.RAW_LINK_LEFT_OUT, kinds.RAW_LINK_DANGLING, kinds.RAW_NOT_A_FILE) == [
        ("raw-link-dangling", "gone.mp4", "a link to nowhere"),
        ("raw-link-left-out", "notes.txt", f"a link to {outside}"),
        ("raw-not-a-file", "x_trial_002.mp4", None),
        ("raw-link-left-out", "circle", f"a link to {session.folder}"),
    ]
    assert all(problem.severity is Severity.WARNING for problem in log.problems)


def test_what_systems_leave_is_left_out_before_its_ending_is_looked_at(tmp_path: Path) -> None:
    session = made(tmp_path)
    plane = session.stack_folder(session.planes[0])
    for stack in list(plane.glob("*.tif")):
        (plane / f"._{stack.name}").write_bytes(b"AppleDouble")
    for name in ("._x_trial_002.mp4", ".DS_Store", "__MACOSX/fov_01002/a_trial_003.mp4", "Thumbs.db"):
        (session.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (session.folder / name).write_bytes(b"x")
    raw = opened(session)
    assert raw is not None
    assert raw.inventory.videos == ()
    left = {file.path.name: file.reason for file in raw.inventory.left_out}
    assert set(left.values()) == {"left there by macOS or Windows, not part of the data"}
    assert len(left) == 4 + len(list(plane.glob("[!.]*.tif")))


def in_upper_case(session: SyntheticSession, path: Path) -> None:
    below = path.relative_to(session.folder)
    target = session.folder / below.as_posix().upper()
    target.parent.mkdir(parents=True, exist_ok=True)
    path.rename(target)


def test_stacks_and_side_images_of_another_case_are_taken_with_a_note(tmp_path: Path) -> None:
    session = made(tmp_path)
    for path in [*session.stack_paths.values(), *session.side_paths]:
        in_upper_case(session, path)
    log = ProblemLog()
    raw = opened(session, log=log)
    assert raw is not None
    assert {problem.kind for problem in log.problems} == {kinds.RAW_FILE_OTHER_CASE}
    assert len(log.problems) == len(session.stack_paths)
    for plane in session.planes:
        stack = raw.stacks[plane.name]
        assert stack.frame_count > 0
        assert stack.exists.all()
    assert sum(len(plane.side_images) for plane in raw.inventory.planes) == len(session.side_paths)


def test_planes_without_any_stack_are_warned_of_by_name(tmp_path: Path) -> None:
    session = made(tmp_path)
    for (plane, _), path in session.stack_paths.items():
        if plane == "fov_01003":
            path.rename(path.with_name(f"renamed_{path.name}"))
    log = ProblemLog()
    opened(session, log=log)
    (problem,) = grouped_by_kind(log.problems)[kinds.RAW_PLANE_MISSING]
    assert problem.field == "plane fov_01003"
    assert (problem.expected or "").startswith("6 listed stacks, such as ")


def test_a_missing_stack_says_what_lies_in_its_place(tmp_path: Path) -> None:
    session = made(tmp_path)
    path = session.stack_paths["fov_01002", 2]
    path.unlink()
    path.symlink_to("/annex/objects/x")
    log = ProblemLog()
    opened(session, log=log)
    (problem,) = grouped_by_kind(log.problems)[kinds.RAW_FILE_MISSING]
    assert problem.detail == "a link that leads to no file, /annex/objects/x"
    assert len(grouped_by_kind(log.problems)[kinds.RAW_LINK_DANGLING]) == 1


def test_sizes(tmp_path: Path) -> None:
    session = made(tmp_path, stacks=StackSpec(files_missing=(2,)))
    raw = opened(session)
    assert raw is not None
    for plane in raw.inventory.planes:
        assert len(plane.missing) == 1
    for stack in raw.stacks.values():
        assert stack.byte_size == stack.frame_count * 2 * 20 * 28 * 2 > 0


def test_require_fails_where_a_listed_file_is_missing(tmp_path: Path) -> None:
    session = made(tmp_path, stacks=StackSpec(files_missing=(2, 3)))
    with pytest.raises(SscError, match=kinds.RAW_FILE_REQUIRED.identifier) as caught:
        opened(session, mode="require")
    assert caught.value.problem.found == "4 listed files are missing"


def test_require_is_content_when_all_is_there(tmp_path: Path) -> None:
    assert opened(made(tmp_path), mode="require") is not None


def test_without_a_folder(tmp_path: Path) -> None:
    session = made(tmp_path)
    log = ProblemLog()
    assert opened(session, folder=None, log=log) is None
    assert list(grouped_by_kind(log.problems)) == [kinds.RAW_FOLDER_MISSING]
    with pytest.raises(SscError, match=kinds.RAW_FILE_REQUIRED.identifier):
        opened(session, folder=None, mode="require")


def test_registration_files_go_with_their_stacks(tmp_path: Path) -> None:
    session = made(tmp_path, stacks=StackSpec(imreg_files=True))
    raw = opened(session)
    assert raw is not None
    for plane in raw.inventory.planes:
        for number, path in plane.registration.items():
            stack = plane.listed_files[number].path
            assert stack is not None
            assert path.stem == stack.stem
        assert len(plane.registration) == len(plane.listed_files)


@pytest.mark.parametrize("name", ["an900001_2013_03_08_main_001.imreg_out", "{stack}.imreg_out"])
def test_other_names_of_registration_files(tmp_path: Path, name: str) -> None:
    session = made(tmp_path)
    plane = session.planes[0]
    stack = session.stack_paths[plane.name, 1]
    path = stack.parent / name.format(stack=stack.name)
    path.write_bytes(b"x")
    raw = opened(session)
    assert raw is not None
    assert dict(raw.inventory.planes[0].registration) == {0: path}


def test_trial_numbers_of_videos_by_pattern(tmp_path: Path) -> None:
    session = made(tmp_path)
    (session.folder / "whisker").mkdir()
    for name in ("b_trial_012.mp4", "a_trial_3.mp4", "strange.mp4"):
        (session.folder / "whisker" / name).write_bytes(b"x")
    raw = opened(session)
    assert raw is not None
    videos = raw.inventory.videos
    assert [(video.path.name, video.trial) for video in videos] == [
        ("a_trial_3.mp4", 3),
        ("b_trial_012.mp4", 12),
        ("strange.mp4", None),
    ]


def test_data_set_without_raw_files_is_not_said_to_lack_them(tmp_path: Path) -> None:
    log = ProblemLog()
    assert opened(made(tmp_path, data_set="ssc-2"), folder=None, log=log) is None
    assert not log.problems


def test_path_that_leaves_the_folder_names_session_file_and_plane(tmp_path: Path) -> None:
    listed = r"C:\rig\fov_01003\x.tif"
    session = made(tmp_path, edit=lambda s: list_path(s, plane=1, path=listed))
    with pytest.raises(SscError, match=kinds.RAW_PATH_OUTSIDE.identifier) as caught:
        opened(session)
    problem = caught.value.problem
    assert (problem.file, problem.field, problem.found) == (
        str(session.mat_path), "plane fov_01003, sourceFileList", listed,
    )  # fmt: skip


def list_path(s: Struct, *, plane: int, path: str) -> None:
    array(s, "dffTSA_subvolume_01")["imagingPlane"][plane]["sourceFileList"][0] = path
