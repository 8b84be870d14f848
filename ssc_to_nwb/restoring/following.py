"""What in an NWB file follows from the rest of it, and what of it does not agree.

Neither the source nor the code that wrote the file takes part, so that anybody can check a file after a download.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.restoring.comparing import Difference, differing_numbers, differing_values
from ssc_to_nwb.restoring.nwb_reader import ObjectError

if TYPE_CHECKING:
    from ssc_to_nwb.restoring.file_view import FileView

_RECORD = f"/processing/{naming.SOURCE_MODULE}"
# What reading may meet in a file that is not built as it should be.
_BROKEN = (KeyError, IndexError, ValueError, TypeError, AttributeError, OverflowError, OSError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Followed:
    """What an object of the file must hold as the rest of the file has it, and what it holds.

    place: path of the object; expected, found: arrays of numbers, or a text, a number, a list of them, None for
    nothing; tolerance: absolute, of numbers; covers: datasets whose values are right where this comparison and those
    of the same place agree; the place alone where None.
    """

    place: str
    expected: Any
    found: Any
    _: KW_ONLY
    tolerance: np.ndarray | float = 0.0
    covers: tuple[str, ...] | None = None

    @property
    def covered(self) -> tuple[str, ...]:
        """The datasets that are accounted for by this comparison."""
        return (self.place,) if self.covers is None else self.covers

    @property
    def count(self) -> int:
        """Number of the values that are compared."""
        if isinstance(self.expected, np.ndarray):
            return int(self.expected.size)
        return len(self.expected) if isinstance(self.expected, list) else 1

    def difference(self) -> Difference | None:
        """Where the two differ; None where they agree."""
        if isinstance(self.expected, np.ndarray) and isinstance(self.found, np.ndarray):
            return differing_numbers(self.expected, self.found, self.tolerance)
        return differing_values(self.expected, self.found)


Follow: TypeAlias = "Callable[[FileView], Iterable[Followed]]"
"""Compares what it has computed from the rest of the file. Raises ObjectError, RestoreError, ValueError, KeyError."""
Follows: TypeAlias = Mapping[str, Follow]
"""What follows, by the path of the object, or of the group of the objects, that it is compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """An object that does not agree with the rest of the file; of_record: whether only the record is missing for it."""

    place: str
    expected: str
    found: str
    of_record: bool = False


def contradictions(file: FileView, follows: Follows) -> Iterator[Contradiction]:
    """Everything in a file that does not follow from the rest of it; what cannot be computed is such a thing too."""
    for place, follow in follows.items():
        try:
            for one in follow(file):
                difference = one.difference()
                if difference is not None:
                    yield Contradiction(place=one.place, expected=difference.expected, found=difference.found)
        except ObjectError as failure:
            missing = failure.found == "nothing" and failure.path.startswith(f"{_RECORD}/")
            at = place if missing else failure.path
            yield Contradiction(place=at, expected=failure.expected, found=failure.found, of_record=missing)
        except _BROKEN as failure:
            yield Contradiction(
                place=place, expected="values that can be compared", found=f"{type(failure).__name__}: {failure}"
            )
