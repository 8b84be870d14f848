"""What an entry of timeSeriesArrayHash holds, from its key name and description; an error where they do not say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from ssc_to_nwb.matlab.hash_map import HashEntry
from ssc_to_nwb.problems import source_kinds as kinds

EntryKind = Literal["whisker", "dff", "raw", "event"]
# Key names seen: whiskerVars, dffTSA...; those of raw fluorescence and events are not known for sure.
_PATTERNS: dict[EntryKind, re.Pattern[str]] = {
    "whisker": re.compile(r"whisker", re.IGNORECASE),
    "dff": re.compile(r"dff|df/f|deltaf", re.IGNORECASE),
    "raw": re.compile(r"raw|fluo", re.IGNORECASE),
    "event": re.compile(r"event", re.IGNORECASE),
}


def classify_array(entry: HashEntry, *, position: int, overrides: Mapping[str, EntryKind]) -> EntryKind:
    """The kind of an entry: as metadata says by key or by `value{position}`, else from key, then description.

    Raises array-kind-unknown where neither text names exactly one kind.
    """
    for name in (entry.key, f"value{{{position}}}"):
        if name in overrides:
            return overrides[name]
    for text in (entry.key, entry.description):
        matching = {kind for kind, pattern in _PATTERNS.items() if pattern.search(text)}
        if matching == {"event", "dff"}:
            # "calcium events (amplitude in dF/F ...)": dF/F is the unit of an event's amplitude.
            return "event"
        if matching == {"dff", "raw"} and not re.search("raw", text, re.IGNORECASE):
            # "change in fluorescence (dF/F)": fluorescence alone does not make it raw.
            return "dff"
        if len(matching) == 1:
            return matching.pop()
    raise entry.value.problem(
        kinds.ARRAY_KIND_UNKNOWN,
        expected="a key name or description that says whisker, dff, raw or fluo, or event",
        found=f"key {entry.key!r}, description {entry.description!r}",
        detail=f"metadata: source: {{array_kinds: {{{entry.key!r}: whisker|dff|raw|event}}}}",
    )
