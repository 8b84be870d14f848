"""Ranges and enumerations as texts of the page."""

from __future__ import annotations

from collections.abc import Sequence


def range_text(values: list[int]) -> str:
    """`9`, or `7 to 9`."""
    low, high = min(values), max(values)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def joined(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part) if words else ""
