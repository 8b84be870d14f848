"""The form of the source's struct comes back from the file alone, whatever the struct is like."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from converting import convert_one
from levels import mostly_long
from made_sessions import Converted, Struct, array, events, read, row, set_entry, source_table
from session_variants import VARIANTS
from struct_expander import form_of_table, form_of_tree

from ssc_to_nwb.matlab.leaves import walk_leaves
from ssc_to_nwb.restoring.struct_table import counted_out, counted_paths
from ssc_to_nwb.testing.matlab import Cell
from ssc_to_nwb.testing.spec import SubvolumeSpec

BLANK = {"animalStrain1": " ", "animalStrain2": "", "animalGeneModification1": "", "animalGeneModification2": ""}
LONE = {"subvolumes": (SubvolumeSpec(number=4, planes=(1,), rois_per_plane=1),), "lone_plane_as_struct": True}
SPECS: dict[str, dict[str, Any]] = {
    **{name: VARIANTS[name] for name in ("format 7.3", "ssc-2", "no imaging")},
    "lone plane": LONE,
    "lone plane in 7.3": {**LONE, "mat_format": "7.3"},
    "empty events": {"empty_event_series": ("touches", "leftLicks"), "one_event_series": ("rightLicks",)},
}


def table_of(converted: Converted) -> pd.DataFrame:
    assert converted.outcome.verified == "full", converted.outcome.error
    return source_table(converted.path)


def assert_form_is_kept(converted: Converted, **options: Any) -> pd.DataFrame:
    session, _ = read(converted.made, **options)
    table = table_of(converted)
    assert form_of_table(table) == list(form_of_tree(session.tree, session.variable))
    return table


@pytest.mark.parametrize(
    "name", mostly_long(SPECS, quick=("format 7.3", "ssc-2", "no imaging", "lone plane").__contains__)
)
def test_form_is_kept(convert_once: Callable[..., Converted], name: str):
    assert_form_is_kept(convert_once(**SPECS[name]))


def test_form_of_a_plain_session_is_kept_in_few_rows(converted_default: Converted):
    table = assert_form_is_kept(converted_default)
    session, _ = read(converted_default.made)
    outlines = table[table["path"].str.endswith(".cornersXY")]["path"].tolist()
    assert outlines[0] == "s.timeSeriesArrayHash.descrHash{2}.value{1}(1).rois(1..4).cornersXY"
    assert len(outlines) == sum(len(volume.planes) * len(volume.arrays) for volume in session.subvolumes)


def test_form_of_an_awkward_session_is_kept(converted_awkward: Converted):
    assert_form_is_kept(converted_awkward)


def test_form_of_a_session_with_raw_files_is_kept(converted_raw: Converted):
    assert_form_is_kept(converted_raw)


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The table of a session with unknown fields, blank metadata, labels and numbers of other forms."""

    def edit(s: Struct) -> None:
        s["weather"] = {"sky": Cell(["grey", "grey", "blue", row(3)]), "nested": Cell([{"a": row(1)}, {"a": row(2)}])}
        for key, text in BLANK.items():
            set_entry(s["metaDataHash"], key, text)
        dff, raw = (array(s, f"{kind}TSA_subvolume_01") for kind in ("dff", "rawFluo"))
        dff["idStr"] = Cell([f"cell no. {number:.0f}" for number in dff["ids"][0]])
        del dff["idStrs"]
        raw["idStrs"][1] = "with a halo"
        array(s, "whiskerVars")["trial"][0, 0] = np.nan
        events(s, "leftLicks")["eventTimes"][0, -1] += 0.5

    options = {"allow_unmapped": True}
    converted = convert_one(tmp_path_factory.mktemp("edited"), edit, options=options, arrays=("dff", "raw"))
    return assert_form_is_kept(converted, **options)


def test_form_of_unknown_fields_is_kept(edited: pd.DataFrame):
    rows = edited.set_index("path")
    assert json.loads(rows.loc["s.weather.sky{1..3}", "value"]) == {"each": ["grey", "grey", "blue"]}
    assert json.loads(rows.loc["s.weather.nested{1..2}.a", "value"]) == {"each": [[[1.0]], [[2.0]]]}
    assert set(rows.loc[["s.weather.sky{1..3}", "s.weather.nested{1..2}.a"], "rule"]) == {"unmapped"}


def test_every_leaf_has_a_row_that_says_what_became_of_it(converted_awkward: Converted):
    table = table_of(converted_awkward)
    session, _ = read(converted_awkward.made)
    leaves = {path for path, _ in walk_leaves(session.tree, session.variable)}
    for _, line in table.iterrows():
        is_leaf = line["how"] != ""
        assert (set(counted_paths(line["path"])) <= leaves) == is_leaf
        assert (line["rule"] != "") == is_leaf
        assert line["objects"] or line["value"] or not is_leaf


@pytest.mark.parametrize(("key", "text"), BLANK.items())
def test_metadata_without_content_became_no_object(edited: pd.DataFrame, key: str, text: str):
    row = edited[(edited["key"] == key) & edited["path"].str.contains(".value", regex=False)].iloc[0]
    assert json.loads(row["value"]) == text
    assert row["objects"] == ""


def test_text_of_labels_is_kept_once(edited: pd.DataFrame):
    labels = edited.set_index("path").loc["s.timeSeriesArrayHash.value{2}.idStr{1..2}"]
    assert labels["how"] == "derived"
    assert json.loads(labels["value"]) == {"text": "cell no. ", "number": "ids"}


def test_all_labels_are_kept_where_one_differs(edited: pd.DataFrame):
    labels = edited.set_index("path").loc["s.timeSeriesArrayHash.value{3}.idStrs{1..2}"]
    assert labels["how"] == "kept"
    assert [text.partition(" ")[0] for text in json.loads(labels["value"])["each"]] == ["Ca", "with"]


def test_whole_numbers_are_said_to_be_whole(edited: pd.DataFrame):
    whole = edited.set_index("path")["whole"]
    assert whole["s.timeSeriesArrayHash.value{1}.trial"] == "yes"
    assert whole["s.eventSeriesArrayHash.value{3}.eventTimes"] == "no"
    assert whole["s.trialIds"] == "yes"
    assert whole["s.timeSeriesArrayHash.value{1}.valueMatrix"] == "no"
    assert whole["s.metaDataHash.value{1}"] == ""


def test_ranges_are_counted_like_the_digits_of_a_number():
    assert counted_paths("s.a{1..2}.b(9..10)") == ["s.a{1}.b(9)", "s.a{1}.b(10)", "s.a{2}.b(9)", "s.a{2}.b(10)"]
    assert counted_paths("s.a{3}.b") == ["s.a{3}.b"]
    assert counted_out("1x3*2, 0x0, 1x4") == ["1x3", "1x3", "0x0", "1x4"]
    for path in ("s.a{2..1}", "s.a{1..9999999}(1..9999999)"):
        with pytest.raises(ValueError, match="make no sense"):
            counted_paths(path)
