"""Fields: values of the MATLAB tree that are checked as they are handed out; Hashes: parallel cells of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from made_sessions import FILE, cell, field, hash_of, problem_raised, row, struct, struct_array

from ssc_to_nwb.matlab.field import integers_of_each, read_hash
from ssc_to_nwb.matlab.tree import MatCell, MatStructArray, MatValue

EMPTIES = [np.zeros((0, 0)), np.zeros((3, 0)), cell(), "", MatStructArray(shape=(0, 0), field_names=(), elements=())]


class TestChildren:
    def test_a_child_knows_its_path(self) -> None:
        child = field(struct(a=row(1)), "s").child("a")
        assert (child.path, child.file) == ("s.a", FILE)

    def test_the_first_name_that_exists_is_taken(self) -> None:
        assert field(struct(id=row(7))).child("ids", "id").integer() == 7

    def test_an_absent_field(self) -> None:
        with problem_raised() as found:
            field(struct(a=row(1)), "s").child("ids", "id")
        problem = found[0]
        assert (problem.kind.identifier, problem.file, problem.field) == ("field-missing", str(FILE), "s")
        assert (problem.expected, problem.found) == ("a field ids or id", "struct with fields a")

    def test_an_optional_field_may_be_absent(self) -> None:
        assert field(struct()).optional("a") is None

    @pytest.mark.parametrize("value", [row(1, 2), "text", cell(), struct_array(struct(a="x"), struct(a="y"))])
    def test_only_structs_have_fields(self, value: object) -> None:
        with problem_raised() as found:
            field(value).child("a")
        assert (found[0].kind.identifier, found[0].expected) == ("field-type", "a struct")


class TestItems:
    def test_items_of_a_cell(self) -> None:
        items = field(cell("a", "b"), "s.c").items()
        assert [(item.path, item.value) for item in items] == [("s.c{1}", "a"), ("s.c{2}", "b")]

    def test_items_of_a_struct_array(self) -> None:
        items = field(struct_array(struct(a="x"), struct(a="y")), "s.r").items()
        assert [item.path for item in items] == ["s.r(1)", "s.r(2)"]

    @pytest.mark.parametrize("value", [struct(a="x"), "text", row(1, 2)])
    def test_a_lone_value_counts_as_a_cell_of_one(self, value: object) -> None:
        (item,) = field(value).items()
        assert (item.path, item.value is value) == ("s.x", True)

    @pytest.mark.parametrize("value", EMPTIES)
    def test_empties_have_no_items(self, value: object) -> None:
        assert field(value).is_empty
        assert field(value).items() == ()


class TestTexts:
    def test_a_cell_of_texts_in_any_orientation(self) -> None:
        assert field(cell("a", "b")).texts() == ("a", "b")
        assert field(MatCell(shape=(2, 1), items=("a", "b"))).texts() == ("a", "b")

    def test_a_lone_text_counts_as_a_cell_of_one(self) -> None:
        assert field("Bar-in-reach times").texts() == ("Bar-in-reach times",)

    def test_the_empty_array_is_the_empty_text(self) -> None:
        assert field(np.zeros((0, 0))).text() == ""

    def test_the_character_nul_is_refused_which_no_text_of_hdf5_can_hold(self) -> None:
        with problem_raised() as found:
            field("a\0b").text()
        assert (found[0].kind.identifier, found[0].found) == ("field-value", r"'a\x00b'")

    @pytest.mark.parametrize("value", [row(1), cell("a"), struct(a="x")])
    def test_everything_else_is_refused(self, value: object) -> None:
        with problem_raised() as found:
            field(value).text()
        assert (found[0].kind.identifier, found[0].expected) == ("field-type", "text")


class TestNumbers:
    @pytest.mark.parametrize("shape", [(1, 4), (4, 1), (1, 1, 4)])
    def test_a_vector_may_be_a_row_or_a_column(self, shape: tuple[int, ...]) -> None:
        np.testing.assert_array_equal(field(np.arange(4.0).reshape(shape)).row(length=4), [0, 1, 2, 3])

    def test_a_scalar_is_a_vector_of_one(self) -> None:
        assert field(row(3)).row(length=1).tolist() == [3.0]

    @pytest.mark.parametrize("value", [np.zeros((0, 0)), np.zeros((1, 0)), np.zeros((0, 1))])
    def test_every_empty_array_is_an_empty_vector(self, value: np.ndarray) -> None:
        assert field(value).row(length=0).shape == (0,)

    def test_a_matrix_is_no_vector(self) -> None:
        with problem_raised() as found:
            field(np.zeros((2, 3))).row()
        assert (found[0].kind.identifier, found[0].found) == ("field-type", "2x3 double")

    @pytest.mark.parametrize(("length", "expected"), [(4, "4 values"), (1, "1 value")])
    def test_another_length(self, length: int, expected: str) -> None:
        with problem_raised() as found:
            field(row(1, 2, 3), "s.trialStartTimes").row(length=length)
        assert (found[0].kind.identifier, found[0].field) == ("field-length", "s.trialStartTimes")
        assert (found[0].expected, found[0].found) == (expected, "1x3 double")

    @pytest.mark.parametrize("value", ["text", cell(row(1)), struct(a=row(1)), np.array([[1j]])])
    def test_what_is_no_number(self, value: object) -> None:
        with problem_raised() as found:
            field(value).row()
        assert (found[0].kind.identifier, found[0].expected) == ("field-type", "numbers")

    @given(hnp.arrays(np.uint8, st.integers(1, 40)))
    def test_small_integers_are_cast_before_they_can_wrap(self, stored: np.ndarray) -> None:
        values = field(stored.reshape(1, -1)).integers()
        assert values.dtype == np.int64
        assert (values * 1000 - 300_000).tolist() == [int(value) * 1000 - 300_000 for value in stored]

    @pytest.mark.parametrize(
        ("values", "found"),
        [
            ((1, 2.5), "2.5 at position 2"),
            ((1, np.nan), "NaN at position 2"),
            ((np.inf,), "inf at position 1"),
            ((2.0**60,), "at position 1"),
        ],
    )
    def test_what_is_no_whole_number(self, values: tuple[float, ...], found: str) -> None:
        with problem_raised() as problems:
            field(row(*values)).integers()
        assert (problems[0].kind.identifier, problems[0].expected) == ("field-value", "whole numbers")
        assert found in (problems[0].found or "")

    def test_nan_may_mean_nothing(self) -> None:
        assert field(row(4, np.nan)).integers(nan_as=-1).tolist() == [4, -1]


class TestIntegersOfEach:
    @pytest.mark.parametrize("other", [row(4, 5).T, np.array([[4, 5]], dtype=np.uint8), np.zeros((0, 0)), row(2.0**53)])
    def test_they_are_those_of_each(self, other: np.ndarray) -> None:
        fields = [field(row(1, 2, 3)), field(other), field(row(-7))]
        found = integers_of_each(fields)
        assert [one.dtype for one in found] == [np.int64] * 3
        assert [one.tolist() for one in found] == [one.integers().tolist() for one in fields]

    def test_there_may_be_none(self) -> None:
        assert integers_of_each([]) == []

    @pytest.mark.parametrize(
        ("value", "kind"),
        [(row(2.5), "field-value"), (row(np.nan), "field-value"), (row(2.0**54), "field-value"),
         (row(1, 2), "field-length"), ("text", "field-type")],
    )  # fmt: skip
    def test_the_one_that_is_wrong_is_named(self, value: MatValue, kind: str) -> None:
        with problem_raised() as problems:
            integers_of_each([field(row(1), "s.a"), field(value, "s.b")], length=1)
        assert (problems[0].kind.identifier, problems[0].field) == (kind, "s.b")


class TestMatrices:
    def test_shape_is_checked(self) -> None:
        assert field(np.zeros((2, 3))).matrix(rows=2).shape == (2, 3)
        with problem_raised() as found:
            field(np.zeros((3, 2)), "s.valueMatrix").matrix(rows=2, columns=3)
        assert (found[0].kind.identifier, found[0].expected, found[0].found) == ("field-length", "2x3", "3x2 double")

    def test_an_image_stack_is_no_matrix(self) -> None:
        with problem_raised() as found:
            field(np.zeros((2, 3, 2))).matrix(rows=2)
        assert found[0].kind.identifier == "field-type"

    def test_an_empty_array_of_any_shape_serves_where_nothing_is_expected(self) -> None:
        assert field(np.zeros((0, 0))).matrix(rows=2, columns=0).shape == (2, 0)
        with problem_raised() as found:
            field(np.zeros((0, 0))).matrix(rows=2, columns=3)
        assert found[0].kind.identifier == "field-length"

    def test_positions_are_counted_as_matlab_does(self) -> None:
        with problem_raised() as found:
            field(np.array([[1.0, 2.0], [0.5, 3.0]])).integers(rows=2, length=2, nan_as=0)
        assert found[0].found == "0.5 at position 2"


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
        (struct(keyNames=cell(row(1)), value=cell("x")), ("field-type", "text", "1x1 double")),
        (row(1, 2), ("field-type", "a struct", "1x2 double")),
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
