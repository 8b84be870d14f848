"""Verification reads MATLAB files by a way of its own, and finds in them what the conversion finds."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import scipy.io
from levels import mostly_long
from made_sessions import AWKWARD, add_metadata, problem_raised, task_of, write
from matlab_forms import BEYOND_THE_BASIC_PLANE, FORMS, assert_equal_values
from matlab_oddities import NEVER_FILLED, Chars, Complex, Handle, sparse
from session_variants import ONE_PLANE, VARIANTS

from ssc_to_nwb.matlab import mat5, mat73
from ssc_to_nwb.matlab.mat_file import MatFormat, read_contents, write_mat
from ssc_to_nwb.matlab.stored_chars import MatContents
from ssc_to_nwb.matlab.tree import MatSparse, MatStruct, MatStructArray, MatUnsupported
from ssc_to_nwb.nwb_file.results import SessionOutcome
from ssc_to_nwb.nwb_file.session_file import convert_session
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.proof.source_reading.session_file import read_for_proof
from ssc_to_nwb.run.verification import verify_finished
from ssc_to_nwb.testing.dataset import write_session
from ssc_to_nwb.testing.matlab import Cell, StructArray, write_mat5, write_mat73
from ssc_to_nwb.testing.spec import SessionSpec

_MATLAB_MADE = Path(scipy.io.__file__).parent / "matlab" / "tests" / "data"
# scipy refuses the name of this file's variable, which is no name that MATLAB gives.
_NAMED_BEYOND_ASCII = "bad_miutf8_array_name.mat"
FORMATS = pytest.mark.parametrize("mat_format", ["5", "7.3"])
SPECS = {
    **{name: SessionSpec(**fields) for name, fields in VARIANTS.items()},
    "awkward": AWKWARD,
    "awkward 7.3": replace(AWKWARD, mat_format="7.3"),
}


def assert_both_read(path: Path, encoding: str | None = None) -> MatContents:
    """Both ways of reading find the same; of what cannot be read, why is said in words of its own."""
    theirs, ours = read_contents(path, encoding), read_for_proof(path, encoding)
    assert list(ours.variables) == list(theirs.variables)
    assert ours.inferred_texts == theirs.inferred_texts
    for name, value in theirs.variables.items():
        found = ours.variables[name]
        if isinstance(value, MatUnsupported):
            assert isinstance(found, MatUnsupported)
            assert (found.matlab_class, found.shape) == (value.matlab_class, value.shape)
        else:
            assert_equal_values(found, value)
    return ours


@pytest.mark.parametrize("name", mostly_long(SPECS, quick=[*SPECS][1::2].__contains__))
def test_sessions(tmp_path: Path, name: str) -> None:
    made = write_session(root=tmp_path, spec=SPECS[name], raw=False, videos=False)
    (tree,) = assert_both_read(made.mat_path).variables.values()
    assert isinstance(tree, MatStruct)
    assert len(tree.fields) > 5


@pytest.mark.sample
def test_sample_sessions(sample_root: Path) -> None:
    files = sorted(sample_root.rglob("*_session.mat"))
    assert len(files) >= 2
    for path in files:
        assert_both_read(path)


@FORMATS
def test_values_of_every_form(tmp_path: Path, mat_format: MatFormat) -> None:
    path = tmp_path / "values.mat"
    write_mat(path, variables={"s": MatStruct(fields={**FORMS, **BEYOND_THE_BASIC_PLANE})}, file_format=mat_format)
    assert_both_read(path)


@pytest.mark.parametrize("compressed", [False, True])
def test_what_scipy_does_not_say(tmp_path: Path, compressed: bool) -> None:
    path = tmp_path / "values.mat"
    values = {
        "cell": Cell(),
        "noFields": StructArray([], shape=(0, 0)),
        "fields": {},
        "manyWithoutFields": StructArray([{}] * 6, shape=(2, 3)),
        "cells": Cell([NEVER_FILLED, np.zeros((1, 0)), Cell(), {}, Cell([NEVER_FILLED])]),
        "flags": sparse(np.eye(3) > 0),
        "emptyRow": Chars([], shape=(1, 0)),
        "emptyColumn": Chars([], shape=(3, 0)),
        "after": np.array([[1.5]]),
    }
    write_mat5(path=path, variables={"s": values}, compressed=compressed)
    (tree,) = assert_both_read(path).variables.values()
    assert isinstance(tree, MatStruct)
    assert tree.fields["noFields"] == MatStructArray(shape=(0, 0), field_names=(), elements=())
    assert isinstance(tree.fields["flags"], MatSparse)
    assert tree.fields["flags"].values.dtype == np.bool_


@pytest.mark.parametrize("encoding", [None, "cp1252"])
@pytest.mark.parametrize(
    ("stored_as", "units"),
    [
        (1, "Björn".encode()),
        (2, "Björn".encode()),
        (4, "Björn".encode()),
        (4, list(map(ord, "Björn ł"))),
        (4, [0xD83D, 0xDC2D]),
        (16, "Björn 🐭".encode()),
        (17, [0x41, 0xD83D, 0xDC2D]),
        (18, [0x41, 0x1F42D]),
        (2, b"K\xe4mpf"),
        (16, b"K\xe4mpf"),
    ],
)
def test_texts_in_every_storage(tmp_path: Path, stored_as: int, units: Any, encoding: str | None) -> None:
    """Of some of these scipy says that they are no text."""
    path = tmp_path / "texts.mat"
    text = Chars.row(units, stored_as=stored_as)
    write_mat5(path=path, variables={"a": {"numbers": np.array([[0.5, 2.0]])}, "text": text, "b": np.array([[3.0]])})
    found = assert_both_read(path, encoding).variables
    np.testing.assert_array_equal(found["a"].fields["numbers"], [[0.5, 2.0]])
    np.testing.assert_array_equal(found["b"], [[3.0]])


def test_what_is_no_value_of_a_session(tmp_path: Path) -> None:
    values = {
        "handle": Handle("function_handle"),
        "object": Handle("string"),
        "complex": Complex(np.array([[1 + 2j]])),
        "in_a_cell": Cell([Complex(np.array([[1j]])), "text", np.array([[2.0]])]),
        "numbers": np.array([[2.0]]),
    }
    for writer in (write_mat5, write_mat73):
        writer(path=tmp_path / "values.mat", variables=values)
        assert_both_read(tmp_path / "values.mat")


@pytest.mark.skipif(not _MATLAB_MADE.is_dir(), reason="this scipy came without its test files")
def test_files_that_matlab_wrote() -> None:
    count = 0
    for path in sorted(_MATLAB_MADE.glob("*.mat")):
        try:
            read_contents(path, None)
        except SscError:
            continue
        if path.name != _NAMED_BEYOND_ASCII:
            count += 1
            assert_both_read(path)
    assert count > 80


def test_damage_is_found(tmp_path: Path) -> None:
    content = write(tmp_path, subvolumes=()).mat_path.read_bytes()
    rng = np.random.default_rng(3)
    path = tmp_path / "damaged.mat"
    for place in rng.integers(136, len(content), 40):
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(rng.integers(0, 8))
        for made in (bytes(damaged), content[:place]):
            path.write_bytes(made)
            with problem_raised() as problems:
                read_for_proof(path, None)
            assert (problems[0].kind.identifier, problems[0].file) == ("mat-unreadable", str(path))


@pytest.mark.parametrize("kind", [0, 8, 14, 16, 19, 255])
def test_numbers_of_a_type_that_is_none(tmp_path: Path, kind: int) -> None:
    """At some of these scipy reads memory that is not its own, and the process dies."""
    path = tmp_path / "values.mat"
    write_mat5(path=path, variables={"s": {"a": np.array([[0.5, 2.5]])}}, compressed=False)
    doubles = struct.pack("<II", 9, 16)
    content = path.read_bytes()
    assert content.count(doubles) == 1
    path.write_bytes(content.replace(doubles, struct.pack("<II", kind, 16)))
    for read in (read_contents, read_for_proof):
        with problem_raised() as problems:
            read(path, None)
        assert problems[0].kind.identifier == "mat-unreadable"


def test_two_variables_of_one_name(tmp_path: Path) -> None:
    path = tmp_path / "twice.mat"
    write_mat5(path=path, variables={"s": {"a": "x"}})
    content = path.read_bytes()
    path.write_bytes(content + content[128:])
    with problem_raised() as problems:
        read_for_proof(path, None)
    assert problems[0].kind.identifier == "mat-unreadable"


Outcome = Callable[..., SessionOutcome]


@pytest.fixture
def outcome(tmp_path: Path) -> Outcome:
    """Writes a session, converts and verifies it in this process, where the defect is."""

    def convert(**fields: Any) -> SessionOutcome:
        write(tmp_path / "source", **{"subvolumes": ONE_PLANE, "arrays": ("dff",), **fields})
        return convert_session(task_of(tmp_path / "source", tmp_path / "nwb"), verify=verify_finished)

    return convert


def found_by(outcome: SessionOutcome) -> str:
    assert outcome.error is not None
    assert outcome.error.kind.identifier == "verification-failed"
    return outcome.error.found or ""


def replaced(monkeypatch: pytest.MonkeyPatch, holder: Any, name: str, wrong: Callable[..., Any]) -> None:
    right = getattr(holder, name)
    monkeypatch.setattr(holder, name, lambda *given, **named: wrong(right, *given, **named))


# Only numbers of single precision, which traces are, so that the conversion can still read the session.


def test_numbers_row_by_row(outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    def numbers(right: Any, reader: Any, header: Any) -> np.ndarray:
        values = right(reader, header)
        return values.ravel(order="F").reshape(values.shape) if values.dtype == np.float32 else values

    replaced(monkeypatch, mat5._Arrays, "_numbers", numbers)
    assert "/data" in found_by(outcome(single_precision=True))


@pytest.mark.long
def test_numbers_in_the_other_byte_order(outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    def as_numbers(right: Any, reader: Any, content: bytes, code: str) -> np.ndarray:
        values = right(reader, content, code)
        return values.byteswap() if code == "f4" else values

    replaced(monkeypatch, mat5._Arrays, "_as_numbers", as_numbers)
    assert "/data" in found_by(outcome(single_precision=True))


def test_fields_in_each_others_place(outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    def struct(right: Any, reader: Any, header: Any) -> Any:
        value = right(reader, header)
        return MatStruct(fields=dict(reversed(value.fields.items()))) if isinstance(value, MatStruct) else value

    replaced(monkeypatch, mat5._Arrays, "_struct", struct)
    assert "source_struct" in found_by(outcome())


@pytest.mark.long
def test_an_imaginary_part_left_out(outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mat5, "COMPLEX_FLAG", 0)
    done = outcome(edit=lambda s: add_metadata(s, {"room": Complex(np.array([[1 + 2j]]))}))
    assert done.error is not None
    assert done.error.kind.identifier == "mat-class-unsupported"


def test_numbers_of_hdf5_not_turned(outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    def numbers(right: Any, reader: Any, item: h5py.Dataset, matlab_class: str) -> Any:
        values = right(reader, item, matlab_class)
        return values.ravel().reshape(values.shape, order="F") if matlab_class == "single" else values

    replaced(monkeypatch, mat73._Reader, "_numbers", numbers)
    assert "/data" in found_by(outcome(mat_format="7.3", single_precision=True))
