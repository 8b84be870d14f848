"""Whether the file's ROIs and frames are those that the census gives of its session."""

from __future__ import annotations

from ssc_to_nwb.metadata.census import CensusComparison, SubvolumeSize, compare_with_census
from ssc_to_nwb.reading.nwb_session import NwbSession


def census_comparison(session: NwbSession) -> CensusComparison | None:
    """The sizes of the file's subvolumes beside those of the census; None for a stub, which has few frames."""
    if session.is_stub:
        return None
    sizes: dict[str, SubvolumeSize] = {}
    for plane in session.planes:
        series = next((found for kind in ("dff", "raw", "event") if (found := plane.series(kind)) is not None), None)
        if series is not None:
            frames, rois = (int(length) for length in series.data.shape)
            before = sizes.get(plane.subvolume, SubvolumeSize(rois=0, frames=frames))
            sizes[plane.subvolume] = SubvolumeSize(rois=before.rois + rois, frames=frames)
    return compare_with_census(session.name, tuple(sizes.values()))


def census_text(session: NwbSession) -> str:
    """The comparison in words."""
    found = census_comparison(session)
    return "not compared, this is a stub" if found is None else str(found)
