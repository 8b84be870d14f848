"""Infinite values are kept as they are, with a warning."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ssc_to_nwb.problems import source_kinds as kinds
from ssc_to_nwb.problems.model import ProblemLog


def report_infinite(values: np.ndarray, what: str, *, file: Path, field: str, log: ProblemLog) -> None:
    """Log how many of the values are infinite. what: what they are, in words."""
    count = int(np.isinf(values).sum())
    if count:
        log.add(kinds.VALUES_INFINITE, file=file, field=field, found=f"{count} of {values.size} {what}")
