"""Records as JSON lines: each line is whole or not there, whatever byte a crash comes at."""

from __future__ import annotations

import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ssc_to_nwb.json_lines import JsonLines, read_json_lines

LINES = [{"work": "a", "status": "converted", "text": "µm"}, {"work": "b", "status": "failed"}]


def _written(path: Path) -> bytes:
    with JsonLines(path) as record:
        for line in LINES:
            record.append(line)
    return path.read_bytes()


def test_lines_come_back_as_they_were_written(tmp_path: Path) -> None:
    assert _written(tmp_path / "record.jsonl").count(b"\n") == 2
    assert list(read_json_lines(tmp_path / "record.jsonl")) == LINES


def test_where_there_is_no_record_there_are_no_lines(tmp_path: Path) -> None:
    assert list(read_json_lines(tmp_path / "record.jsonl")) == []


def test_a_crash_at_any_byte_costs_the_last_line_at_most(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    whole = _written(path)
    first = whole.index(b"\n") + 1
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        kept = list(read_json_lines(path))
        # A line is whole without its line break already.
        assert kept == LINES[: (length >= first - 1) + (length >= len(whole) - 1)]
        with JsonLines(path) as record:
            record.append({"work": "c"})
        assert list(read_json_lines(path)) == [*kept, {"work": "c"}]


def test_what_is_no_object_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    path.write_bytes(b'[1]\n\xff\xfe\n{"work": "a"}\nnull\n')
    assert list(read_json_lines(path)) == [{"work": "a"}]


def test_a_record_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "record.jsonl").mkdir()
    with pytest.raises(OSError, match="record"):
        JsonLines(tmp_path / "record.jsonl")


def test_a_record_that_was_taken_away_is_an_error_and_not_written_to_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    with JsonLines(path) as record:
        record.append(LINES[0])
        path.unlink()
        with pytest.raises(OSError, match="taken away"):
            record.append(LINES[1])


def test_a_disk_that_takes_half_a_line_keeps_none_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "record.jsonl"
    write = os.write

    def short_write(descriptor: int, data: bytes) -> int:
        if len(data) > 20:
            return write(descriptor, data[:20])
        raise OSError(errno.ENOSPC, "No space left on device")

    with JsonLines(path) as record:
        record.append(LINES[0])
        before = path.read_bytes()
        monkeypatch.setattr(os, "write", short_write)
        with pytest.raises(OSError, match="No space"):
            record.append(LINES[1])
        monkeypatch.undo()
        assert path.read_bytes() == before
        record.append(LINES[1])
    assert [json.loads(line) for line in path.read_text().splitlines()] == LINES


def test_lines_of_several_threads_are_whole(tmp_path: Path) -> None:
    with JsonLines(tmp_path / "record.jsonl") as record, ThreadPoolExecutor(8) as pool:
        list(pool.map(record.append, [{"number": number} for number in range(200)]))
    assert sorted(line["number"] for line in read_json_lines(tmp_path / "record.jsonl")) == list(range(200))


def test_what_must_not_be_read_is_taken_out_of_the_text(tmp_path: Path) -> None:
    with JsonLines(tmp_path / "record.jsonl", redact=lambda text: text.replace("secret", "***")) as record:
        record.append({"key": "my secret"})
    assert list(read_json_lines(tmp_path / "record.jsonl")) == [{"key": "my ***"}]
