"""The identifier of a dandiset."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ssc_to_nwb.dandi.api_key import without_keys
from ssc_to_nwb.problems import archive_kinds as kinds
from ssc_to_nwb.problems.model import error


def dandiset_named(metadata: Mapping[str, Any]) -> str | None:
    """Six digits of the dandiset that metadata are of, from `identifier` or `id`; None where they name none."""
    for key in ("identifier", "id"):
        match = re.search(r"(?:^|[:/])([0-9]{6})(?:/|$)", str(metadata.get(key) or "").strip())
        if match is not None:
            return match[1]
    return None


def parse_dandiset_id(text: str) -> str:
    """Six digits from `000123`, `DANDI:000123` or `000123/draft`. Error: archive-dandiset-id."""
    match = re.fullmatch(r"(?:[A-Za-z-]+:)?([0-9]{6})(?:/draft)?", text.strip())
    if match is None:
        raise error(kinds.ARCHIVE_DANDISET_ID, field="dandiset", expected="six digits", found=without_keys(text))
    return match[1]
