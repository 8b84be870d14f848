"""Counts, lists, bytes and seconds as texts for people: on the command line and on the pages of a report."""

from __future__ import annotations

import math
from collections.abc import Sequence


def bytes_text(count: float) -> str:
    """`1.2 GB`, in powers of ten as disks are sold."""
    for unit in ("B", "kB", "MB", "GB"):
        if abs(count) < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def seconds_text(seconds: float) -> str:
    """`0.4 s`, `3 min 20 s`, `2 h 5 min`; `not known` where it is no number."""
    if not math.isfinite(seconds):
        return "not known"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 touch`, `2,000 touches`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def numbered(noun: str, numbers: Sequence[object]) -> str:
    """`trial 7`, `trials 7, 9`."""
    return f"{noun if len(numbers) == 1 else noun + 's'} {', '.join(map(str, numbers))}"


def listed(items: Sequence[object], *, most: int = 12, separator: str = ", ") -> str:
    """`a, b, c and 5 more`: the first items, and how many follow. Another separator comes before `and` too."""
    shown = separator.join(str(item) for item in items[:most])
    if len(items) <= most:
        return shown
    return f"{shown}{' ' if separator == ', ' else separator}and {len(items) - most} more"
