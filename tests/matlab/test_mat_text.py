"""Which text the characters of a MATLAB file are, and where that is not certain; by both decoders there are."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_sessions import Struct, found_of, problem_raised, read, set_entry, write
from matlab_oddities import Chars

from ssc_to_nwb.matlab.mat_file import read_mat
from ssc_to_nwb.matlab.stored_chars import Storage, StoredChars, UndecodableTextError
from ssc_to_nwb.matlab.text import decode_chars
from ssc_to_nwb.matlab.tree import MatChar, MatUnsupported
from ssc_to_nwb.proof.source_reading.text import decode_for_proof

NAMES = "Kämpf, Björn"
Decoder = Callable[[StoredChars, str | None], tuple[str, ...]]
TYPES = {"utf-8": np.uint8, "utf-16": np.uint16, "utf-32": np.uint32, "8-bit": np.uint8, "16-bit": np.uint16}


@pytest.fixture(params=[decode_chars, decode_for_proof])
def decode(request: pytest.FixtureRequest) -> Decoder:
    return request.param


def stored(storage: Storage, units: Iterable[int], shape: tuple[int, ...] | None = None) -> StoredChars:
    numbers = np.array(list(units), dtype=TYPES[storage])
    return StoredChars(shape=shape or (1, numbers.size), storage=storage, units=numbers)


def utf16(text: str) -> list[int]:
    return np.frombuffer(text.encode("utf-16-le"), dtype="<u2").tolist()


@pytest.mark.parametrize(
    ("storage", "units", "text"),
    [
        ("16-bit", utf16(NAMES), NAMES),
        ("16-bit", utf16("lab 5 µm – x"), "lab 5 µm – x"),
        ("16-bit", NAMES.encode(), NAMES),
        ("16-bit", "mouse 🐭".encode(), "mouse 🐭"),
        ("16-bit", utf16("mouse 🐭"), "mouse 🐭"),
        ("8-bit", NAMES.encode(), NAMES),
        ("8-bit", b"plain", "plain"),
        ("utf-16", utf16("Ã¤"), "Ã¤"),
        ("utf-32", list(map(ord, "mouse 🐭")), "mouse 🐭"),
        ("16-bit", [0xFFFD], "\ufffd"),
    ],
)
def test_text_that_is_certain(decode: Decoder, storage: Storage, units: Iterable[int], text: str) -> None:
    assert decode(stored(storage, units), None) == (text,)


@pytest.mark.parametrize("units", [8, 7, 10])
def test_utf8_may_be_counted_in_units_characters_or_bytes(decode: Decoder, units: int) -> None:
    assert decode(stored("utf-8", "mouse 🐭".encode(), (1, units)), None) == ("mouse 🐭",)


@pytest.mark.parametrize(
    ("storage", "units", "shape"),
    [
        ("utf-8", b"K\xe4mpf", (1, 5)),
        ("utf-8", b"\xed\xa0\xbd\xed\xb0\xad", (1, 2)),
        ("utf-8", b"\xc0\x80", (1, 1)),
        ("utf-8", b"abc", (1, 5)),
        ("utf-8", b"", (1, 3)),
        ("16-bit", [0x41, 0xD83D], (1, 2)),
        ("16-bit", [0xDC2D, 0xD83D], (1, 2)),
        ("16-bit", [0x41, 0x96, 0x42], (1, 3)),
        ("8-bit", b"K\xe4mpf", (1, 5)),
        ("utf-16", [0xD83D], (1, 1)),
        ("utf-32", [0x110000], (1, 1)),
        ("utf-32", [0xD83D], (1, 1)),
        ("16-bit", [*b"\xc3\xc3\xa4\xa4"], (2, 2)),
    ],
)
def test_text_that_is_not_certain(
    decode: Decoder, storage: Storage, units: Iterable[int], shape: tuple[int, ...]
) -> None:
    with pytest.raises(UndecodableTextError):
        decode(stored(storage, units, shape), None)


@pytest.mark.parametrize("storage", ["utf-8", "8-bit", "16-bit"])
def test_the_encoding_may_be_named(decode: Decoder, storage: Storage) -> None:
    assert decode(stored(storage, "5 µm – x".encode("cp1252")), "cp1252") == ("5 µm – x",)
    assert decode(stored("16-bit", utf16("5 – x")), "cp1252") == ("5 – x",), "UTF-16 for certain"


def test_rows_of_a_matrix_and_of_its_pages(decode: Decoder) -> None:
    """A character beyond the first plane takes two places of its row, which do not lie side by side in the file."""
    rows = ["ab ", "🐭x", "äöü"]
    units = [utf16(row) for row in rows]
    columns = [unit for column in zip(*units, strict=True) for unit in column]
    assert decode(stored("16-bit", columns, (3, 3)), None) == tuple(rows)
    assert decode(stored("16-bit", map(ord, "acbdegfh"), (2, 2, 2)), None) == ("ab", "cd", "ef", "gh")
    assert decode(stored("16-bit", [], (3, 0)), None) == ("", "", "")
    assert decode(stored("utf-8", [], (0, 4)), None) == ()
    assert decode(stored("utf-8", "äöüx".encode(), (2, 2)), None) == ("äü", "öx")


@given(text=st.text(min_size=1))
def test_both_decoders_agree_on_every_text(text: str) -> None:
    for storage, units in (
        ("utf-8", list(text.encode())), ("utf-16", utf16(text)), ("utf-32", list(map(ord, text))),
        ("16-bit", utf16(text)), ("16-bit", list(text.encode())), ("8-bit", list(text.encode())),
    ):  # fmt: skip
        results = []
        for one in (decode_chars, decode_for_proof):
            try:
                results.append(one(stored(storage, units), None))
            except UndecodableTextError:
                results.append(("undecodable",))
        assert results[0] == results[1]
        if storage[:3] == "utf" or storage == "8-bit":
            assert results[0] == (text,)


@given(units=st.lists(st.integers(0, 255), min_size=1))
def test_both_decoders_agree_on_bytes_of_any_kind(units: list[int]) -> None:
    for storage in ("utf-8", "8-bit", "16-bit"):
        results = []
        for one in (decode_chars, decode_for_proof):
            try:
                results.append(one(stored(storage, units), None))
            except UndecodableTextError:
                results.append(("undecodable",))
        assert results[0] == results[1]
        assert "\ufffd" not in results[0][0] or b"\xef\xbf\xbd" in bytes(units)


def char_file(path: Path, *, kind: int, content: bytes, shape: tuple[int, int], order: str) -> None:
    """A file of format 5 with a char array `c`, in either byte order."""

    def element(number: int, data: bytes) -> bytes:
        return struct.pack(f"{order}II", number, len(data)) + data + bytes(-len(data) % 8)

    body = element(6, struct.pack(f"{order}II", 4, 0)) + element(5, struct.pack(f"{order}2i", *shape))
    body += element(1, b"c") + element(kind, content)
    header = b"MATLAB 5.0 MAT-file".ljust(124, b" ") + struct.pack(f"{order}H", 0x0100)
    path.write_bytes(header + (b"IM" if order == "<" else b"MI") + element(14, body))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("kind", "codec"), [(4, "utf-16"), (17, "utf-16"), (16, "utf-8"), (18, "utf-32")])
def test_every_type_in_either_byte_order(tmp_path: Path, kind: int, codec: str, order: str) -> None:
    path = tmp_path / "c.mat"
    suffix = "" if codec == "utf-8" else {"<": "-le", ">": "-be"}[order]
    char_file(path, kind=kind, content="5 µm – x".encode(codec + suffix), shape=(1, 8), order=order)
    assert read_mat(path)["c"] == "5 µm – x"


def test_characters_of_a_type_that_has_none(tmp_path: Path) -> None:
    path = tmp_path / "c.mat"
    char_file(path, kind=9, content=bytes(8), shape=(1, 1), order="<")
    assert read_mat(path)["c"] == MatUnsupported(matlab_class="char", reason="characters stored as type 9")


@pytest.mark.parametrize("mat_format", ["5", "7.3"])
@pytest.mark.parametrize(
    ("chars", "expected"),
    [
        (Chars.row(utf16(NAMES)), NAMES),
        (Chars.row(NAMES.encode()), NAMES),
        (Chars.row(utf16(f"{NAMES}\0\0")), MatChar(shape=(1, 14), rows=(f"{NAMES}\0\0",))),
        (Chars.matrix("ab ", "äöü"), MatChar(shape=(2, 3), rows=("ab ", "äöü"))),
        (Chars([], shape=(1, 0)), MatChar(shape=(1, 0), rows=("",))),
        (Chars([], shape=(0, 5)), MatChar(shape=(0, 5), rows=())),
        (Chars([], shape=(0, 0)), ""),
        (Chars(list(map(ord, "acbdegfh")), shape=(2, 2, 2)), MatChar(shape=(2, 2, 2), rows=("ab", "cd", "ef", "gh"))),
    ],
)
def test_char_arrays_in_both_formats(tmp_path: Path, mat_format: str, chars: Chars, expected: object) -> None:
    from ssc_to_nwb.testing.matlab import write_mat5, write_mat73

    path = tmp_path / "c.mat"
    (write_mat5 if mat_format == "5" else write_mat73)(path=path, variables={"c": chars})
    assert read_mat(path)["c"] == expected


@pytest.mark.parametrize("mat_format", ["5", "7.3"])
def test_text_that_is_not_certain_is_refused_with_its_field(tmp_path: Path, mat_format: str) -> None:
    chars = Chars.row("5 – x".encode("cp1252"))

    def edit(s: Struct) -> None:
        set_entry(s["metaDataHash"], "experimentType", chars)

    made = write(tmp_path, edit=edit, mat_format=mat_format, subvolumes=())
    with problem_raised() as found:
        read(made)
    assert (found[0].kind.identifier, found[0].field) == ("mat-text-undecodable", "s.metaDataHash.value{2}")
    assert "0x96" in (found[0].found or "")
    assert read(made, text_encoding="cp1252")[0].metadata_text("experimentType") == "5 – x"


def test_utf8_that_the_file_does_not_name_is_reported(tmp_path: Path) -> None:
    chars = Chars.row(NAMES.encode())
    made = write(tmp_path, edit=lambda s: set_entry(s["metaDataHash"], "experimentType", chars))
    session, log = read(made)
    assert session.metadata_text("experimentType") == NAMES
    (problem,) = (one for one in log.problems if one.kind.identifier == "mat-text-found-utf8")
    assert problem.field == "s.metaDataHash.value{2}"
    _, log = read(write(tmp_path / "plain", further_metadata=(("room", "Zürich"),)))
    assert found_of(log.problems, "mat-text-found-utf8") == []
