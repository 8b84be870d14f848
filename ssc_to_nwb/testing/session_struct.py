"""The session file's struct, field orders as ssc-format.md gives them, and its time series arrays."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb.testing.cells import linear_indices
from ssc_to_nwb.testing.event_structs import event_series_hash
from ssc_to_nwb.testing.matlab import EMPTY, Cell, MatStruct, StructArray, hash_struct, row
from ssc_to_nwb.testing.spec import ArrayKind, SessionSpec
from ssc_to_nwb.testing.truth import PlaneTruth, SubvolumeTruth, TrialTruth, WhiskerTruth

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


_WHISKER_TEXT = "Angle of whiskers and the curvature (relative) of the whiskers."
_TEXTS: dict[ArrayKind, str] = {
    "dff": "dF/F of the ROIs of subvolume {:02d}",
    "raw": "raw fluorescence (mean of the ROI's pixels) of the ROIs of subvolume {:02d}",
    "event": "calcium events (amplitude in dF/F at event onset) of the ROIs of subvolume {:02d}",
}
_ROW_NAMES: dict[ArrayKind, str] = {"dff": "Ca TS for {}", "raw": "Ca TS for {}", "event": "Ca events for {}"}


def time_series_hash(
    *, spec: SessionSpec, whisker: WhiskerTruth | None, subvolumes: tuple[SubvolumeTruth, ...]
) -> MatStruct:
    """The Hash with its fourth field, descrHash: whisker first, then all subvolumes kind by kind."""
    keys = dict(spec.array_keys)
    entries: list[tuple[str, str, MatStruct]] = []
    details: list[MatStruct] = []
    if whisker is not None:
        entries.append(("whiskerVars", _WHISKER_TEXT, _whisker_array(spec, whisker)))
        valid = ("validTrialIds", "trials with valid whisker data", row(whisker.valid_trials))
        details.append(hash_struct([valid]))
    described = [_subvolume_details(spec, subvolume) for subvolume in subvolumes]
    for kind in spec.arrays:
        for ordinal, (subvolume, detail) in enumerate(zip(subvolumes, described, strict=True), start=1):
            key = keys[kind].format(ordinal=ordinal, number=subvolume.number)
            text = "" if spec.arrays_without_descr else _TEXTS[kind].format(subvolume.number)
            entries.append((key, text, _imaging_array(spec, subvolume, kind)))
            details.append(detail)
    return {**hash_struct(entries), "descrHash": Cell(details)}


def _whisker_array(spec: SessionSpec, whisker: WhiskerTruth) -> MatStruct:
    names = [f"Angle for {name}" for name in whisker.names]
    names += [f"Curvature change for {name}" for name in whisker.names]
    return {
        "ids": row(np.arange(1, len(names) + 1)),
        "idStrs": Cell(names),
        "idStrDetailed": Cell(),
        "valueMatrix": np.concatenate([whisker.angle_deg, whisker.curvature_per_mm]),
        "timeUnit": row([spec.time_unit_id]),
        "time": row(spec.in_time_unit(whisker.time_ms)),
        "trial": row(whisker.trials),
        "sourceFileList": Cell(),
        "sourceFileIdx": EMPTY,
    }


def _imaging_array(spec: SessionSpec, subvolume: SubvolumeTruth, kind: ArrayKind) -> MatStruct:
    matrix = subvolume.matrices[kind]
    planes = [_plane_struct(plane) for plane in subvolume.planes]
    names = [] if spec.arrays_without_row_names else [_ROW_NAMES[kind].format(number) for number in subvolume.ids]
    bare = spec.lone_plane_as_struct and len(planes) == 1
    return {
        "ids": row(subvolume.ids),
        "idStrs": Cell(names),
        "idStrDetailed": Cell(),
        "valueMatrix": matrix.astype(np.float32) if spec.single_precision else matrix,
        "timeUnit": row([spec.time_unit_id]),
        "time": row(spec.in_time_unit(subvolume.time_ms)),
        "trial": row(subvolume.trials),
        "imagingPlane": planes[0] if bare else Cell(planes),
    }


def _plane_struct(plane: PlaneTruth) -> MatStruct:
    return {
        "ids": row([roi.number for roi in plane.rois]),
        "sourceFileList": Cell(plane.listed_paths),
        "sourceFileFrameIdx": plane.frame_index,
    }


def _subvolume_details(spec: SessionSpec, subvolume: SubvolumeTruth) -> MatStruct:
    planes = StructArray([_roi_array(spec, plane) for plane in subvolume.planes])
    return hash_struct(
        [
            ("roiArrays", "ROI outlines and master image of every imaging plane", planes),
            ("validTrialIds", "trials with valid imaging data", row(subvolume.valid_trials)),
        ]
    )


def _roi_array(spec: SessionSpec, plane: PlaneTruth) -> MatStruct:
    recorded = [roi for roi in plane.rois if roi.has_record]
    image = plane.master_image.astype(np.float64)
    return {
        "masterImage": image[:, :, 0] if spec.master_image_2d else image,
        "roiIds": row([roi.number for roi in recorded]),
        "rois": StructArray(
            [
                {
                    "id": row([roi.number]),
                    "cornersXY": roi.corners_xy,
                    "indicesWithinImage": row(linear_indices(roi, spec.image_shape)),
                }
                for roi in recorded
            ],
            field_names=("id", "cornersXY", "indicesWithinImage"),
        ),
    }
