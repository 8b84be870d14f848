"""What MATLAB can put into a session file comes through the conversion as it is, or is refused by its name."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest
from made_sessions import (
    Assembled,
    Converted,
    Struct,
    add_metadata,
    array,
    events,
    opened,
    read,
    row,
    set_entry,
    source_table,
    task_of,
    write,
)
from matlab_oddities import NEVER_FILLED, Chars, sparse

from ssc_to_nwb.data_types.source_struct.layout import LARGE_ELEMENTS
from ssc_to_nwb.matlab import text as mat_text
from ssc_to_nwb.nwb_file.session_file import convert_session
from ssc_to_nwb.run.verification import verify_finished
from ssc_to_nwb.testing.matlab import Cell, StructArray

FORMATS = pytest.mark.parametrize("mat_format", ["5", "7.3"])
# Where the format is only read again: test_class_size_and_value_are_kept shows that both bring the same.
FORMAT_5_FIRST = pytest.mark.parametrize("mat_format", ["5", pytest.param("7.3", marks=pytest.mark.long)])
BARE = {"subvolumes": (), "whisker_data": False}
NAMES = "Kämpf, Björn"
FULL = np.array([[0.0, 1.5, 0.0], [2.0, 0.0, 0.0]])
# Value, and what the table of the source struct says of it: class, size, value.
VALUES: dict[str, tuple[Any, str, str, Any]] = {
    "matrix": (Chars.matrix("ab ", "äöü"), "char", "2x3", ["ab ", "äöü"]),
    "row": (Chars.row(map(ord, NAMES)), "char", "1x12", NAMES),
    "mouse": ("mouse 🐭", "char", "1x8", "mouse 🐭"),
    "padded": ("2W\0\0", "char", "1x4", ["2W\0\0"]),
    "emptyRow": (Chars([], shape=(1, 0)), "char", "1x0", [""]),
    "emptyColumn": (Chars([], shape=(3, 0)), "char", "3x0", ["", "", ""]),
    "emptyText": ("", "char", "0x0", ""),
    "sparse": (sparse(FULL), "sparse double", "2x3", {"row": [2, 1], "column": [1, 2], "value": [2.0, 1.5]}),
    "flags": (sparse(FULL > 0), "sparse logical", "2x3", {"row": [2, 1], "column": [1, 2], "value": [True, True]}),
    "emptySparse": (sparse(np.zeros((4, 2))), "sparse double", "4x2", {"row": [], "column": [], "value": []}),
    # It would fill the memory, were it filled up.
    "vastSparse": (
        replace(sparse(np.eye(2)), shape=(10**9, 2)),
        "sparse double",
        "1000000000x2",
        {"row": [1, 2], "column": [1, 2], "value": [1.0, 1.0]},
    ),
    "noFields": ({}, "struct", "1x1", {"fields": []}),
    "noFieldsMany": (StructArray([{}] * 6, shape=(2, 3)), "struct", "2x3", {"fields": []}),
    "noElements": (StructArray([], field_names=("a",), shape=(0, 1)), "struct", "0x1", {"fields": ["a"]}),
    "int64": (np.array([[2**53 + 1]], dtype=np.uint64), "uint64", "1x1", [[2**53 + 1]]),
    "logical": (np.array([[True], [False]]), "logical", "2x1", [[True], [False]]),
    "single": (np.array([[0.5]], dtype=np.float32), "single", "1x1", [[0.5]]),
    "neverFilled": (NEVER_FILLED, "double", "0x0", []),
}


def kept_of(converted: Converted) -> pd.DataFrame:
    assert converted.outcome.verified == "full", converted.outcome.error
    return source_table(converted.path).set_index("path")


@FORMATS
def test_class_size_and_value_are_kept(convert_edited: Callable[..., Converted], mat_format: str) -> None:
    values = {name: value for name, (value, *_) in VALUES.items()}
    table = kept_of(convert_edited(lambda s: add_metadata(s, values), mat_format=mat_format, **BARE))
    rows = table[table.index.str.contains(".value", regex=False)].set_index("key")
    for name, (_, matlab_class, shape, value) in VALUES.items():
        found = rows.loc[name]
        assert (found["matlab_class"], found["size"]) == (matlab_class, shape), name
        assert json.loads(found["value"]) == value, name


@FORMAT_5_FIRST
def test_a_large_sparse_matrix_has_a_table(convert_edited: Callable[..., Converted], mat_format: str) -> None:
    count = LARGE_ELEMENTS + 1
    full = np.zeros((2, count))
    full[1] = np.arange(1.0, count + 1)
    add = {"large": sparse(full)}
    converted = convert_edited(lambda s: add_metadata(s, add), mat_format=mat_format, **BARE)
    assert '{"table": "kept_source_array_1"}' in set(kept_of(converted)["value"])
    table = source_table(converted.path, "kept_source_array_1")
    np.testing.assert_array_equal(table["row"], 2)
    np.testing.assert_array_equal(table["column"], np.arange(1, count + 1))
    np.testing.assert_array_equal(table["value"], np.arange(1.0, count + 1))


@FORMAT_5_FIRST
def test_known_fields_in_other_forms_are_understood(
    convert_edited: Callable[..., Converted], assemble_edited: Callable[..., Assembled], mat_format: str
) -> None:
    """Sparse matrices, padded char matrices in the place of cells, and cells that were never filled."""

    def edit(s: Struct) -> None:
        width = max(map(len, s["trialTypeStr"]))
        s["trialTypeStr"] = Chars.matrix(*(name.ljust(width) for name in s["trialTypeStr"]))
        s["trialTypeMat"] = sparse(s["trialTypeMat"])
        calcium = next(key for key in s["timeSeriesArrayHash"]["keyNames"] if "dff" in key)
        plane = array(s, calcium)["imagingPlane"][0]
        paths = list(plane["sourceFileList"])
        plane["sourceFileList"] = Chars.matrix(*(path.ljust(max(map(len, paths))) for path in paths))
        for key in ("whiskerVars", calcium):
            entry = array(s, key)
            entry["idStrDetailed"] = Cell([NEVER_FILLED] * entry["ids"].size)
        events(s, "leftLicks")["eventPropertiesHash"] = NEVER_FILLED

    plain = assemble_edited(n_trials=8).nwbfile
    converted = convert_edited(edit, mat_format=mat_format, n_trials=8)
    table = kept_of(converted)
    with h5py.File(converted.path) as file:
        types, listed = file["intervals/trials/trial_type"], file["processing/source/source_stacks/listed_path"]
        assert types.asstr()[:].tolist() == list(plain.trials["trial_type"][:])
        assert listed.asstr()[:].tolist() == list(plain.processing["source"]["source_stacks"]["listed_path"][:])
    assert table.loc["s.trialTypeMat", "matlab_class"] == "sparse double"
    assert table.loc["s.trialTypeStr", "size"] == "6x7"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(Chars.row(map(ord, "Zürich")), id="16-bit", marks=pytest.mark.long),
        pytest.param("Zürich", id="utf-8"),
    ],
)
def test_verification_reads_text_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: Any) -> None:
    """A defect in the conversion's way of decoding is found, since the proof has its own."""
    right = mat_text._decoded
    monkeypatch.setattr(mat_text, "_decoded", lambda *given: right(*given).replace("ü", "u"))
    write(tmp_path / "source", edit=lambda s: add_metadata(s, {"room": value}), **BARE)
    # In this process, where the defect is.
    outcome = convert_session(task_of(tmp_path / "source", tmp_path / "nwb"), verify=verify_finished)
    assert outcome.error is not None
    assert outcome.error.kind.identifier == "verification-failed"
    assert "source_struct/value" in (outcome.error.found or "")


@pytest.mark.parametrize("units", [[*map(ord, "Björn Kämpf")], "Björn Kämpf".encode()], ids=["16-bit", "utf-8"])
def test_names_in_any_encoding_come_out_right(
    assemble_edited: Callable[..., Assembled], units: list[int] | bytes
) -> None:
    edited = assemble_edited(lambda s: set_entry(s["metaDataHash"], "experimenters", Chars.row(units)), **BARE)
    nwbfile = edited.nwbfile
    assert list(nwbfile.experimenter) == [NAMES]
    assert ("in UTF-8." in nwbfile.notes) == isinstance(units, bytes)


def test_bytes_that_are_no_utf8_are_refused(convert_edited: Callable[..., Converted], tmp_path: Path) -> None:
    chars = Chars(b"Bj\xf6rn", shape=(1, 5), stored_as=16)
    change = {"edit": lambda s: set_entry(s["metaDataHash"], "experimenters", chars), **BARE}
    outcome = convert_edited(**change).outcome
    assert outcome.error is not None
    assert outcome.error.kind.identifier == "mat-text-undecodable"
    assert (outcome.error.field or "").startswith("s.metaDataHash.value{")
    metadata = tmp_path / "more.yaml"
    metadata.write_text("source: {text_encoding: latin-1}\n")
    converted = convert_edited(**change, options={"metadata_files": [metadata]})
    assert converted.outcome.verified == "full", converted.outcome.error
    with opened(converted.path) as nwbfile:
        assert nwbfile.experimenter == ("Björn",)
        assert "are in latin-1." in nwbfile.notes


@FORMAT_5_FIRST
def test_variables_beside_the_struct_are_in_the_ledger(tmp_path: Path, mat_format: str) -> None:
    from converting import convert

    from ssc_to_nwb.api.verification import read_ledger

    write(tmp_path / "source", mat_format=mat_format, **BARE, others={"note": "text", "n": row(1, 2)})
    outcome = convert(source=tmp_path / "source", output=tmp_path / "nwb").outcomes[0]
    assert (outcome.verified, outcome.error) == ("full", None)
    assert outcome.output is not None
    ledger = read_ledger(file=outcome.output)
    left_out = {one.source: one for one in ledger.leaves if one.disposition.value == "left out"}
    assert set(left_out) == {"note", "n"}
    assert left_out["note"].reason == "not part of the session struct"
    assert (left_out["n"].shape, left_out["n"].bytes) == ((1, 2), 16)
    assert ledger.summary()["left out"]["leaves"] == 2
    provenance = source_table(outcome.output, "provenance").set_index("item")["value"]
    assert json.loads(provenance["ledger_rules"])["other-variable"] == 2


def in_second_place(cells: Cell, item: Any) -> Cell:
    """In the middle, so that places and entries must not be mixed up."""
    first, *others = cells
    return Cell([first, item, *others])


def unknown_entries(s: Struct) -> None:
    arrays, series = s["timeSeriesArrayHash"], s["eventSeriesArrayHash"]
    large = np.arange(2.0 * LARGE_ELEMENTS).reshape(2, -1)
    pupil = {"ids": row(1, 2), "valueMatrix": large, "timeUnit": row(1), "time": row(1, 2), "extra": Cell(["a", {}])}
    description = {"keyNames": Cell(["a", "b", "c"]), "value": Cell([row(1), row(2), {"deep": "text"}])}
    for name, value in (
        ("keyNames", "pupil"), ("descr", "size of something"), ("value", pupil), ("descrHash", description),
    ):  # fmt: skip
        arrays[name] = in_second_place(arrays[name], value)
    whistle = {"moments": row(5, 1, 3), "type": row(7), "eventTimes": Cell(["none"])}
    for name, value in (("keyNames", "whistle"), ("descr", "an unknown series"), ("value", whistle)):
        series[name] = in_second_place(series[name], value)
    s["weather"] = {"sky": Cell(["grey", row(3)])}


@FORMAT_5_FIRST
def test_unknown_entries_are_kept_whole_where_that_is_allowed(
    convert_edited: Callable[..., Converted], mat_format: str
) -> None:
    refused = convert_edited(unknown_entries, mat_format=mat_format).outcome
    assert refused.error is not None
    assert refused.error.kind.identifier == "array-kind-unknown"
    assert "--allow-unmapped" in refused.error.kind.remedy
    converted = convert_edited(unknown_entries, mat_format=mat_format, options={"allow_unmapped": True})
    table = kept_of(converted)
    kept = {
        "s.timeSeriesArrayHash.value{2}.extra{1}": "a",
        "s.timeSeriesArrayHash.value{2}.valueMatrix": {"table": "kept_source_array_1"},
        "s.timeSeriesArrayHash.descrHash{2}.value{3}.deep": "text",
        "s.eventSeriesArrayHash.value{2}.moments": [[5.0, 1.0, 3.0]],
        "s.eventSeriesArrayHash.value{2}.eventTimes{1}": "none",
        "s.weather.sky{1}": "grey",
    }
    assert {path: json.loads(table.loc[path, "value"]) for path in kept} == kept
    known = read(converted.made, allow_unmapped=True)[0]
    assert len(known.subvolumes) == 1
    assert list(known.events)[:2] == ["poleInReach", "touches"]


def test_verify_reads_a_source_with_unknown_entries(convert_edited: Callable[..., Converted], tmp_path: Path) -> None:
    from ssc_to_nwb.api.verification import verify_sessions

    convert_edited(unknown_entries, options={"allow_unmapped": True})
    (result,) = verify_sessions(source=tmp_path / "source", output=tmp_path / "nwb").sessions
    assert result.error is None
    assert result.report is not None
    assert result.report.ok, result.report.problems
