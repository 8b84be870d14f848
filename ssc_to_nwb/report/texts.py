"""Ranges, enumerations, ages and the census as texts of the page and of the methods paragraph."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ssc_to_nwb.metadata.census import CensusComparison, SubvolumeSize, compare_with_census
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.imaged_plane import ImagedPlane
from ssc_to_nwb.reading.nwb_session import NwbSession

SEXES = {"M": "male", "F": "female"}
_UNITS = {"D": "day", "W": "week", "M": "month", "Y": "year"}


def range_text(values: Sequence[int], *, grouped: bool = True) -> str:
    """`9`, or `7 to 9`; grouped: thousands with a comma, as numbers of things have and names do not."""
    low, high = min(values), max(values)
    texts = (f"{low:,}", f"{high:,}") if grouped else (str(low), str(high))
    return texts[0] if low == high else " to ".join(texts)


def joined(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part) if words else ""


def planes_text(planes: Sequence[ImagedPlane]) -> str:
    """`5 planes in 2 subvolumes`."""
    return f"{plural(len(planes), 'plane')} in {plural(len({plane.subvolume for plane in planes}), 'subvolume')}"


def rates_text(planes: Sequence[ImagedPlane]) -> str:
    """Imaging rates in Hz, `7 and 28`; empty where none is known."""
    rates = {float(rate) for plane in planes if (rate := plane.imaging_plane.imaging_rate) is not None}
    return joined([f"{rate:g}" for rate in sorted(rates)])


def age_text(age: str | None) -> str:
    """`6-8 weeks` of the ISO 8601 form `P6W/P8W`, `1 day` of `P1D`; any other form as it is."""
    parts = [re.fullmatch(r"P(\d+(?:\.\d+)?)([DWMY])", part) for part in (age or "").split("/")]
    known = [(part[1], part[2]) for part in parts if part is not None]
    if not age or len(known) != len(parts):
        return age or ""
    numbers = [number for number, _ in known]
    if len({unit for _, unit in known}) > 1:
        return "-".join(_with_unit([number], unit) for number, unit in known)
    return _with_unit(numbers, known[0][1])


def _with_unit(numbers: Sequence[str], unit: str) -> str:
    word = _UNITS[unit]
    return f"{'-'.join(numbers)} {word if list(numbers) == ['1'] else f'{word}s'}"


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
