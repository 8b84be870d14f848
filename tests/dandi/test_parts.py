"""Parts of files in memory: no more of them than there is room for, and an end to them when something went wrong."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from dandi.files import dandi_file
from patience import wait_until

from ssc_to_nwb.dandi import parts
from ssc_to_nwb.dandi.parts import PartFlow, Room, TransferStoppedError, part_size, path_in_parts


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "video.mp4"
    path.write_bytes(bytes(range(100)))
    return path


def never() -> bool:
    return False


def test_a_file_is_read_as_it_is_as_long_as_parts_are_sent(file: Path) -> None:
    flow = PartFlow(parts=1, is_stopped=never)
    pieces = []
    with path_in_parts(file, flow).open("rb") as opened:
        for _ in range(5):
            pieces.append(opened.read(20))
            flow.note_sent(20 * len(pieces))
        opened.seek(90)
        pieces.append(opened.read(20))
    assert b"".join(pieces) == bytes(range(100)) + bytes(range(90, 100))


def test_a_part_waits_for_room(file: Path) -> None:
    flow = PartFlow(parts=2, is_stopped=never)
    opened = path_in_parts(file, flow).open("rb")
    opened.read(20)
    opened.read(20)
    third: list[bytes] = []
    reader = threading.Thread(target=lambda: third.append(opened.read(20)))
    reader.start()
    assert not third
    flow.note_sent(20)
    reader.join()
    assert third == [bytes(range(40, 60))]
    opened.close()


def test_a_part_that_never_gets_its_status_has_failed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PATIENCE_S", 0.02)
    monkeypatch.setattr(parts, "_POLL_S", 0.01)
    flow = PartFlow(parts=1, is_stopped=never)
    with path_in_parts(file, flow).open("rb") as opened:
        opened.read(20)
        with pytest.raises(TransferStoppedError):
            opened.read(20)
        # The parts behind it are not waited for, however long that would be.
        monkeypatch.setattr(parts, "PATIENCE_S", float("inf"))
        with pytest.raises(TransferStoppedError):
            opened.read(20)


def test_a_stop_takes_effect_before_the_next_part(file: Path) -> None:
    stop = threading.Event()
    flow = PartFlow(parts=10, is_stopped=stop.is_set)
    with path_in_parts(file, flow).open("rb") as opened:
        opened.read(20)
        stop.set()
        with pytest.raises(TransferStoppedError):
            opened.read(20)


def test_the_client_takes_the_path_for_that_of_the_file(file: Path) -> None:
    """Its checksum, which it keeps by path, and its metadata are those of the file."""
    guarded = path_in_parts(file, PartFlow(parts=1, is_stopped=never))
    assert guarded == file and guarded.stat().st_size == 100
    there = dandi_file(guarded, dandiset_path=file.parent)
    assert there.get_digest() == dandi_file(file, dandiset_path=file.parent).get_digest()


def test_files_share_the_room() -> None:
    room = Room(100)
    entered: list[str] = []
    leave = threading.Event()

    def hold(name: str, size: int) -> None:
        with room.taken(size):
            entered.append(name)
            leave.wait()

    threads = [threading.Thread(target=hold, args=(str(size), size)) for size in (60, 30)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(entered) == 2)
    late = threading.Thread(target=hold, args=("larger than all room", 500))
    late.start()
    assert len(entered) == 2
    leave.set()
    for thread in (*threads, late):
        thread.join()
    assert entered[-1] == "larger than all room"


def test_parts_are_of_64_mib() -> None:
    assert part_size(10**9) == 64 << 20
    assert part_size(1000) == 1000
