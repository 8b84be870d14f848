"""Which files are meant by paths: files and folders, a session once, one file where one is asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from made_sessions import problem_raised

from ssc_to_nwb import naming
from ssc_to_nwb.reading.nwb_files import find_nwb_files, find_session_files, one_session_file


def _touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir() if path.name.endswith(".zarr") else path.write_text("")


def test_files_are_found_in_folders_finished_ones_only(tmp_path: Path) -> None:
    names = ("sub-b/sub-b_ses-1.nwb", "sub-a/sub-a_ses-1.nwb", "sub-a/note.txt", "sub-c/sub-c_ses-1.nwb.zarr")
    _touch(*(tmp_path / name for name in names))
    _touch(naming.in_progress_path(tmp_path / "sub-a" / "sub-a_ses-2.nwb", "0" * 8))
    found = find_session_files([tmp_path, tmp_path / names[0]])
    places = [path.relative_to(tmp_path.resolve()).as_posix() for path in found.files]
    assert places == ["sub-a/sub-a_ses-1.nwb", "sub-b/sub-b_ses-1.nwb", "sub-c/sub-c_ses-1.nwb.zarr"]
    assert found.problems == ()


def test_a_file_and_its_zarr_store_are_one_session(tmp_path: Path) -> None:
    _touch(tmp_path / "sub-a" / "x.nwb", tmp_path / "sub-a" / "x.nwb.zarr", tmp_path / "sub-b" / "x.nwb.zarr")
    found = find_session_files([tmp_path])
    assert [path.relative_to(tmp_path.resolve()).as_posix() for path in found.files] == [
        "sub-a/x.nwb",
        "sub-b/x.nwb.zarr",
    ]
    assert [problem.kind.identifier for problem in found.problems] == ["store-left-out"]
    assert found.problems[0].file == str(tmp_path.resolve() / "sub-a" / "x.nwb.zarr")
    assert find_session_files([tmp_path / "sub-a" / "x.nwb.zarr"]).problems == ()


@pytest.mark.parametrize("name", ["absent.nwb", "empty"])
def test_nothing_there(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for find in (lambda path: find_session_files([path]), one_session_file):
        with problem_raised() as found:
            find(tmp_path / name)
        assert found[0].kind.identifier == "nwb-file-missing"


def test_a_folder_means_the_one_file_in_it(tmp_path: Path) -> None:
    _touch(tmp_path / "sub-a" / "x.nwb")
    assert one_session_file(tmp_path) == (tmp_path / "sub-a" / "x.nwb").resolve()
    assert one_session_file("https://example.org/x.nwb") == "https://example.org/x.nwb"


def test_several_files_are_named(tmp_path: Path) -> None:
    _touch(tmp_path / "x.nwb", tmp_path / "y.nwb")
    with problem_raised() as found:
        one_session_file(tmp_path)
    assert (found[0].kind.identifier, found[0].found) == ("nwb-file-not-chosen", "x.nwb, y.nwb")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("sub-b/b.nwb", "sub-a/a.nwb", "sub-a/.a.nwb.in-progress", "sub-a/.c.nwb", ".hidden/d.nwb", "notes.txt",
                 "sub-a/z.nwb.zarr/specifications/inner.nwb", "sub-a/a/video.mp4", "sub-a/._a.nwb",
                 "__MACOSX/sub-a/a.nwb", "sub-a/Thumbs.db"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_files_below_a_folder_in_order_without_hidden_ones(tree: Path) -> None:
    found = [path.relative_to(tree).as_posix() for path in find_nwb_files([tree])]
    assert found == ["sub-a/a.nwb", "sub-a/z.nwb.zarr", "sub-b/b.nwb"]


def test_a_file_named_twice_is_validated_once(tree: Path) -> None:
    paths = [tree / "sub-b" / "b.nwb", tree / "sub-b", tree / "sub-a" / "z.nwb.zarr"]
    assert find_nwb_files(paths) == (paths[0], paths[2])


def test_a_pipe_is_no_file(tree: Path) -> None:
    os.mkfifo(tree / "sub-a" / "pipe.nwb")
    assert tree / "sub-a" / "pipe.nwb" not in find_nwb_files([tree])


@pytest.mark.parametrize("name", ["absent", "sub-a/a", "sub-a/._a.nwb"])
def test_a_path_without_nwb_files_is_an_error(name: str, tree: Path) -> None:
    with problem_raised() as found:
        find_nwb_files([tree / "sub-b", tree / name])
    assert (found[0].kind.identifier, found[0].file) == ("no-nwb-file", str(tree / name))


def test_what_is_found_in_place_of_nwb_files_is_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.nwb")
    for path, words in (
        (tmp_path, "a folder, and nothing in it that ends in .nwb or .nwb.zarr"),
        (tmp_path / "pipe.nwb", "a device, a pipe, or what a system leaves beside files"),
        (tmp_path / "none" / "a.nwb", f"nothing; the folder {tmp_path} exists"),
    ):
        with problem_raised() as found:
            find_session_files([path])
        assert (found[0].kind.identifier, found[0].found) == ("nwb-file-missing", words)
