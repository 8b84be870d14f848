"""Content of a session that is kept as it is and deserves a warning: odd masks, infinite values, missing arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.data_types.rois import problems as rois_problems
from ssc_to_nwb.data_types.rois.frame_index import frames_listed_twice
from ssc_to_nwb.data_types.rois.source import Plane, Roi
from ssc_to_nwb.data_types.subvolumes import problems as subvolumes_problems
from ssc_to_nwb.data_types.whisker import problems as whisker_problems
from ssc_to_nwb.data_types.whisker.source import whisker_of
from ssc_to_nwb.problems import source_kinds as kinds
from ssc_to_nwb.problems.model import ProblemKind, ProblemLog
from ssc_to_nwb.quantities import listed, plural

if TYPE_CHECKING:
    from ssc_to_nwb.session.session import Session

_NAMED = 5


def report_unusual_content(session: Session, *, log: ProblemLog) -> None:
    """Log a warning for each plane, array and field with such content."""
    whisker = whisker_of(session)
    if whisker is None or not whisker.time_ms.size:
        found = "no whisker array" if whisker is None else "no samples"
        log.add(whisker_problems.WHISKER_ARRAY_MISSING, file=session.path, field="timeSeriesArrayHash", found=found)
    if not any(volume.time_ms.size for volume in session.subvolumes):
        found = "no frames" if session.subvolumes else "no calcium array"
        log.add(subvolumes_problems.CALCIUM_ARRAYS_MISSING, file=session.path, field="timeSeriesArrayHash", found=found)
    for plane in session.planes:
        _report_masks(plane, session=session, log=log)
        _report_frames_twice(plane, session=session, log=log)
    for where, what, values in _numbers(session):
        count = int(np.isinf(values).sum())
        if count:
            found = f"{count} of {values.size} {what}"
            log.add(kinds.VALUES_INFINITE, file=session.path, field=where, found=found)


def _report_masks(plane: Plane, *, session: Session, log: ProblemLog) -> None:
    def report(kind: ProblemKind, rois: Sequence[Roi]) -> None:
        if rois:
            found = f"ROI {listed([roi.number for roi in rois], most=_NAMED)} of {plane.name}"
            log.add(kind, file=session.path, field=rois[0].path, found=found)

    rois = plane.rois
    report(
        rois_problems.ROI_PIXEL_TWICE,
        [roi for roi in rois if np.unique(roi.linear_indices).size < roi.linear_indices.size],
    )
    report(rois_problems.ROI_MASK_EMPTY, [roi for roi in rois if not roi.linear_indices.size])
    report(rois_problems.ROI_OUTLINE_NOT_FINITE, [roi for roi in rois if not np.isfinite(roi.corners_xy).all()])


def _report_frames_twice(plane: Plane, *, session: Session, log: ProblemLog) -> None:
    count = frames_listed_twice(plane.listed_paths, plane.frame_index)
    if count:
        found = f"{plural(count, 'time stamp')} of {plane.name} with a frame that an earlier one has"
        log.add(rois_problems.FRAME_LISTED_TWICE, file=session.path, field=plane.path, found=found)


def _numbers(session: Session) -> Iterator[tuple[str, str, np.ndarray]]:
    """Every array of measured numbers: the field it is of, what its values are, and the values."""
    whisker = whisker_of(session)
    if whisker is not None:
        for trace in whisker.traces:
            yield f"{whisker.path}.valueMatrix", f"samples of {trace.label!r}", trace.values
    for volume in session.subvolumes:
        for array in volume.arrays.values():
            yield f"{array.path}.valueMatrix", f"values of {array.key}", array.values
        for plane in volume.planes:
            if plane.master_image.dtype.kind == "f":
                yield f"{plane.record_path}.masterImage", f"pixels of {plane.name}", plane.master_image
    for item in session.trials.properties:
        if isinstance(item.values, np.ndarray):
            yield "trialPropertiesHash", f"values of {item.key}", item.values
    for series in session.events.values():
        for train in series.trains:
            for one in train.properties:
                yield train.path, f"values of {one.key} of {train.label!r}", one.values
