"""Sources and outputs as real disks hold them: links to other disks, pipes, names in other case, leftovers of systems.

Each is converted, verified and not done again; what is left out is seen by every command that looks at the source.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import h5py
import pytest
from click.testing import CliRunner
from converting import convert
from levels import mostly_long
from tiny_sessions import tiny_spec

from ssc_to_nwb.api.planning import plan
from ssc_to_nwb.api.sessions import list_sessions
from ssc_to_nwb.api.verification import verify_sessions
from ssc_to_nwb.cli.main import group
from ssc_to_nwb.nwb_file.results import SessionOutcome
from ssc_to_nwb.testing.dataset import SyntheticSession, write_session

pytestmark = pytest.mark.usefixtures("in_this_process")
SESSION = "an900010_2013_01_01"
LINKED = ("session folder", "session file", "videos", "folders", "stacks", "all")


@pytest.fixture
def made(tmp_path: Path) -> SyntheticSession:
    """A tiny session with stacks, videos and little else in `source`."""
    return write_session(root=tmp_path / "source", spec=tiny_spec(whisker_data=False), raw=True, videos=True)


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    folder = tmp_path / "disk"
    folder.mkdir()
    return folder


def moved(path: Path, disk: Path) -> None:
    """Move a file or folder to another disk, and leave a link in its place."""
    target = disk / path.name
    shutil.move(path, target)
    path.symlink_to(target)


def converted(source: Path, output: Path, **options: Any) -> SessionOutcome:
    """What comes of converting the one session, which agrees with its source and is not done again."""
    (outcome,) = convert(source=source, output=output, **options).outcomes
    assert outcome.error is None, outcome.error
    assert outcome.verified == "full"
    (again,) = convert(source=source, output=output, **options).outcomes
    assert again.status == "skipped"
    return outcome


def frames_and_videos(outcome: SessionOutcome) -> tuple[int, int]:
    with h5py.File(outcome.output) as file:
        frames = file.get("acquisition/two_photon_series_fov_01002_green/data")
        videos = file.get("acquisition/whisker_video/external_file")
        return 0 if frames is None else len(frames), 0 if videos is None else len(videos)


def warned(outcome: SessionOutcome) -> set[str]:
    """What was said of raw files."""
    found = {problem.kind.identifier for problem in outcome.problems}
    return {identifier for identifier in found if identifier.startswith("raw-")}


def seen_by_commands(source: Path, output: Path, *words: str, convert: bool = False) -> None:
    """Every command that looks at the source says so where a user sees it."""
    commands = [("sessions", source), ("plan", source, output)]
    if convert:
        commands.append(("convert", source, output, "--verify", "off"))
    for arguments in commands:
        done = CliRunner().invoke(group, [str(argument) for argument in arguments], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        assert all(word in done.output for word in words), done.output


@pytest.mark.parametrize("linked", mostly_long(LINKED, quick="all".__eq__))
def test_what_is_linked_in_from_another_disk_is_converted(
    made: SyntheticSession, disk: Path, tmp_path: Path, linked: str
) -> None:
    expected = (len(made.planes[0].frame_index[0]), len(made.video_paths))
    if linked == "folders":
        moved(made.folder / "whisker", disk)
        moved(made.folder / "fov_01002", disk)
    if linked in ("session file", "all"):
        moved(made.mat_path, disk)
    if linked in ("videos", "all"):
        for path in made.video_paths.values():
            moved(path, disk)
    if linked in ("stacks", "all"):
        for path in (*made.stack_paths.values(), *made.side_paths):
            moved(path, disk)
    if linked in ("session folder", "all"):
        moved(made.folder, disk)
    outcome = converted(tmp_path / "source", tmp_path / "nwb")
    assert frames_and_videos(outcome) == expected
    assert not warned(outcome)
    assert not outcome.left_out


@pytest.mark.long
def test_a_stray_link_is_left_out_and_seen(made: SyntheticSession, disk: Path, tmp_path: Path) -> None:
    (disk / "o.txt").write_text("x")
    (made.folder / "notes.txt").symlink_to(disk / "o.txt")
    seen_by_commands(tmp_path / "source", tmp_path / "seen", "raw-link-left-out", "notes.txt", str(disk / "o.txt"))
    outcome = converted(tmp_path / "source", tmp_path / "nwb")
    assert "raw-link-left-out" in warned(outcome)
    assert outcome.left_out == ((str(made.folder / "notes.txt"), "not a kind of file the data set is known to have"),)
    with h5py.File(outcome.output) as file:
        table = file["processing/source/source_files"]
        assert str(disk) not in " ".join([*table["path"].asstr(), *table["reason"].asstr()])


@pytest.mark.parametrize("target", ["nothere.mp4", pytest.param("/mnt/annex/objects/x.mp4", marks=pytest.mark.long)])
def test_a_link_to_nothing_is_left_out_and_seen(made: SyntheticSession, tmp_path: Path, target: str) -> None:
    video = next(iter(made.video_paths.values()))
    video.unlink()
    video.symlink_to(target)
    seen_by_commands(tmp_path / "source", tmp_path / "seen", "raw-link-dangling", video.name, target)
    outcome = converted(tmp_path / "source", tmp_path / "nwb")
    assert "raw-link-dangling" in warned(outcome)
    assert frames_and_videos(outcome)[1] == len(made.video_paths) - 1


def test_a_link_to_nothing_in_the_place_of_the_folder_is_seen(made: SyntheticSession, tmp_path: Path) -> None:
    shutil.rmtree(made.folder)
    made.folder.symlink_to("/mnt/not_mounted")
    seen_by_commands(tmp_path / "source", tmp_path / "seen", "raw-folder-missing", "/mnt/not_mounted", convert=True)


@pytest.mark.long
def test_content_that_is_fetched_later_is_converted_then(made: SyntheticSession, disk: Path, tmp_path: Path) -> None:
    video = next(iter(made.video_paths.values()))
    moved(video, disk)
    (disk / video.name).rename(disk / "not fetched")
    assert convert(source=tmp_path / "source", output=tmp_path / "nwb", verify="off").ok
    (disk / "not fetched").rename(disk / video.name)
    outcome = convert(source=tmp_path / "source", output=tmp_path / "nwb", verify="off").outcomes[0]
    assert outcome.status == "converted"
    assert frames_and_videos(outcome)[1] == len(made.video_paths)


def test_pipes_are_no_source_files(made: SyntheticSession, tmp_path: Path) -> None:
    """Whoever opened one would wait forever."""
    video = next(iter(made.video_paths.values()))
    pipes = [video, made.stack_paths["fov_01002", 1], made.side_paths[0]]
    for path in pipes:
        path.unlink()
    pipes.append(made.folder / "fov_01002" / "fluo_batch_out" / "x.imreg_out")
    for path in [*pipes, *(tmp_path / "source" / name for name in ("x.tar.gz", "x.zip", "MD5SUMS"))]:
        os.mkfifo(path)
    seen_by_commands(tmp_path / "source", tmp_path / "seen", "raw-not-a-file")
    outcome = converted(tmp_path / "source", tmp_path / "nwb")
    assert "raw-not-a-file" in warned(outcome)
    assert len(outcome.left_out) == len(pipes)


def test_a_pipe_is_no_session_file(tmp_path: Path) -> None:
    path = tmp_path / f"{SESSION}_session.mat"
    os.mkfifo(path)
    done = CliRunner().invoke(group, ["sessions", str(path)])
    assert done.exit_code != 0
    assert "a named pipe (FIFO)" in done.output


def test_names_in_another_case_are_found(made: SyntheticSession, tmp_path: Path) -> None:
    for path in (*made.stack_paths.values(), *made.side_paths):
        path.rename(path.with_suffix(".TIF"))
    made.folder.rename(made.folder.with_name(made.folder.name.upper()))
    outcome = converted(tmp_path / "source", tmp_path / "nwb")
    assert frames_and_videos(outcome) == (len(made.planes[0].frame_index[0]), len(made.video_paths))
    assert "raw-file-other-case" in warned(outcome)
    (summary,) = list_sessions(source=tmp_path / "source")
    assert (summary.raw_present, summary.raw_missing) == (len(made.stack_paths), 0)
    assert {problem.kind.identifier for problem in summary.warnings} == {"raw-file-other-case"}


def with_leftovers(folder: Path) -> None:
    """Put beside every file what macOS and Windows leave."""
    for path in list(folder.rglob("*")):
        if path.is_file():
            path.with_name(f"._{path.name}").write_bytes(b"\0\5\x16\7\0\2")
    for path in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        for name in (".DS_Store", "Thumbs.db", "desktop.ini"):
            (path / name).write_bytes(b"x")


def test_leftovers_of_systems_are_no_source(made: SyntheticSession, tmp_path: Path) -> None:
    expected = (len(made.planes[0].frame_index[0]), len(made.video_paths))
    with_leftovers(tmp_path / "source")
    (summary,) = list_sessions(source=tmp_path / "source")
    assert summary.videos == expected[1]
    outcome = converted(tmp_path / "source", tmp_path / "nwb")
    assert frames_and_videos(outcome) == expected
    assert {reason for _, reason in outcome.left_out} == {"left there by macOS or Windows, not part of the data"}
    assert warned(outcome) == {"raw-file-left-out"}


@pytest.mark.long
def test_leftovers_that_come_and_go_change_nothing(made: SyntheticSession, tmp_path: Path) -> None:
    (made.folder / ".DS_Store").write_bytes(b"x")
    outcome = converted(tmp_path / "source", tmp_path / "nwb")
    assert outcome.output is not None
    (made.folder / ".DS_Store").unlink()
    (made.folder / "whisker" / "Thumbs.db").write_bytes(b"x")
    with_leftovers(tmp_path / "nwb")
    assert verify_sessions(source=tmp_path / "source", output=tmp_path / "nwb").ok
    (again,) = convert(source=tmp_path / "source", output=tmp_path / "nwb", verify="off").outcomes
    assert again.status == "skipped", again.problems


@pytest.mark.long
def test_leftovers_in_packed_files_are_no_source(made: SyntheticSession, tmp_path: Path) -> None:
    expected = (len(made.planes[0].frame_index[0]), len(made.video_paths))
    with_leftovers(tmp_path / "source")
    (tmp_path / "packed").mkdir()
    with zipfile.ZipFile(tmp_path / "packed" / "all.zip", "w") as packed:
        for path in sorted(made.folder.rglob("*")):
            below = path.relative_to(tmp_path / "source").as_posix()
            packed.write(path, f"__MACOSX/{below}" if path.name.startswith("._") else below)
        packed.write(made.mat_path, made.mat_path.name)
    (summary,) = list_sessions(source=tmp_path / "packed")
    assert (summary.videos, summary.raw_missing) == (expected[1], 0)
    assert plan(source=tmp_path / "packed", output=tmp_path / "nwb").ok
    outcome = converted(tmp_path / "packed", tmp_path / "nwb")
    assert frames_and_videos(outcome) == expected
    assert {reason for _, reason in outcome.left_out} == {"left there by macOS or Windows, not part of the data"}


@pytest.mark.long
def test_leftovers_that_were_not_unpacked_do_not_make_a_session_partly_unpacked(
    made: SyntheticSession, tmp_path: Path
) -> None:
    (made.folder / "._notes").write_bytes(b"x")
    with tarfile.open(tmp_path / "source" / "all.tar", "w") as packed:
        packed.add(made.folder, arcname=made.folder.name)
        packed.add(made.mat_path, arcname=made.mat_path.name)
    (made.folder / "._notes").unlink()
    expected = (len(made.planes[0].frame_index[0]), len(made.video_paths))
    assert frames_and_videos(converted(tmp_path / "source", tmp_path / "nwb")) == expected


@pytest.mark.parametrize("form", ["{value}  {name}", "{name} {value}", "MD5  {value}  C:\\data\\{name}"])
def test_a_list_of_checksums_in_any_form_fails_a_file_that_it_contradicts(
    made: SyntheticSession, tmp_path: Path, form: str
) -> None:
    name = made.mat_path.name
    lines = form.format(value="0" * 32, name=name) + "\r\n"
    (tmp_path / "source" / "checksums.md5").write_bytes(lines.encode("utf-16"))
    (outcome,) = convert(source=tmp_path / "source", output=tmp_path / "nwb").outcomes
    assert outcome.error is not None
    assert outcome.error.kind.identifier == "checksum-differs"
    assert outcome.error.file == str(made.mat_path)


def test_a_list_of_checksums_that_is_not_understood_is_warned_of(made: SyntheticSession, tmp_path: Path) -> None:
    (made.folder / "MD5SUMS").write_text(f"{'0' * 31}  whisker/x.mp4\n")
    done = CliRunner().invoke(group, ["convert", str(tmp_path / "source"), str(tmp_path / "nwb"), "--verify", "off"])
    assert done.exit_code == 0, done.output
    assert "checksum-list-not-understood" in done.output
    assert "1 line like a checksum, line 1 first" in done.output
