"""Metadata files in the encodings of real editors."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from made_sessions import problem_raised

from ssc_to_nwb.metadata.text_file import MOST_BYTES, read_text

TEXT = "session:\n  lab: Łódź\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_utf_8_and_what_says_so_itself_is_read(tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(TEXT.replace("\n", end).encode(encoding))
    assert read_text(path).replace("\r", "") == TEXT


@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_utf_16_of_either_byte_order(tmp_path: Path, order: str, mark: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes((mark + "session:\n  lab: A\n").encode(f"utf-16-{order}"))
    if mark:
        assert read_text(path) == "session:\n  lab: A\n"
        return
    with problem_raised() as found:
        read_text(path)
    assert (found[0].kind.identifier, found[0].file) == ("metadata-file-encoding", f"{path}, line 1")
    assert "UTF-16" in (found[0].found or "")


@pytest.mark.parametrize(
    ("content", "line", "found"),
    [
        (b"session:\n  lab: Universit\xe9\n", 2, "the byte 0xE9, which is 'é' in Latin-1"),
        (b"# Zur\xfcck\nsession:\n", 1, "the byte 0xFC, which is 'ü' in Latin-1"),
        (b"a: 1\n\nb: \x93x\x94\n", 3, "the byte 0x93"),
    ],
)
def test_latin_1_has_the_line_and_the_character(tmp_path: Path, content: bytes, line: int, found: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with problem_raised() as problems:
        read_text(path)
    assert (problems[0].kind.identifier, problems[0].file) == ("metadata-file-encoding", f"{path}, line {line}")
    assert (problems[0].expected, problems[0].found) == ("UTF-8", found)
    assert "UTF-8" in problems[0].kind.remedy


def test_utf_16_cut_in_mid_character(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("a: 1\nb: 2\n".encode("utf-16")[:-1])
    with problem_raised() as found:
        read_text(path)
    assert (found[0].kind.identifier, found[0].file) == ("metadata-file-encoding", f"{path}, line 2")
    assert found[0].expected == "UTF-16, as its first bytes say"


def test_the_largest_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"#" * MOST_BYTES)
    assert len(read_text(path)) == MOST_BYTES


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_or_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")
    for path in (tmp_path / "a.yaml", tmp_path):
        with problem_raised() as found:
            read_text(path)
        assert (found[0].kind.identifier, found[0].expected) == ("metadata-file-unreadable", "a file")
