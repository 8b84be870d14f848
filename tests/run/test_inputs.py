"""The state of source files, and what is said of a change."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.run.inputs import (
    FileStates,
    changes,
    content_changes,
    state_digest,
    state_lines,
    state_of_lines,
    take_state,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A session file and two raw files."""
    (tmp_path / "s" / "fov").mkdir(parents=True)
    (tmp_path / "s.mat").write_bytes(b"mat")
    (tmp_path / "s" / "fov" / "a.tif").write_bytes(b"first")
    (tmp_path / "s" / "b.mp4").write_bytes(b"video")
    return tmp_path


def _state(folder: Path) -> FileStates:
    return take_state(folder, (folder / "s.mat", folder / "s"))


def test_every_file_is_there_once_by_its_path_below_the_root(folder: Path) -> None:
    state = _state(folder)
    assert [(name, size) for name, (size, _) in state.items()] == [("s.mat", 3), ("s/b.mp4", 5), ("s/fov/a.tif", 5)]
    assert sum(size for size, _ in state.values()) == 13


def test_the_same_files_have_the_same_digest(folder: Path) -> None:
    assert state_digest(_state(folder)) == state_digest(_state(folder))
    assert changes(_state(folder), _state(folder)) == ()


def test_the_text_form_comes_back(folder: Path) -> None:
    (folder / "s" / "na me.tif").write_bytes(b"")
    state = _state(folder)
    assert state_of_lines(state_lines(state)) == state


@pytest.mark.parametrize("text", ["3 4", "x 4 name", "nonsense"])
def test_a_text_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"unpack|invalid literal"):
        state_of_lines([text])


def test_what_changed_is_said_file_by_file(folder: Path) -> None:
    before = _state(folder)
    (folder / "s.mat").write_bytes(b"longer")
    os.utime(folder / "s" / "fov" / "a.tif", ns=(1, 1))
    (folder / "s" / "b.mp4").unlink()
    (folder / "s" / "c.mp4").write_bytes(b"")
    after = _state(folder)
    assert state_digest(after) != state_digest(before)
    assert changes(before, after) == (
        "source file s.mat: 3 bytes then, 6 now",
        "source file s/fov/a.tif: another time of change",
        "source file s/c.mp4 appeared",
        "source file s/b.mp4 is gone",
    )


def test_many_changes_are_counted(folder: Path) -> None:
    before = _state(folder)
    for number in range(9):
        (folder / "s" / f"{number}.tif").write_bytes(b"")
    assert changes(before, _state(folder))[-1] == "and 4 more source files"


def test_by_content_times_do_not_matter_and_bytes_do(folder: Path) -> None:
    names = list(_state(folder))
    hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    os.utime(folder / "s.mat", ns=(1, 1))
    assert content_changes(folder, names, hashes, workers=2) == ()
    stat = (folder / "s.mat").stat()
    (folder / "s.mat").write_bytes(b"maT")
    os.utime(folder / "s.mat", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert content_changes(folder, names, hashes, workers=2) == ("source file s.mat: other content",)


def test_a_link_to_nothing_is_a_file_of_its_own(folder: Path) -> None:
    (folder / "s" / "link.tif").symlink_to(folder / "nowhere")
    assert "s/link.tif" in _state(folder)


def test_a_source_that_is_gone_is_named(folder: Path) -> None:
    (folder / "s.mat").unlink()
    with pytest.raises(SscError) as caught:
        _state(folder)
    assert caught.value.problem.kind.identifier == "source-not-readable"
    assert str(folder / "s.mat") in str(caught.value.problem.file)
