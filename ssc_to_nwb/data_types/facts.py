"""What the rules need to know of a session, worked out once: what a field is of, and where it is in the NWB file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, partial
from typing import NamedTuple, TypeVar

from ssc_to_nwb import naming
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.declared import Place, Sources
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.subvolumes.source import RoiArray, Subvolume
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.session.context import SessionContext

Known = TypeVar("Known")
_ENTRY = re.compile(r"(.*\.timeSeriesArrayHash)\.value(?:\{(\d+)\})?")
_NAME = re.compile(r"\\\{\w+\\\}")


class CalciumFacts(NamedTuple):
    """One calcium entry of timeSeriesArrayHash and the subvolume it belongs to."""

    subvolume: Subvolume
    array: RoiArray


class SessionFacts:
    """Lookups over one session, by the paths of its leaves or the 1-based place in timeSeriesArrayHash."""

    def __init__(self, context: SessionContext) -> None:
        self.session = session = context.session
        self.calcium = {
            _position(array.path): CalciumFacts(volume, array)
            for volume in session.subvolumes
            for array in volume.arrays.values()
        }
        self.arrays = {_position(array.path): kind for kind, array in session.arrays.items()}
        self._planes = {path: plane for plane in session.planes for path in plane.sources}
        self._places: dict[str, dict[str, Place]] = {}
        sources = Sources(context=context, raw=None, log=ProblemLog())
        for _, objects in registry.having("layout", "objects"):
            for place in (place for one in objects(sources) for place in one.places()):
                for spelling in (spelling for path in place.source for spelling in _spellings(path)):
                    self._places.setdefault(spelling, {})[place.path] = place
        self._found: dict[tuple[str, tuple[str, ...], bool], tuple[str, ...]] = {}
        # A leaf's places are asked for several times in a row.
        self._nearest_place = cache(partial(_nearest, known=self._places))

    def plane(self, path: str) -> Plane:
        """The plane whose entry or record a leaf is of."""
        return self._planes[_nearest(path, self._planes)]

    def places(self, path: str, templates: tuple[str, ...], *, links: bool) -> tuple[str, ...]:
        """Paths of what the data types have made from that to which a leaf belongs, as far as they fit a template.

        links: whether links count. What belongs to no object has the templates without names as they are.
        """
        source = self._nearest_place(path)
        key = (source, templates, links)
        if key not in self._found:
            made = self._places.get(source, {}).values()
            fitting = re.compile("|".join(_NAME.sub("[^/]+", re.escape(one)) for one in templates)).fullmatch
            plain = [one for one in templates if one == naming.STRUCT_TABLE or not (source or "{" in one)]
            found = [one.path for one in made if fitting(one.path) and (links or one.kind != "link")]
            self._found[key] = (*plain, *found)
        return self._found[key]


def _nearest(path: str, known: Mapping[str, Known]) -> str:
    """The longest path among the known ones that a path lies within; empty where there is none."""
    while path and path not in known:
        path = path[: max(path.rfind("."), path.rfind("{"), path.rfind("("), 0)]
    return path


def _spellings(path: str) -> tuple[str, ...]:
    """An entry of timeSeriesArrayHash has a description beside it; a lone one may have no cell around it."""
    match = _ENTRY.fullmatch(path)
    if match is None:
        return (path,)
    indices = [f"{{{match[2]}}}"] if match[2] not in (None, "1") else ["", "{1}"]
    return tuple(f"{match[1]}.{field}{index}" for field in ("value", "descrHash") for index in indices)


def _position(path: str) -> int:
    match = _ENTRY.fullmatch(path)
    return int(match[2]) if match and match[2] else 1
