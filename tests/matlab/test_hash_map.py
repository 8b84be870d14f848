"""Hashes: parallel cells of keys, values and descriptions."""

from __future__ import annotations

import numpy as np
import pytest
from made_sessions import cell, field, hash_of, problem_raised, row, struct, struct_array

from ssc_to_nwb.matlab.field import read_hash
from ssc_to_nwb.matlab.tree import MatValue


def test_entries_keep_their_order_and_know_their_places() -> None:
    entries = read_hash(field(struct(keyNames=cell("b", "a"), value=cell(row(1), "x"), descr=cell("B", "A")), "s.h"))
    assert [(entry.key, entry.description, entry.value.path) for entry in entries] == [
        ("b", "B", "s.h.value{1}"),
        ("a", "A", "s.h.value{2}"),
    ]


@pytest.mark.parametrize("descr", [None, cell(), np.zeros((0, 0)), ""])
def test_descriptions_may_be_absent_or_empty(descr: MatValue | None) -> None:
    fields = {"keyNames": cell("a"), "value": cell("x")}
    (entry,) = read_hash(field(struct(**fields) if descr is None else struct(**fields, descr=descr)))
    assert entry.description == ""


@pytest.mark.parametrize("value", [np.zeros((0, 0)), cell()])
def test_an_empty_array_is_a_hash_without_entries(value: MatValue) -> None:
    assert read_hash(field(value)) == ()
    assert read_hash(field(hash_of())) == ()


@pytest.mark.parametrize("value", [row(2, 5, 9), "text", struct(id=row(1)), np.zeros((0, 0))])
def test_a_value_without_its_cell_belongs_to_the_only_key(value: MatValue) -> None:
    (entry,) = read_hash(field(struct(keyNames=cell("valid"), value=value), "s.h"))
    assert (entry.value.path, entry.value.value is value) == ("s.h.value", True)


def test_a_struct_array_may_hold_the_values_of_several_keys() -> None:
    values = struct_array(struct(id=row(1)), struct(id=row(2)))
    entries = read_hash(field(struct(keyNames=cell("a", "b"), value=values)))
    assert [entry.value.child("id").integer() for entry in entries] == [1, 2]


@pytest.mark.parametrize(
    ("value", "reported"),
    [
        (struct(keyNames=cell("a", "b"), value=cell("x")), ("field-length", "2 items in value, as in keyNames", "1")),
        (
            struct(keyNames=cell("a"), value=cell("x"), descr=cell("A", "B")),
            ("field-length", "1 items in descr, as in keyNames", "2"),
        ),
        (struct(value=cell("x")), ("field-missing", "a field keyNames", None)),
        (struct(keyNames=cell("a")), ("field-missing", "a field value", None)),
        (struct(keyNames=cell(row(1)), value=cell("x")), ("field-type", "text", "1x1 float64")),
        (row(1, 2), ("field-type", "a struct", "1x2 float64")),
    ],
)
def test_what_is_no_hash(value: MatValue, reported: tuple[str, str, str | None]) -> None:
    with problem_raised() as found:
        read_hash(field(value))
    assert (found[0].kind.identifier, found[0].expected) == reported[:2]
    if reported[2] is not None:
        assert found[0].found == reported[2]


def test_a_key_that_occurs_twice() -> None:
    value = struct(keyNames=cell("a", "b", "a"), value=cell("x", "y", "z"))
    with problem_raised() as found:
        read_hash(field(value, "s.metaDataHash"))
    assert (found[0].kind.identifier, found[0].field, found[0].found) == ("hash-key-twice", "s.metaDataHash", "a")
    assert len(read_hash(field(value), keys_may_repeat=True)) == 3
