"""Folders as they lie on real disks: links to other disks, links to nothing, circles, pipes, leftovers of systems."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.source_files.disk_walk import DiskEntry, Obstacle, walk_files


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    return folder


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A folder elsewhere."""
    folder = tmp_path / "disk"
    folder.mkdir()
    return folder


def touch(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def walked(folder: Path) -> dict[str, DiskEntry]:
    entries = list(walk_files(folder))
    assert len({entry.below for entry in entries}) == len(entries)
    return {entry.below: entry for entry in entries}


def test_files_come_by_name_those_of_a_folder_first(source: Path) -> None:
    for name in ("b", "a/z", "a/b/c", "c"):
        touch(source / name, b"12345")
    entries = list(walk_files(source))
    assert [entry.below for entry in entries] == ["b", "c", "a/z", "a/b/c"]
    assert [entry.path for entry in entries] == [source / entry.below for entry in entries]
    assert {entry.status.st_size for entry in entries} == {5}
    assert all(entry.obstacle is None and entry.link_to is None for entry in entries)


def test_links_to_another_disk_are_followed(source: Path, disk: Path) -> None:
    touch(disk / "folder" / "a.mp4", b"123")
    (source / "whisker").symlink_to(disk / "folder")
    (source / "b.mp4").symlink_to(touch(disk / "b.mp4", b"1234"))
    (source / "inside.mp4").symlink_to(touch(source / "real" / "c.mp4"))
    found = walked(source)
    assert {name: entry.status.st_size for name, entry in found.items()} == {
        "b.mp4": 4, "inside.mp4": 1, "real/c.mp4": 1, "whisker/a.mp4": 3,
    }  # fmt: skip
    assert found["b.mp4"].link_to == str(disk / "b.mp4")
    assert {name for name, entry in found.items() if entry.leads_out} == {"b.mp4"}


def test_the_folder_itself_may_be_a_link(source: Path, disk: Path) -> None:
    touch(disk / "session" / "a.mp4")
    (source / "session").symlink_to(disk / "session")
    assert [entry.path for entry in walk_files(source / "session")] == [source / "session" / "a.mp4"]


@pytest.mark.parametrize("target", ["gone.mp4", "/mnt/nowhere/gone.mp4", "dangling.mp4"])
def test_a_link_to_nothing_or_to_itself_is_named(source: Path, target: str) -> None:
    (source / "dangling.mp4").symlink_to(target)
    found = walked(source)["dangling.mp4"]
    assert found.obstacle is Obstacle.DANGLING_LINK
    assert (found.reason, found.link_to) == ("a link that leads to no file", target)


@pytest.mark.parametrize("target", [".", "..", "/"])
def test_a_link_to_a_folder_that_holds_it_is_not_followed(source: Path, target: str) -> None:
    touch(source / "folder" / "a")
    (source / "folder" / "up").symlink_to(target)
    found = walked(source)
    assert list(found) == ["folder/a", "folder/up"]
    assert found["folder/up"].obstacle is Obstacle.LINKED_TWICE
    assert found["folder/up"].reason == "a link to a folder that contains it"


def test_folders_that_link_to_each_other_are_met_once(source: Path, disk: Path) -> None:
    touch(disk / "one" / "a")
    touch(disk / "two" / "b")
    (disk / "one" / "other").symlink_to(disk / "two")
    (disk / "two" / "other").symlink_to(disk / "one")
    (source / "one").symlink_to(disk / "one")
    found = walked(source)
    assert [name for name, entry in found.items() if entry.obstacle is None] == ["one/a", "one/other/b"]
    assert found["one/other/other"].obstacle is Obstacle.LINKED_TWICE


def test_a_folder_with_two_names_is_met_under_that_which_is_no_link(source: Path) -> None:
    (source / "a_link").symlink_to("videos")
    touch(source / "videos" / "x.mp4")
    found = walked(source)
    assert found["videos/x.mp4"].obstacle is None
    assert found["a_link"].obstacle is Obstacle.LINKED_TWICE


def test_pipes_sockets_and_devices_are_no_files(source: Path) -> None:
    os.mkfifo(source / "pipe.mp4")
    (source / "linked_pipe.mp4").symlink_to("pipe.mp4")
    (source / "device.mp4").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(source / "socket"))
        found = walked(source)
    assert {entry.obstacle for entry in found.values()} == {Obstacle.SPECIAL_FILE}
    assert {name: entry.reason for name, entry in found.items()} == {
        "pipe.mp4": "a named pipe (FIFO), not a file",
        "linked_pipe.mp4": "a named pipe (FIFO), not a file",
        "device.mp4": "a device, not a file",
        "socket": "a socket, not a file",
    }


def test_what_systems_leave_behind_is_named_with_all_that_is_in_its_folders(source: Path) -> None:
    for name in ("whisker/._a.mp4", "whisker/a.mp4", ".DS_Store", "__MACOSX/whisker/a.mp4", "Thumbs.db"):
        touch(source / name)
    found = walked(source)
    assert [name for name, entry in found.items() if entry.obstacle is None] == ["whisker/a.mp4"]
    assert len(found) == 5
    assert {entry.obstacle for entry in found.values()} == {None, Obstacle.SYSTEM_FILE}


def test_folders_can_be_passed_over_by_name(source: Path) -> None:
    touch(source / "fov_01002" / "a.tif")
    touch(source / "animal" / "a.mat")
    assert [entry.below for entry in walk_files(source, enter=lambda folder: folder.name == "animal")] == [
        "animal/a.mat"
    ]


def test_a_folder_that_is_not_there_is_an_error(source: Path) -> None:
    with pytest.raises(SscError, match=kinds.SOURCE_NOT_READABLE.identifier):
        list(walk_files(source / "gone"))
