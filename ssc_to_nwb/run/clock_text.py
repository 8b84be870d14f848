"""The time of day as the record and the events have it; nothing is decided by it."""

from __future__ import annotations

from datetime import UTC, datetime


def now_text() -> str:
    """Now, in UTC to the millisecond: `2026-01-31T12:00:00.000+00:00`."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
