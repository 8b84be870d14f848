"""The identifier of a dandiset."""

from __future__ import annotations

import re

from ssc_to_nwb.problems import archive_kinds as kinds
from ssc_to_nwb.problems.model import error


def parse_dandiset_id(text: str) -> str:
    """Six digits from `000123`, `DANDI:000123` or `000123/draft`. Error: archive-dandiset-id."""
    match = re.fullmatch(r"(?:[A-Za-z-]+:)?([0-9]{6})(?:/draft)?", text.strip())
    if match is None:
        raise error(kinds.BAD_DANDISET_ID, field="dandiset", expected="six digits", found=text)
    return match[1]
