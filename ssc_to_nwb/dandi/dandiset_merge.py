"""Laying new metadata on an existing dandiset.yaml without losing what a person filled in there.

The metadata file is the authority: where both say something, it wins, and the old value is reported. What only the
existing file says stays: an ORCID, a license, a contact person, fields that the metadata file knows nothing of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ssc_to_nwb.dandi.dandiset_metadata import FIELD_ORDER, is_tool
from ssc_to_nwb.problems import dandiset_kinds as kinds
from ssc_to_nwb.problems.model import ProblemLog

#: Fields that are computed again each time, from the assets and the installed libraries.
_COMPUTED = frozenset({"schemaKey", "schemaVersion", "assetsSummary"})
#: Lists of things that have names, merged one by one.
_NAMED_LISTS = frozenset({"contributor", "relatedResource"})


def merge_metadata(new: Mapping[str, Any], existing: Mapping[str, Any], *, log: ProblemLog) -> dict[str, Any]:
    """The new metadata, completed with what only the existing ones say; replaced values go to the log."""
    merged: dict[str, Any] = {}
    for key, value in new.items():
        before = existing.get(key)
        if key in _COMPUTED or not before:
            merged[key] = value
        elif key in _NAMED_LISTS and isinstance(before, list):
            merged[key] = _merge_named(key, value, before, log=log)
        else:
            merged[key] = _new_or_same(key, value, before, log=log)
    complete = {**merged, **{key: value for key, value in existing.items() if key not in merged}}
    known = [key for key in FIELD_ORDER if key in complete]
    return {key: complete[key] for key in (*known, *(key for key in complete if key not in FIELD_ORDER))}


def _merge_named(
    field: str, new: list[dict[str, Any]], existing: list[Any], *, log: ProblemLog
) -> list[dict[str, Any]]:
    before = {str(entry.get("name")): entry for entry in existing if isinstance(entry, dict) and not is_tool(entry)}
    merged = []
    for entry in new:
        name = str(entry.get("name"))
        merged.append(_merge_entry(f"{field} ({name})", entry, before.pop(name, {}), log=log))
    return [*merged, *before.values()]


def _merge_entry(field: str, new: dict[str, Any], existing: Mapping[str, Any], *, log: ProblemLog) -> dict[str, Any]:
    merged = dict(existing)
    for key, value in new.items():
        before = existing.get(key)
        if key == "roleName" and isinstance(before, list):
            # A person may have been made the contact person in the file.
            merged[key] = [*value, *(role for role in before if role not in value)]
        elif before:
            merged[key] = _new_or_same(f"{field}.{key}", value, before, log=log)
        else:
            merged[key] = value
    return {**new, **merged}


def _new_or_same(field: str, new: Any, existing: Any, *, log: ProblemLog) -> Any:
    if new != existing:
        log.add(kinds.DANDISET_VALUE_REPLACED, field=field, expected=new, found=existing)
    return new
