"""A growing file is brought to disk while more of it is made; room is held, and the disk is never let run full."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import pytest

from ssc_to_nwb import naming
from ssc_to_nwb.nwb_file.disk import STEP_BYTES, EarlyFlush, check_room, early_flush, spare_room

MB = 2**20


class Flushes:
    """Takes the place of the system's flush: counts the calls, and holds them until `go` is set."""

    def __init__(self, *, failure: OSError | None = None) -> None:
        self.count = 0
        self.go = Event()
        self._failure = failure

    def __call__(self) -> None:
        self.count += 1
        assert self.go.wait(10)
        if self._failure is not None:
            raise self._failure


def test_a_flush_begins_when_enough_has_been_written() -> None:
    flushes = Flushes()
    flush = EarlyFlush(flushes)
    flush.wrote(STEP_BYTES - 1)
    flushes.go.set()
    flush.wait()
    assert flushes.count == 0


def test_the_writer_never_waits_and_flushes_do_not_pile_up() -> None:
    flushes = Flushes()
    flush = EarlyFlush(flushes)
    for step in range(1, 10):
        flush.wrote(step * STEP_BYTES)
    flushes.go.set()
    flush.wait()
    assert flushes.count == 1


def test_what_was_written_meanwhile_is_flushed_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.nwb"
    path.write_bytes(b"")
    flushed: list[int] = []
    done = Event()

    def note(descriptor: int) -> None:
        flushed.append(os.fstat(descriptor).st_size)
        done.set()

    monkeypatch.setattr(os, "fdatasync", note, raising=False)
    with early_flush(path) as flush, path.open("ab", buffering=0) as file:
        for step in (1, 2):
            done.clear()
            file.write(bytes(STEP_BYTES))
            while not done.is_set():
                flush.wrote(step * STEP_BYTES)
    assert flushed == [STEP_BYTES, 2 * STEP_BYTES]


def test_a_failed_flush_is_raised_at_the_next_step() -> None:
    flushes = Flushes(failure=OSError(5, "Input/output error"))
    flush = EarlyFlush(flushes)
    flush.wrote(STEP_BYTES)
    flushes.go.set()
    flush.wait()
    with pytest.raises(OSError, match="Input/output error"):
        flush.wrote(2 * STEP_BYTES)


@pytest.fixture
def full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file on a disk that takes nothing more."""

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdatasync", fail, raising=False)
    path = tmp_path / "a.nwb"
    path.write_bytes(b"")
    return path


def test_a_failed_last_flush_is_raised_at_the_end(full_disk: Path) -> None:
    with pytest.raises(OSError, match="No space left"), early_flush(full_disk) as flush:
        flush.wrote(STEP_BYTES)


def test_what_ends_the_writing_is_not_hidden_by_a_failed_flush(full_disk: Path) -> None:
    with pytest.raises(KeyboardInterrupt), early_flush(full_disk) as flush:
        flush.wrote(STEP_BYTES)
        raise KeyboardInterrupt


def test_systems_without_fdatasync_flush_at_the_end_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fdatasync", raising=False)
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    path = tmp_path / "a.nwb"
    with early_flush(path) as flush:
        flush.wrote(STEP_BYTES)
        flush.wrote(2 * STEP_BYTES)
    assert flush.failure() is None
    assert flushed == []
    assert not path.exists(), "it was opened"


@pytest.fixture
def building(tmp_path: Path) -> Path:
    return naming.in_progress_path(tmp_path / "a.nwb", "0123abcd")


def free(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=count))


@pytest.mark.parametrize("has_fallocate", [True, False])
def test_room_is_held_and_given_back(building: Path, monkeypatch: pytest.MonkeyPatch, has_fallocate: bool) -> None:
    if not has_fallocate:
        monkeypatch.delattr(os, "posix_fallocate", raising=False)
    spare = naming.spare_path(building)
    with spare_room(building):
        assert spare.stat().st_size == 4 * MB
    assert not spare.exists()


def test_room_is_given_back_where_the_writing_fails(building: Path) -> None:
    with pytest.raises(ValueError, match="some failure"), spare_room(building):
        raise ValueError("some failure")
    assert list(building.parent.iterdir()) == []


def test_a_disk_with_too_little_room_is_refused_at_once(building: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free(monkeypatch, 15 * MB)
    with pytest.raises(OSError, match="are left") as refused, spare_room(building):
        pass
    assert refused.value.errno == errno.ENOSPC
    assert list(building.parent.iterdir()) == []


def test_what_is_about_to_be_written_must_fit_with_some_to_spare(
    building: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free(monkeypatch, 100 * MB)
    check_room(building.parent, 92 * MB)
    with pytest.raises(OSError, match="are left"):
        check_room(building.parent, 92 * MB + 1)
