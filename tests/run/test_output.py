"""One run at a time on an output, and none that a file system without locks would let through unseen."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.run.output import output_lock, read_card

_HOLD = """
import sys, time
from pathlib import Path
from ssc_to_nwb.run.output import output_lock
lock = output_lock(Path(sys.argv[1]), work_folder=Path(sys.argv[2]))
card = lock.__enter__()
Path(card.unpacking_folder, "an1_2013_01_01").mkdir(parents=True)
print("held", flush=True)
time.sleep(60)
"""


def _holder(output: Path, work: Path) -> subprocess.Popen[str]:
    """A run that holds the output and has unpacked something."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_HOLD), str(output), str(work)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_run_learns_who_has_the_output(tmp_path: Path) -> None:
    holder = _holder(tmp_path, tmp_path / "work")
    try:
        with pytest.raises(SscError) as caught, output_lock(tmp_path):
            pass
        assert caught.value.problem.kind.identifier == "output-in-use"
        assert f"process {holder.pid} on " in str(caught.value.problem.found)
    finally:
        holder.kill()
        holder.wait()


def test_the_lock_goes_with_the_process_that_held_it_and_so_does_what_that_had_unpacked(tmp_path: Path) -> None:
    other = tmp_path / "work" / "ssc-to-nwb-of-another-run"
    other.mkdir(parents=True)
    holder = _holder(tmp_path, tmp_path / "work")
    holder.kill()
    holder.wait()
    assert len(list((tmp_path / "work").iterdir())) == 2
    with output_lock(tmp_path):
        assert list((tmp_path / "work").iterdir()) == [other]


def test_a_lock_in_one_process_excludes_that_process_too(tmp_path: Path) -> None:
    with output_lock(tmp_path), pytest.raises(SscError), output_lock(tmp_path):
        pass
    with output_lock(tmp_path):
        pass


def test_the_card_is_there_as_long_as_the_run(tmp_path: Path) -> None:
    with output_lock(tmp_path) as card:
        assert read_card(tmp_path) == card
        assert card.is_shown(tmp_path)
    assert not card.is_shown(tmp_path)
    with output_lock(tmp_path):
        assert not card.is_shown(tmp_path)


def test_a_folder_that_is_not_a_runs_own_is_never_removed(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    with output_lock(tmp_path) as card:
        text = (tmp_path / ".ssc-to-nwb" / "run.json").read_text()
    wrong = text.replace(card.unpacking_folder, str(tmp_path / "precious"))
    (tmp_path / ".ssc-to-nwb" / "run.json").write_text(wrong)
    with output_lock(tmp_path):
        assert (tmp_path / "precious").is_dir()


def test_an_output_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SscError) as caught, output_lock(tmp_path / "file"):
        pass
    assert caught.value.problem.kind.identifier == "output-not-writable"


@pytest.mark.skipif(sys.platform == "win32", reason="flock is POSIX")
class TestWithoutLocksOfTheFileSystem:
    @pytest.fixture(autouse=True)
    def no_locks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import fcntl

        def refuse(*_: object) -> None:
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

        monkeypatch.setattr(fcntl, "flock", refuse)

    def test_the_error_names_the_variable(self, tmp_path: Path) -> None:
        with pytest.raises(SscError) as caught, output_lock(tmp_path):
            pass
        assert caught.value.problem.kind.identifier == "file-locks-missing"
        assert "HDF5_USE_FILE_LOCKING=FALSE" in str(caught.value)

    def test_with_the_variable_a_second_run_is_kept_out_by_a_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HDF5_USE_FILE_LOCKING", "FALSE")
        for _ in range(2):
            with output_lock(tmp_path), pytest.raises(SscError) as caught, output_lock(tmp_path):
                pass
            assert caught.value.problem.kind.identifier == "output-in-use"
