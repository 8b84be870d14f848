"""Output files: whole under their name or not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from made_sessions import problem_raised

from ssc_to_nwb import naming
from ssc_to_nwb.output_files import whole_file


def test_a_finished_file_gets_its_name(tmp_path: Path) -> None:
    final = tmp_path / "new folder" / "a.mat"
    with whole_file(final) as building:
        building.write_text("new")
        assert not final.exists(), "it is not there before it is whole"
    assert final.read_text() == "new"
    assert list(final.parent.iterdir()) == [final]


@pytest.mark.parametrize("failure", [ZeroDivisionError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("before", [None, "old"])
def test_whatever_happens_nothing_half_made_is_left(
    tmp_path: Path, failure: type[BaseException], before: str | None
) -> None:
    final = tmp_path / "a.mat"
    if before is not None:
        final.write_text(before)
    with pytest.raises(failure), whole_file(final, overwrite=True) as building:
        building.write_text("half")
        raise failure
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == ([("a.mat", "old")] if before else [])


def test_a_file_is_never_replaced_unasked(tmp_path: Path) -> None:
    final = tmp_path / "a.mat"
    final.write_text("old")
    with problem_raised() as found, whole_file(final):
        pytest.fail("the block must not run")
    assert (found[0].kind.identifier, found[0].file) == ("output-exists", str(final))
    assert final.read_text() == "old"


def test_what_a_killed_attempt_left_is_removed(tmp_path: Path) -> None:
    final = tmp_path / "a.mat"
    naming.in_progress_path(final, "0123abcd").write_text("half")
    other = naming.in_progress_path(tmp_path / "b.mat", "0123abcd")
    other.write_text("another file, under way")
    with whole_file(final) as building:
        building.write_text("new")
    assert sorted(tmp_path.iterdir()) == sorted([final, other])


def test_what_is_no_file_is_never_replaced(tmp_path: Path) -> None:
    """As root, a rename would replace /dev/null."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name, found in (("pipe", "a device or a pipe"), ("folder", "a folder")):
        with problem_raised() as problems, whole_file(tmp_path / name, overwrite=True):
            pass
        assert (problems[0].kind.identifier, problems[0].found) == ("output-not-writable", found)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "pipe"]
