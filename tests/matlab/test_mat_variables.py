"""Which variable of a file is the session struct, and what becomes of the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_sessions import found_of, problem_raised, read, row, write
from matlab_oddities import NEVER_FILLED, Complex, Handle

from ssc_to_nwb.matlab.mat_file import read_session_struct
from ssc_to_nwb.testing.matlab import Cell, StructArray, write_mat5, write_mat73

SESSION_LIKE = {"trialIds": row(1), "metaDataHash": {}}
BARE = {"subvolumes": (), "whisker_data": False}
WRITERS = {"5": write_mat5, "7.3": write_mat73}


@pytest.fixture(params=["5", "7.3"])
def mat_format(request: pytest.FixtureRequest) -> str:
    return request.param


def test_others_are_named_and_do_no_harm(tmp_path: Path, mat_format: str) -> None:
    others = {
        "note": "text", "callback": Handle(), "when": Handle("datetime"), "z": Complex(np.array([[1 + 2j]])),
        "list": Cell([Handle(), row(1, 2)]),
    }  # fmt: skip
    session, log = read(write(tmp_path, mat_format=mat_format, **BARE, others=others))
    assert {(one.name, one.matlab_class, one.shape, one.bytes) for one in session.others} == {
        ("note", "char", (1, 4), 8), ("callback", "function_handle", (1, 1), 0), ("when", "datetime", (1, 1), 0),
        ("z", "complex", (1, 1), 0), ("list", "cell", (1, 2), 16),
    }  # fmt: skip
    warned = found_of(log.problems, "mat-variable-left-out")
    assert "1x1 function_handle, not part of the session struct; a function handle, which cannot be read" in warned
    assert len(warned) == 5


@pytest.mark.parametrize("other", ["dat", "s_backup"])
def test_two_session_structs_are_refused(tmp_path: Path, mat_format: str, other: str) -> None:
    made = write(tmp_path, mat_format=mat_format, **BARE, others={other: SESSION_LIKE})
    with problem_raised() as found:
        read(made)
    assert found[0].kind.identifier == "mat-variable-ambiguous"
    assert set((found[0].found or "").split(" and ")) == {"s", other}
    session, log = read(made, variable_names=("s",))
    assert [one.name for one in session.others] == [other]
    assert "another session struct" in found_of(log.problems, "mat-variable-left-out")[0]


@pytest.mark.parametrize("s", [row(5), "text", {"a": row(1)}, Cell([SESSION_LIKE]), Handle()])
def test_another_s_does_not_hide_dat(tmp_path: Path, mat_format: str, s: object) -> None:
    session, _ = read(write(tmp_path, mat_format=mat_format, **BARE, variable_name="dat", others={"s": s}))
    assert session.variable == "dat"
    assert [one.name for one in session.others] == ["s"]


def test_a_session_struct_of_another_name_is_pointed_out(tmp_path: Path) -> None:
    with problem_raised() as found:
        read(write(tmp_path, variable_name="obj"))
    assert (found[0].kind.identifier, found[0].found) == (
        "mat-variable-missing", "obj; obj looks like a session struct",
    )  # fmt: skip


def test_a_name_that_occurs_twice(tmp_path: Path) -> None:
    """As a program may leave it that appends to a file."""
    path = tmp_path / "s.mat"
    write_mat5(path=path, variables={"s": SESSION_LIKE})
    path.write_bytes(path.read_bytes() + path.read_bytes()[128:])
    with problem_raised() as found:
        read_session_struct(path)
    assert (found[0].kind.identifier, found[0].field) == ("mat-variable-ambiguous", "s")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (Handle(), "function_handle"), (Handle("containers.Map"), "containers.Map"), (Handle("string"), "string"),
        (Handle("table"), "table"), (Complex(np.array([[1j]])), "complex numbers"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_field(
    tmp_path: Path, mat_format: str, value: object, found: str
) -> None:
    records = StructArray([{"x": row(1), "y": value}, {"x": row(2), "y": value}])
    path = tmp_path / "s.mat"
    WRITERS[mat_format](path=path, variables={"s": {"a": Cell(["x", {"b": records}])}})
    with problem_raised() as problems:
        read_session_struct(path)
    assert (problems[0].kind.identifier, problems[0].field) == ("mat-class-unsupported", "s.a{2}.b(1).y")
    assert found in (problems[0].found or "")


def test_a_place_that_was_never_filled_is_empty(tmp_path: Path, mat_format: str) -> None:
    path = tmp_path / "s.mat"
    records = StructArray([{"x": row(1)}, {"x": NEVER_FILLED}])
    WRITERS[mat_format](path=path, variables={"s": {"c": Cell([NEVER_FILLED, "x", NEVER_FILLED]), "r": records}})
    fields = read_session_struct(path).tree.fields
    for value in (fields["c"].items[0], fields["c"].items[2], fields["r"].elements[1].fields["x"]):
        assert isinstance(value, np.ndarray)
        assert (value.shape, value.dtype) == ((0, 0), np.float64)
