"""Where two arrays, texts or lists differ first, in words for a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


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
    wrong = _differs(expected, found, tolerance)
    if wrong is None:
        return None
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


def _differs(expected: np.ndarray, found: np.ndarray, tolerance: np.ndarray | float) -> np.ndarray | None:
    """Mask of the elements that differ, None where none does."""
    if isinstance(tolerance, float) and tolerance == 0.0:
        same = expected == found
    else:
        with np.errstate(invalid="ignore"):
            same = (expected == found) | (np.abs(expected - found) <= tolerance)
    if same.all():
        return None
    if expected.dtype.kind == "f" and found.dtype.kind == "f":
        same = same | (np.isnan(expected) & np.isnan(found))
    return None if same.all() else ~same


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
