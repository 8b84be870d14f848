"""Which files a path means."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.validate.nwb_files import find_nwb_files


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
    with pytest.raises(SscError) as failure:
        find_nwb_files([tree / "sub-b", tree / name])
    assert failure.value.problem.kind.identifier == "no-nwb-file"
    assert failure.value.problem.file == str(tree / name)
