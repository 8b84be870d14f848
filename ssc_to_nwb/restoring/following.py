"""What in an NWB file follows from the rest of it, and what of it does not agree.

Neither the source nor the code that wrote the file takes part, so that anybody can check a file after a download.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.registry import having
from ssc_to_nwb.restoring.nwb_reader import ObjectError

if TYPE_CHECKING:
    from ssc_to_nwb.restoring.file_view import FileView

_RECORD = f"/processing/{naming.SOURCE_MODULE}"
# What reading may meet in a file that is not built as it should be.
_BROKEN = (KeyError, IndexError, ValueError, TypeError, AttributeError, OverflowError, OSError, RuntimeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What was expected and found at the first place that differs; in_size: whether the sizes differ already."""

    expected: str
    found: str
    in_size: bool = False


def differing_numbers(
    expected: np.ndarray, found: np.ndarray, tolerance: np.ndarray | float = 0.0
) -> Difference | None:
    """Compare arrays element by element; NaN equals NaN. `tolerance` is absolute, per element or for all."""
    if expected.shape != found.shape:
        return Difference(expected=_size(expected), found=_size(found), in_size=True)
    same = expected == found
    if not same.all() and expected.dtype.kind == "f" and found.dtype.kind == "f":
        same |= np.isnan(expected) & np.isnan(found)
    if not same.all() and np.any(tolerance):
        with np.errstate(invalid="ignore"):
            same |= np.abs(expected - found) <= tolerance
    if same.all():
        return None
    wrong = ~same
    count = int(wrong.sum())
    place = tuple(int(one) for one in np.unravel_index(int(wrong.argmax()), wrong.shape))
    where = f" at {list(place)}" if place else ""
    more = f", and {count - 1} others of {wrong.size} differ" if count > 1 else ""
    return Difference(expected=f"{_plain(expected[place])}{where}", found=f"{_plain(found[place])}{more}")


def differing_values(expected: Any, found: Any) -> Difference | None:
    """Compare two plain values: texts, numbers, tuples, lists, None."""
    if type(expected) is type(found) and expected == found:
        return None
    if isinstance(expected, int | float) and isinstance(found, int | float) and expected == found:
        return None
    return Difference(expected=_short(expected, found), found=_short(found, expected))


def _size(array: np.ndarray) -> str:
    return f"size {'x'.join(map(str, array.shape)) or '1'}"


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _short(value: Any, other: Any) -> str:
    """A value for a message; of long lists, the first item that differs."""
    if isinstance(value, list | tuple) and isinstance(other, list | tuple) and len(value) > 5:
        for place, item in enumerate(value):
            if place >= len(other) or item != other[place]:
                return f"{item!r} at [{place}] of {len(value)}"
        return f"{len(value)} items"
    return repr(value)


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


def at(file: FileView, expected: Mapping[str, Any], *, near: bool = False) -> Iterator[Followed]:
    """Datasets by their paths with what each must hold: numbers, a list of texts, or a text.

    near: whether numbers may differ by rounding.
    """
    for place, wanted in expected.items():
        of_numbers = isinstance(wanted, np.ndarray)
        read = file.reader.values if of_numbers else file.reader.texts if isinstance(wanted, list) else file.reader.text
        yield Followed(place, wanted, read(place), tolerance=rounding(wanted) if near else 0.0)


def rounding(values: np.ndarray) -> np.ndarray:
    """How far numbers, such as times in s, may be from those that are computed from others, by rounding alone."""
    return 8 * np.spacing(np.abs(np.nan_to_num(np.asarray(values, dtype=np.float64))))


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


def all_follows() -> Follows:
    """What follows, of all data types, by the place that it is compared with."""
    return {place: follow for _, follows in having("follows", "FOLLOWS") for place, follow in follows.items()}
