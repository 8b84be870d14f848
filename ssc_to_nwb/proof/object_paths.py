"""Where the file must have the objects of a session: paths that several checks need."""

from __future__ import annotations

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.proof.comparison import BEHAVIOR, OPHYS, SEGMENTATION, Comparison


def whisker_series(work: Comparison) -> list[str]:
    """Paths of the whisker series, in the order of the source's rows."""
    whisker = work.session.whisker
    traces = () if whisker is None else whisker.traces
    return [f"{BEHAVIOR}/{naming.whisker_series(trace.quantity, trace.whisker)}" for trace in traces]


def response_series(plane: Plane, kind: str) -> str:
    """Path of the series of a plane and kind of array."""
    return f"{OPHYS}/{naming.RESPONSE_CONTAINERS[kind]}/{naming.response_series(kind, plane.name)}"


def segmentation(plane: Plane) -> str:
    """Path of a plane's table of ROIs."""
    return f"{SEGMENTATION}/{naming.plane_segmentation(plane.name)}"
