"""timeSeriesArrayHash: whisker traces, and the imaging arrays of every subvolume with their ROIs."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb.testing.cells import linear_indices
from ssc_to_nwb.testing.matlab import EMPTY, Cell, MatStruct, StructArray, hash_struct, row
from ssc_to_nwb.testing.spec import ArrayKind, SessionSpec
from ssc_to_nwb.testing.truth import PlaneTruth, SubvolumeTruth, WhiskerTruth

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
