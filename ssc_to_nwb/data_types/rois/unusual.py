"""What of planes and ROIs deserves a warning though it is kept: ROIs without a trace, odd masks, frames named twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.data_types.infinite_values import report_infinite
from ssc_to_nwb.data_types.rois import problems
from ssc_to_nwb.data_types.rois.frame_index import frames_listed_twice
from ssc_to_nwb.data_types.rois.source import Plane, Roi
from ssc_to_nwb.problems.model import ProblemKind, ProblemLog
from ssc_to_nwb.quantities import listed, plural

if TYPE_CHECKING:
    from ssc_to_nwb.data_types.subvolumes.source import Subvolume
    from ssc_to_nwb.session.session import Session

_NAMED = 5


def report_unusual(session: Session, *, log: ProblemLog) -> None:
    """Log a warning for each plane with such content."""
    for volume in session.subvolumes:
        _report_rois_without_trace(volume, session=session, log=log)
    for plane in session.planes:
        _report_masks(plane, session=session, log=log)
        _report_frames_twice(plane, session=session, log=log)
        if plane.master_image.dtype.kind == "f":
            field = f"{plane.record_path}.masterImage"
            report_infinite(plane.master_image, f"pixels of {plane.name}", file=session.path, field=field, log=log)


def _report_rois_without_trace(volume: Subvolume, *, session: Session, log: ProblemLog) -> None:
    for plane in volume.planes:
        traced = np.concatenate([array.roi_numbers for array in volume.arrays.values()])
        for number in plane.all_roi_numbers[~np.isin(plane.all_roi_numbers, traced)]:
            found = f"ROI {number} of {plane.name}"
            log.add(problems.ROI_WITHOUT_TRACE, file=session.path, field=plane.path, found=found)


def _report_masks(plane: Plane, *, session: Session, log: ProblemLog) -> None:
    def report(kind: ProblemKind, rois: Sequence[Roi]) -> None:
        if rois:
            found = f"ROI {listed([roi.number for roi in rois], most=_NAMED)} of {plane.name}"
            log.add(kind, file=session.path, field=rois[0].path, found=found)

    rois = plane.rois
    twice = [roi for roi in rois if np.unique(roi.linear_indices).size < roi.linear_indices.size]
    report(problems.ROI_PIXEL_TWICE, twice)
    report(problems.ROI_MASK_EMPTY, [roi for roi in rois if not roi.linear_indices.size])
    report(problems.ROI_OUTLINE_NOT_FINITE, [roi for roi in rois if not np.isfinite(roi.corners_xy).all()])


def _report_frames_twice(plane: Plane, *, session: Session, log: ProblemLog) -> None:
    count = frames_listed_twice(plane.listed_paths, plane.frame_index)
    if count:
        found = f"{plural(count, 'time stamp')} of {plane.name} with a frame that an earlier one has"
        log.add(problems.FRAME_LISTED_TWICE, file=session.path, field=plane.path, found=found)
