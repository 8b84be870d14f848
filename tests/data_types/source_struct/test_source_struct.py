"""What the table of the source struct keeps, plain pynwb gives back as it was in MATLAB."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from made_sessions import Converted, Struct, cell, opened, struct

from ssc_to_nwb.data_types.source_struct.layout import LARGE_ELEMENTS, as_json
from ssc_to_nwb.matlab.leaves import matlab_class, matlab_shape
from ssc_to_nwb.matlab.tree import MatChar, MatSparse, MatStructArray
from ssc_to_nwb.testing.matlab import Cell

NUMBERS = st.one_of(
    *(
        hnp.arrays(dtype, hnp.array_shapes(min_dims=2, max_dims=3, max_side=4))
        for dtype in ("float64", "float32", "int64", "uint8", "bool")
    )
)


def decoded(value: Any, text: str) -> Any:
    """A reader's way back, with nothing but json and numpy."""
    content = json.loads(text)
    if isinstance(value, str):
        return content
    flat = np.array(content, dtype=object).reshape(-1)
    special = {None: np.nan, "Infinity": np.inf, "-Infinity": -np.inf}
    flat = [special[one] if one is None or isinstance(one, str) else one for one in flat]
    return np.array(flat, dtype=value.dtype).reshape(value.shape)


SPARSE = MatSparse.from_columns(
    (3, 2), row_index=np.array([1]), column_start=np.array([0, 1, 1]), values=np.array([True])
)


@given(value=NUMBERS)
def test_numbers_come_back_exactly(value: np.ndarray):
    text = as_json(value)
    np.testing.assert_array_equal(decoded(value, text), value)
    # Strict JSON: NaN and infinities are no numbers there.
    json.loads(text, parse_constant=pytest.fail)


@given(text=st.text())
def test_texts_come_back_exactly(text: str):
    assert decoded(text, as_json(text)) == text


def test_signs_of_zero_and_last_digits_are_kept():
    value = np.array([[-0.0, 0.1 + 0.2, 2.0**-1074, 1.7976931348623157e308]])
    back = decoded(value, as_json(value))
    assert back.tobytes() == value.tobytes()


@pytest.mark.parametrize(
    ("value", "text", "name", "shape"),
    [
        ("", '""', "char", (0, 0)),
        ("ab", '"ab"', "char", (1, 2)),
        ("\U0001f42d", '"\U0001f42d"', "char", (1, 2)),
        (MatChar(shape=(2, 3), rows=("ab ", "abc")), '["ab ", "abc"]', "char", (2, 3)),
        (MatChar(shape=(1, 0), rows=("",)), '[""]', "char", (1, 0)),
        (MatChar(shape=(1, 2), rows=("a\0",)), '["a\\u0000"]', "char", (1, 2)),
        (SPARSE, '{"row": [2], "column": [1], "value": [true]}', "sparse logical", (3, 2)),
        (MatStructArray(shape=(2, 3), field_names=(), elements=(struct(),) * 6), '{"fields": []}', "struct", (2, 3)),
        (np.zeros((0, 3)), "[]", "double", (0, 3)),
        (np.ones((1, 1), dtype=bool), "[[true]]", "logical", (1, 1)),
        (np.ones((1, 1), dtype=np.float32), "[[1.0]]", "single", (1, 1)),
        (cell(), "[]", "cell", (0, 0)),
        (MatStructArray(shape=(1, 0), field_names=("a", "b"), elements=()), '{"fields": ["a", "b"]}', "struct", (1, 0)),
    ],
)
def test_class_and_size_are_given_as_matlab_does(value: Any, text: str, name: str, shape: tuple[int, ...]):
    assert (as_json(value), matlab_class(value), matlab_shape(value)) == (text, name, shape)


def test_keys_on_the_way_are_named(nwb_awkward: Any):
    keys = nwb_awkward.processing["source"]["source_struct"].to_dataframe().set_index("path")["key"]
    touches = keys[keys.index.str.startswith("s.eventSeriesArrayHash.value{2}.eventPropertiesHash{")]
    of_second = touches[touches.index.str.endswith(("value{2}", "keyNames{2}"))]
    assert set(of_second) == {"touches/kappaMaxAbsOverTouch"}
    assert set(touches[touches.index.str.endswith("}.value")]) == {"touches"}
    assert keys["s.timeSeriesArrayHash.value{1}.valueMatrix"] == "whiskerVars"
    assert keys["s.timeSeriesArrayHash.value"] == keys["s.trialIds"] == ""


def test_plain_pynwb_reads_what_was_kept(converted_awkward: Converted, nwb_awkward: Any):
    table = nwb_awkward.processing["source"]["source_struct"].to_dataframe().set_index("path")
    room = table[table["key"] == "roomTemperature"].loc["s.metaDataHash.value{15}"]
    assert json.loads(room["value"]) == [[21.5]]
    assert (room["matlab_class"], room["size"]) == ("double", "1x1")
    names = json.loads(table.loc["s.trialTypeStr{1..6}", "value"])["each"]
    assert tuple(names) == converted_awkward.made.spec.trial_type_order
    assert json.loads(table.loc["s.timeUnitNames{1..5}", "value"])["each"][1] == "second"


def test_large_arrays_have_a_table_of_their_own(convert_edited: Callable[..., Converted]):
    large = np.arange(LARGE_ELEMENTS + 4.0).reshape(4, -1) / 3
    small = np.arange(float(LARGE_ELEMENTS)).reshape(1, -1)

    def edit(s: Struct) -> None:
        entries = s["metaDataHash"]
        entries["keyNames"] = Cell([*entries["keyNames"], "large", "small"])
        entries["value"] = Cell([*entries["value"], large, small])

    converted = convert_edited(edit, subvolumes=())
    assert converted.outcome.verified == "full", converted.outcome.error
    with opened(converted.path) as nwbfile:
        module = nwbfile.processing["source"]
        table = module["source_struct"].to_dataframe().set_index("key")
        values = {key: table.loc[key][table.loc[key]["path"].str.contains("value")]["value"].item() for key in
                  ("large", "small")}  # fmt: skip
        assert json.loads(values["large"]) == {"table": "kept_source_array_1"}
        assert np.array_equal(json.loads(values["small"]), small)
        data = np.asarray(module["kept_source_array_1"]["value"][:])
    np.testing.assert_array_equal(data.reshape(large.shape, order="F"), large)
