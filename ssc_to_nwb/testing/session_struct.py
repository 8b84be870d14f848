"""The session file's struct as a whole: field orders as ssc-format.md gives them."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb.testing.array_structs import time_series_hash
from ssc_to_nwb.testing.event_structs import event_series_hash
from ssc_to_nwb.testing.matlab import Cell, MatStruct, hash_struct, row
from ssc_to_nwb.testing.spec import SessionSpec
from ssc_to_nwb.testing.truth import SubvolumeTruth, TrialTruth, WhiskerTruth

_TRIAL_PROPERTY_TEXTS = {
    "LWaterValveTime": "Time the left water valve is open for a reward - in seconds",
    "RWaterValveTime": "Time the right water valve is open for a reward - in seconds",
    "StimulusPosition": "Stimulus position - in Zaber motor steps (approximately, 10,000 = 1 mm)",
}


def session_struct(
    *,
    spec: SessionSpec,
    trials: TrialTruth,
    whisker: WhiskerTruth | None,
    subvolumes: tuple[SubvolumeTruth, ...],
    rng: np.random.Generator,
) -> MatStruct:
    """The 1x1 struct that is the session file's one variable."""
    return {
        "metaDataHash": _metadata(spec),
        "timeUnitIds": row([1, 2, 3, 4, 5]),
        "timeUnitNames": Cell(["millisecond", "second", "minute", "hour", "day"]),
        "trialIds": row(trials.numbers),
        "trialStartTimes": row(spec.in_time_unit(trials.start_ms)),
        "trialTimeUnit": row([spec.time_unit_id]),
        "trialTypeStr": Cell(spec.trial_type_order),
        "trialTypeMat": np.array(
            [[float(kind == name) for kind in trials.types] for name in spec.trial_type_order], dtype=np.float64
        ),
        "trialPropertiesHash": _trial_properties(spec, trials, rng),
        "timeSeriesArrayHash": time_series_hash(spec=spec, whisker=whisker, subvolumes=subvolumes),
        "eventSeriesArrayHash": event_series_hash(
            spec=spec, trials=trials, whisker=whisker, subvolumes=subvolumes, rng=rng
        ),
    }


def _metadata(spec: SessionSpec) -> MatStruct:
    entries: list[tuple[str, str | float]] = [
        ("species", "Mus musculus"),
        ("experimentType", "SYNTHETIC two-photon imaging during pole localization"),
        ("animalStrain1", "006528"),
        ("animalSource1", "JAX"),
        ("animalGeneModification1", "synthetic-modification-1"),
        ("animalStrain2", "023139"),
        ("animalSource2", "JAX"),
        ("animalGeneModification2", "synthetic-modification-2"),
        ("animalID", spec.animal),
        ("sex", "m"),
        ("dateOfExperiment", f"{spec.date:%Y%m%d}"),
        ("timeOfExperiment", spec.time_of_day),
        ("experimenters", "Simon Peron"),
        *spec.further_metadata,
    ]
    kept = [(key, value) for key, value in entries if key not in spec.metadata_left_out]
    return {
        "keyNames": Cell(key for key, _ in kept),
        "value": Cell(value if isinstance(value, str) else row([value]) for _, value in kept),
    }


def _trial_properties(spec: SessionSpec, trials: TrialTruth, rng: np.random.Generator) -> MatStruct:
    values = {
        "LWaterValveTime": trials.left_valve_s,
        "RWaterValveTime": trials.right_valve_s,
        "StimulusPosition": trials.position_steps,
    }
    entries = [(name, _TRIAL_PROPERTY_TEXTS[name], row(value)) for name, value in values.items()]
    for name in spec.further_trial_properties:
        text = "" if name == spec.further_trial_properties[-1] else f"{name} of the trial (synthetic)"
        entries.append((name, text, row(np.round(rng.uniform(0, 10, spec.n_trials), 2))))
    return hash_struct(entries)
