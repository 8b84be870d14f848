"""Room that is held while an HDF5 file is written, and a disk that is never let run full under it."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from ssc_to_nwb import naming
from ssc_to_nwb.nwb_file.spare_room import spare_room

MB = 2**20


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
    with spare_room(building) as room:
        room.check(92 * MB)
        with pytest.raises(OSError, match="are left"):
            room.check(92 * MB + 1)
