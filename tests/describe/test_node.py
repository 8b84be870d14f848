"""The tree without values: equal neighbours are put together, with the ranges of their sizes."""

from __future__ import annotations

import numpy as np
from made_sessions import cell, row, struct, struct_array

from ssc_to_nwb.describe.node import lines_of
from ssc_to_nwb.describe.outline import outline
from ssc_to_nwb.describe.shown_text import Masking
from ssc_to_nwb.matlab.tree import MatValue


def lines(value: MatValue, name: str = "x") -> list[str]:
    return lines_of(name, outline(value, name=name, masking=Masking()))


def test_elements_of_one_form_are_one_line() -> None:
    assert lines(cell(row(1, 2), row(1), row(1, 2, 3))) == ["x: 1x3 cell of 1x1..3 double"]


def test_elements_of_other_forms_are_listed_apart_wherever_they_lie() -> None:
    value = cell(row(1), "ab", row(1, 2), row(1), "abc")
    assert lines(value) == ["x: 1x5 cell", "  {1, 3..4}: 1x1..2 double", "  {2, 5}: 1x2..3 char"]


def test_structs_are_of_one_form_if_their_fields_are() -> None:
    elements = [struct(id=row(number), corners=row(*range(number))) for number in range(1, 4)]
    assert lines(struct_array(*elements)) == [
        "x: 1x3 struct",
        "  (1..3): struct",
        "    id: 1x1 double [1..3]",
        "    corners: 1x1..3 double",
    ]


def test_cells_whose_elements_differ_in_number_are_of_one_form() -> None:
    planes = [struct(rois=struct_array(*[struct(id=row(1))] * count)) for count in (2, 5)]
    assert lines(cell(*planes)) == [
        "x: 1x2 cell",
        "  {1..2}: 1x1 struct",
        "    rois: 1x2..5 struct",
        "      (1..5): struct",
        "        id: 1x1 double [1]",
    ]


def test_many_forms_are_counted() -> None:
    value = cell(*[struct(**{f"field{number}": row(1)}) for number in range(20)])
    assert len(lines(value)) == 1 + 2 * 8 + 1
    assert lines(value)[-1] == "  … and elements of 12 more forms"


def test_ranges_are_those_of_indices_alone() -> None:
    assert lines(row(3, 1, 99), "trialIds") == ["trialIds: 1x3 double [1..99]"]
    assert lines(row(3, np.nan, 99), "sourceFileFrameIdx") == ["sourceFileFrameIdx: 1x3 double [3..99, NaN]"]
    assert lines(row(3, 1.5), "ids") == ["ids: 1x2 double [fractions]"]
    assert lines(row(3141.5, 7), "anything") == ["anything: 1x2 double"]
    assert lines(row(np.nan, np.nan), "valueMatrix") == ["valueMatrix: 1x2 double [all NaN]"]


def test_of_times_the_order_is_shown_and_no_value() -> None:
    assert lines(row(5, 10, 0, 20, 20), "trialStartTimes") == [
        "trialStartTimes: 1x5 double [goes back, repeats, zeros behind the first]"
    ]
    assert lines(row(5, 10, 20), "time") == ["time: 1x3 double"]


def test_hidden_names_stay_apart() -> None:
    node = outline(struct(**{"yy zz": row(1), "zz yy": "x"}), name="x", masking=Masking())
    assert [name for name, _ in node.fields] == ["…", "… (2)"]


def test_classes_and_sizes() -> None:
    value = struct(
        number=np.zeros((2, 3, 4), dtype=np.uint8), flag=np.ones((1, 1), dtype=bool), text="abc", empty="",
        none=cell(), single=np.zeros((1, 2), dtype=np.float32),
    )  # fmt: skip
    assert lines(value) == [
        "x: 1x1 struct",
        "  number: 2x3x4 uint8",
        "  flag: 1x1 logical",
        "  text: 1x3 char",
        "  empty: 0x0 char",
        "  none: 0x0 cell",
        "  single: 1x2 single",
    ]
