"""Whisker traces: rows distinguished by their names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_sessions import Edit, Struct, array, found_of, problem_of, read, read_edited, write

from ssc_to_nwb.data_types.trial_labels.source import NO_TRIAL
from ssc_to_nwb.data_types.whisker.source import whisker_of
from ssc_to_nwb.testing.matlab import EMPTY, Cell, row

PLACE = "s.timeSeriesArrayHash.value{1}"


def whisker(s: Struct) -> Struct:
    return array(s, "whiskerVars")


def test_every_whisker_and_quantity(tmp_path: Path) -> None:
    made = write(tmp_path, whiskers=("c1", "c2", "D4"))
    session, log = read(made)
    assert whisker_of(session) is not None
    assert made.whisker is not None
    assert whisker_of(session).whiskers == ("c1", "c2", "D4")
    for place, name in enumerate(made.whisker.names):
        for quantity, values in (
            ("angle", made.whisker.angle_deg),
            ("curvature_change", made.whisker.curvature_per_mm),
        ):
            (trace,) = (t for t in whisker_of(session).traces if (t.quantity, t.whisker) == (quantity, name))
            np.testing.assert_array_equal(trace.values, values[place])
    np.testing.assert_array_equal(whisker_of(session).time_ms, made.whisker.time_ms)
    np.testing.assert_array_equal(whisker_of(session).trial, made.whisker.trials)
    np.testing.assert_array_equal(whisker_of(session).valid_trials, made.whisker.valid_trials)
    lost = int(np.isnan(made.whisker.angle_deg[0]).sum())
    assert f"{lost} of {made.whisker.time_ms.size} samples of 'Angle for c1'" in found_of(log.problems, "values-nan")


def test_rows_in_another_order_go_by_their_names(tmp_path: Path) -> None:
    def edit(s: Struct) -> None:
        w = whisker(s)
        w["valueMatrix"] = w["valueMatrix"][::-1]
        w["idStrs"] = Cell(reversed(list(w["idStrs"])))

    made = write(tmp_path, edit=edit, whiskers=("c1", "c2"))
    session, _ = read(made)
    assert whisker_of(session) is not None
    assert made.whisker is not None
    angles = {t.whisker: t.values for t in whisker_of(session).traces if t.quantity == "angle"}
    np.testing.assert_array_equal(angles["c1"], made.whisker.angle_deg[0])
    np.testing.assert_array_equal(angles["c2"], made.whisker.angle_deg[1])


def test_samples_without_a_trial_number(tmp_path: Path) -> None:
    def edit(s: Struct) -> None:
        whisker(s)["trial"][0, :2] = [np.nan, 9999]

    session, log = read_edited(tmp_path, edit)
    assert whisker_of(session) is not None
    assert whisker_of(session).trial[:3].tolist() == [NO_TRIAL, 9999, 2]
    assert "2 labelled [NaN, 9999]" in found_of(log.problems, "trial-unknown")


@pytest.mark.parametrize("form", ["hash", "no hash", "number alone", "empty", "absent"])
def test_valid_trials_in_every_form(tmp_path: Path, form: str) -> None:
    def edit(s: Struct) -> None:
        hash_ = s["timeSeriesArrayHash"]
        numbers = hash_["descrHash"][0]["value"][0]
        if form == "no hash":
            hash_["descrHash"][0] = numbers
        elif form == "number alone":
            hash_["descrHash"][0]["value"] = numbers
        elif form == "empty":
            hash_["descrHash"][0] = EMPTY
        elif form == "absent":
            hash_["descrHash"][0] = Cell()

    made = write(tmp_path, edit=edit)
    session, _ = read(made)
    assert whisker_of(session) is not None
    assert made.whisker is not None
    if form in ("empty", "absent"):
        assert whisker_of(session).valid_trials is None, "nothing is known, which is not: no trial is valid"
    else:
        np.testing.assert_array_equal(whisker_of(session).valid_trials, made.whisker.valid_trials)


def test_no_whisker_data_at_all(tmp_path: Path) -> None:
    session, _ = read(write(tmp_path, whisker_data=False))
    assert whisker_of(session) is None
    assert "touches" not in session.events


def lone_label(s: Struct) -> None:
    array(s, "whiskerVars")["idStrs"] = "Angle for c2"


def labels(*names: str) -> Edit:
    return lambda s: whisker(s).update(idStrs=Cell(names))


def put(name: str, value: object) -> Edit:
    return lambda s: whisker(s).update({name: value})


def backwards(s: Struct) -> None:
    whisker(s)["time"][0, 100] = 1.0


@pytest.mark.parametrize(
    ("edit", "kind", "at", "found"),
    [
        (labels("Angle for c2", "Length of c2"), "whisker-row-unknown", "idStrs", "'Length of c2' in row 2"),
        (labels("Angle for c2", "Angle for c2"), "name-not-distinct", "idStrs", "'c2' and 'c2'"),
        (labels("Angle for c2", "Angle for C2"), "name-not-distinct", "idStrs", "'c2' and 'C2'"),
        (labels("Angle for c2", "Angle for ?"), "name-not-distinct", "idStrs", "'?'"),
        (lone_label, "field-type", "idStrs", "text 'Angle for c2'"),
        (labels("Angle for c2"), "field-length", "ids", "1x2 double"),
        (put("valueMatrix", np.zeros((2, 5))), "field-length", "valueMatrix", "2x5 double"),
        (put("valueMatrix", "text"), "field-type", "valueMatrix", "text"),
        (put("trial", row([1, 2])), "field-length", "trial", "1x2 double"),
        (put("timeUnit", row([77])), "time-unit-unknown", "timeUnit", "77"),
        (backwards, "time-backwards", "time", "1 ms after"),
        (lambda s: whisker(s).pop("time"), "field-missing", "", "struct with fields"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, edit: Edit, kind: str, at: str, found: str) -> None:
    problem = problem_of(tmp_path, edit)
    assert (problem.kind.identifier, problem.field) == (kind, f"{PLACE}.{at}" if at else PLACE)
    assert problem.expected
    assert found in (problem.found or "")


def test_greek_whiskers_keep_their_letters(tmp_path: Path) -> None:
    """The straddlers are called by Greek letters."""
    session, _ = read_edited(tmp_path, labels("Angle for γ", "Angle for δ"))
    assert whisker_of(session) is not None
    assert whisker_of(session).whiskers == ("γ", "δ")
