"""Trials: numbers, starts, types by name, properties."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_sessions import Edit, Struct, found_of, problem_of, read, read_edited, set_entry, write
from matlab_oddities import Chars

from ssc_to_nwb.data_types.trials.source import TrialType
from ssc_to_nwb.testing.matlab import Cell, hash_struct, row
from ssc_to_nwb.testing.spec import TRIAL_TYPES

GAPS = {"n_trials": 9, "first_trial_number": 250, "trial_number_gap_after": (1, 4)}


def types_of(session: object) -> list[str]:
    return ["" if kind is None else kind.name for kind in session.trials.types]


def test_numbers_with_gaps_and_starts(tmp_path: Path) -> None:
    made = write(tmp_path, **GAPS)
    session, _ = read(made)
    assert session.trials.numbers.dtype == np.int64
    np.testing.assert_array_equal(session.trials.numbers, made.trials.numbers)
    np.testing.assert_array_equal(session.trials.start_ms, made.trials.start_ms)
    assert (np.diff(session.trials.numbers) == 2).sum() == 2


@pytest.mark.parametrize("unit", [1, 2, 3])
def test_starts_in_any_unit(tmp_path: Path, unit: int) -> None:
    made = write(tmp_path, time_unit_id=unit)
    np.testing.assert_allclose(read(made)[0].trials.start_ms, made.trials.start_ms, rtol=1e-14)


def test_types_go_by_name_not_by_row(tmp_path: Path) -> None:
    order = ("NoLickR", "ErrR", "HitR", "NoLickL", "ErrL", "HitL")
    made = write(tmp_path, trial_type_order=order, n_trials=8, trials_without_type=(2,))
    session, log = read(made)
    assert types_of(session) == list(made.trials.types)
    assert found_of(log.problems, "trial-type-none") == [f"trial {made.trials.numbers[2]}"]


@pytest.mark.parametrize("name", TRIAL_TYPES)
def test_each_type_is_read(tmp_path: Path, name: str) -> None:
    session, _ = read(write(tmp_path, trial_types=(name,)))
    response = {"Hit": "hit", "Err": "error", "NoLick": "no_lick"}[name[:-1]]
    side = {"L": "left", "R": "right"}[name[-1]]
    assert session.trials.types[0] == TrialType(name=name, response=response, correct_side=side)


def test_properties_known_and_unknown(tmp_path: Path) -> None:
    made = write(tmp_path, further_trial_properties=("Luminance", "side"), trials_with_nan_valve_time=(1,))
    session, log = read(made)
    by_key = {item.key: item.values for item in session.trials.properties}
    assert list(by_key) == ["LWaterValveTime", "RWaterValveTime", "StimulusPosition", "Luminance", "side"]
    np.testing.assert_array_equal(by_key["LWaterValveTime"], made.trials.left_valve_s)
    np.testing.assert_array_equal(by_key["StimulusPosition"], made.trials.position_steps)
    assert found_of(log.problems, "unknown-key-kept") == ["trial property Luminance", "trial property side"]
    assert "1 of 6 values of LWaterValveTime" in found_of(log.problems, "values-nan")


def test_a_property_may_hold_texts(tmp_path: Path) -> None:
    def edit(s: Struct) -> None:
        entries = [("mood", "", Cell([f"mood {n}" for n in range(6)]))]
        s["trialPropertiesHash"] = hash_struct(entries)

    (item,) = read_edited(tmp_path, edit)[0].trials.properties
    assert item.values.tolist() == [f"mood {n}" for n in range(6)]


def test_vectors_may_be_columns(tmp_path: Path) -> None:
    def edit(s: Struct) -> None:
        for name in ("trialIds", "trialStartTimes"):
            s[name] = s[name].T
        s["trialTypeStr"] = Cell(list(s["trialTypeStr"]), shape=(6, 1))

    plain, _ = read(write(tmp_path / "plain"))
    session, _ = read_edited(tmp_path / "upright", edit)
    np.testing.assert_array_equal(session.trials.numbers, plain.trials.numbers)
    assert types_of(session) == types_of(plain)


def test_a_session_of_one_trial(tmp_path: Path) -> None:
    made = write(tmp_path, n_trials=1, trials_without_whisker=(), trial_number_gap_after=())
    session, _ = read(made)
    assert len(session.trials) == 1
    assert types_of(session) == list(made.trials.types)


def drop(name: str) -> Edit:
    return lambda s: s.pop(name)


def put(name: str, value: object) -> Edit:
    return lambda s: s.update({name: value})


def two_types(s: Struct) -> None:
    s["trialTypeMat"][:, 2] = [1, 0, 0, 1, 0, 0]


def fraction(s: Struct) -> None:
    s["trialTypeMat"][0, 0] = 0.5


def infinite_start(s: Struct) -> None:
    s["trialStartTimes"] = s["trialStartTimes"].astype(np.float64)
    s["trialStartTimes"][0, 3] = np.inf


def short_property(s: Struct) -> None:
    set_entry(s["trialPropertiesHash"], "StimulusPosition", row([1, 2, 3]))


def text_property(s: Struct) -> None:
    set_entry(s["trialPropertiesHash"], "StimulusPosition", Cell(["a"] * 6))


def same_column(s: Struct) -> None:
    s["trialPropertiesHash"] = hash_struct([("poleHeight", "", row(range(6))), ("pole_height", "", row(range(6)))])


@pytest.mark.parametrize(
    ("edit", "kind", "at", "found"),
    [
        (drop("trialIds"), "field-missing", "s", "struct with fields"),
        (drop("trialTypeMat"), "field-missing", "s", "struct with fields"),
        (drop("timeUnitNames"), "field-missing", "s", "struct with fields"),
        (put("trialIds", "text"), "field-type", "s.trialIds", "text 'text'"),
        (put("trialIds", row([2, 3, 4, 5, 2, 7])), "trial-number-twice", "s.trialIds", "[2]"),
        (put("trialIds", row([2, 3, 4.5, 5, 6, 7])), "field-value", "s.trialIds", "4.5 at position 3"),
        (put("trialStartTimes", row([1, 2])), "field-length", "s.trialStartTimes", "1x2 double"),
        (put("trialTimeUnit", row([8])), "time-unit-unknown", "s.trialTimeUnit", "8"),
        (put("trialTypeStr", "HitL"), "field-type", "s.trialTypeStr", "text 'HitL'"),
        (put("trialTypeStr", Chars.matrix("HitL", "Look")), "trial-type-unknown", "s.trialTypeStr", "'Look' in row 2"),
        (put("trialTypeStr", Cell(["HitL", "HitR"])), "field-length", "s.trialTypeMat", "6x6 double"),
        (
            put("trialTypeStr", Cell(["HitL", "HitR", "ErrL", "ErrR", "NoLickL", "Ignore"])),
            "trial-type-unknown",
            "s.trialTypeStr",
            "'Ignore' in row 6",
        ),
        (
            put("trialTypeStr", Cell(["HitL", "HitL", "ErrL", "ErrR", "NoLickL", "NoLickR"])),
            "trial-type-unknown",
            "s.trialTypeStr",
            "'HitL' in row 1",
        ),
        (put("trialTypeMat", np.zeros((6, 5))), "field-length", "s.trialTypeMat", "6x5 double"),
        (two_types, "trial-type-twice", "s.trialTypeMat", "trial 4 is HitL and ErrR"),
        (fraction, "field-value", "s.trialTypeMat", "0.5"),
        (infinite_start, "field-value", "s.trialStartTimes", "inf at position 4"),
        (short_property, "field-length", "s.trialPropertiesHash.value{3}", "1x3 double"),
        (text_property, "field-type", "s.trialPropertiesHash.value{3}", "1x6 cell"),
        (same_column, "name-not-distinct", "s.trialPropertiesHash", "'poleHeight' and 'pole_height'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, edit: Edit, kind: str, at: str, found: str) -> None:
    problem = problem_of(tmp_path, edit)
    assert (problem.kind.identifier, problem.field) == (kind, at)
    assert problem.expected
    assert found in (problem.found or "")
