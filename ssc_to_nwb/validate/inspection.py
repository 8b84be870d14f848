"""Runs the checks of nwbinspector and of this project over an open NWB file."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

from hdmf.common import DynamicTable, VectorIndex
from nwbinspector import (
    Importance,
    InspectorMessage,
    available_checks,
    configure_checks,
    load_config,
    run_checks,
)
from pynwb import NWBFile

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Severity
from ssc_to_nwb.validate.arrays import shape_of
from ssc_to_nwb.validate.messages import Message, message_of
from ssc_to_nwb.validate.object_paths import PathOf
from ssc_to_nwb.validate.project_check import Check, kind_of
from ssc_to_nwb.validate.project_checks import project_checks

_SEVERITIES = {
    Importance.CRITICAL: Severity.ERROR,
    Importance.BEST_PRACTICE_VIOLATION: Severity.WARNING,
    Importance.BEST_PRACTICE_SUGGESTION: Severity.INFO,
}
_EMPTY_TABLE_CHECK = "check_empty_table"


def inspection_messages(nwbfile: NWBFile, *, file: Path, path_of: PathOf) -> list[Message]:
    """The messages of all checks, nwbinspector's in DANDI's configuration, every check run once.

    This project's own checks look for the layout that this version writes: of another, one message says so.
    """
    layout = layout_of(nwbfile)
    is_other = layout is not None and layout != naming.FILE_LAYOUT
    own = () if is_other else project_checks()
    checks = [check for check in available_checks if check not in own] + list(own)
    found: list[Message] = []
    if is_other:
        text = f"The file has layout {layout}; the checks are made for layout {naming.FILE_LAYOUT}."
        found.append(message_of(kinds.LAYOUT_NOT_CHECKED, file=file, text=text))

    def collecting(check: Check) -> Check:
        """The check in the form that run_checks wants, its messages put aside with the path of the object."""

        @wraps(check)
        def collect(neurodata_object: Any) -> None:
            for message in _messages(check, neurodata_object, file=file):
                found.append(replace(message, object_path=path_of(neurodata_object)))

        return collect

    configured = configure_checks(checks=checks, config=load_config("dandi"))
    list(run_checks(nwbfile=nwbfile, checks=[collecting(check) for check in configured]))
    return found


def layout_of(nwbfile: NWBFile) -> int | None:
    """Number of the layout of a file of this project; None for a file that is none."""
    module = nwbfile.processing.get(naming.SOURCE_MODULE)
    table = None if module is None else module.data_interfaces.get(naming.PROVENANCE)
    if not isinstance(table, DynamicTable) or not {"item", "value"} <= set(table.colnames):
        return None
    items = dict(zip(table["item"][:], table["value"][:], strict=True))
    text = str(items.get(naming.FILE_LAYOUT_ITEM, 1))
    return int(text) if text.isdecimal() else None


def best_practice(check_name: str) -> str:
    """What a check of nwbinspector wants, in its own words: the first paragraph of its documentation."""
    documented = {check.__name__: inspect.getdoc(check) for check in available_checks}
    paragraph = (documented.get(check_name) or "").split("\n\n")[0]
    return " ".join(paragraph.split()) or kinds.NWBINSPECTOR.reason


def _messages(check: Check, neurodata_object: Any, *, file: Path) -> Iterator[Message]:
    if _has_nothing_for(check, neurodata_object):
        return
    try:
        output = check(neurodata_object)
    except Exception as failure:  # noqa: BLE001 - whatever one check meets, the others have to be run
        kind = kinds.CHECK_NOT_MADE_FOR_IT if _stumbles(check, neurodata_object, failure) else kinds.CHECK_FAILED
        yield message_of(kind, file=file, text=f"{check.__name__}: {type(failure).__name__}: {failure}")
        return
    for one in [output] if isinstance(output, InspectorMessage) else output or ():
        if one is not None:
            yield _as_message(one, check=check, file=file)


def _as_message(found: InspectorMessage, *, check: Check, file: Path) -> Message:
    kind = kind_of(check)
    if kind is not None:
        return message_of(kind, file=file, text=found.message)
    return Message(
        identifier=check.__name__,
        severity=severity_of(check),
        file=file,
        object_path="/",
        text=found.message,
        reason=best_practice(check.__name__),
        remedy=kinds.NWBINSPECTOR.remedy,
    )


def severity_of(check: Any) -> Severity:
    """The severity of a check's messages, by its importance as configured."""
    return _SEVERITIES[check.importance]


def _has_nothing_for(check: Check, neurodata_object: Any) -> bool:
    """Whether a check of nwbinspector, which looks at the first row of columns, is to look at a table without rows."""
    if kind_of(check) is not None or check.__name__ == _EMPTY_TABLE_CHECK:
        return False
    return isinstance(neurodata_object, DynamicTable) and len(neurodata_object.id) == 0


def _stumbles(check: Check, neurodata_object: Any, failure: Exception) -> bool:
    """Whether a check of nwbinspector failed at a ragged column all of whose rows are empty."""
    if kind_of(check) is not None or not isinstance(failure, IndexError):
        return False
    table = isinstance(neurodata_object, DynamicTable)
    return table and any(shape_of(column.target.data)[0] == 0 for column in _ragged_columns(neurodata_object))


def _ragged_columns(table: DynamicTable) -> list[VectorIndex]:
    return [column for column in table.columns if isinstance(column, VectorIndex)]
