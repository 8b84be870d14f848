"""The census: ROIs and frames of the subvolumes of 136 real sessions, and whether a session's numbers agree with it.

`metadata/census/README.md` says where the numbers come from, and what is not known of them.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from operator import itemgetter
from typing import Any

from ssc_to_nwb.grouping import grouped
from ssc_to_nwb.metadata.text_file import metadata_folder
from ssc_to_nwb.quantities import listed

_FILE = "census/ssc-2_subvolumes.csv"
_SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SubvolumeSize:
    """ROIs and frames of one subvolume: the rows and columns of its array."""

    rois: int
    frames: int

    def __str__(self) -> str:
        return f"{self.rois:,} x {self.frames:,}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CensusComparison:
    """Whether a session's subvolumes have the sizes that the census gives; in whatever order.

    known: whether the census has the session; missing: sizes that the census gives and the session does not have;
    extra: the other way round.
    """

    known: bool
    subvolumes: int = 0
    rois: int = 0
    missing: tuple[SubvolumeSize, ...] = ()
    extra: tuple[SubvolumeSize, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether the census has the session, with the same sizes."""
        return self.known and not self.missing and not self.extra

    @property
    def differs(self) -> bool:
        """Whether the census has the session, with other sizes."""
        return self.known and not self.agrees

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form; `agrees` is null where the census does not have the session."""
        return {
            "agrees": self.agrees if self.known else None,
            "missing": [asdict(size) for size in self.missing],
            "extra": [asdict(size) for size in self.extra],
            "text": str(self),
        }

    def __str__(self) -> str:
        if not self.known:
            return "does not have this session"
        if self.agrees:
            return f"agrees, {self.subvolumes} subvolumes with {self.rois:,} ROIs"
        return (
            f"differs, its {self.subvolumes} subvolumes have {self.rois:,} ROIs; ROIs x frames in the census alone: "
            f"{_listed(self.missing)}; in the session alone: {_listed(self.extra)}"
        )


@cache
def read_census() -> dict[str, tuple[SubvolumeSize, ...]]:
    """Sizes of the subvolumes of every session by its name (`an229716_2013_12_02b`), in the order of the source."""
    with (metadata_folder() / _FILE).open(encoding="utf-8", newline="") as file:
        sessions = grouped(csv.DictReader(file), itemgetter("session"))
    return {
        name: tuple(SubvolumeSize(rois=int(line["rois"]), frames=int(line["frames"])) for line in lines)
        for name, lines in sessions.items()
    }


def compare_with_census(session: str, sizes: Sequence[SubvolumeSize]) -> CensusComparison:
    """Compare the sizes of a session's subvolumes with those of the census. session: such as `an229716_2013_12_02b`."""
    known = read_census().get(session)
    if known is None:
        return CensusComparison(known=False)
    expected, found = Counter(known), Counter(sizes)
    return CensusComparison(
        known=True,
        subvolumes=len(known),
        rois=sum(size.rois for size in known),
        missing=tuple(sorted((expected - found).elements())),
        extra=tuple(sorted((found - expected).elements())),
    )


def _listed(sizes: Sequence[SubvolumeSize]) -> str:
    return listed(sizes, most=_SHOWN) or "none"
