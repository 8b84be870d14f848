"""Numbers, times and sizes as texts of the page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def bytes_text(count: float) -> str:
    """`1.2 GB`, in powers of ten."""
    for unit in ("B", "kB", "MB", "GB"):
        if abs(count) < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def range_text(values: list[int]) -> str:
    """`9`, or `7 to 9`."""
    low, high = min(values), max(values)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def duration_text(seconds: float) -> str:
    """`1 h 23 min`, `4 min 5 s`, `12.3 s`."""
    if not np.isfinite(seconds):
        return "not known"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def listed(words: list[str], *, most: int = 12) -> str:
    """`a, b, c and 5 more`."""
    if len(words) <= most:
        return ", ".join(words)
    return f"{', '.join(words[:most])} and {len(words) - most} more"


def joined(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part) if words else ""


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 touch`, `2,000 touches`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
