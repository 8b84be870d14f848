"""Numbers and lists as texts of the page."""

from __future__ import annotations

from collections.abc import Sequence


def range_text(values: list[int]) -> str:
    """`9`, or `7 to 9`."""
    low, high = min(values), max(values)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def listed(words: list[str], *, most: int = 12) -> str:
    """`a, b, c and 5 more`."""
    if len(words) <= most:
        return ", ".join(words)
    return f"{', '.join(words[:most])} and {len(words) - most} more"


def joined(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part) if words else ""
