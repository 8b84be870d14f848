"""Runs the checks of nwbinspector and of this project over an open NWB file."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

from hdmf.common import DynamicTable, VectorIndex
from nwbinspector import (
    InspectorMessage,
    available_checks,
    configure_checks,
    load_config,
    run_checks,
)
from pynwb import NWBFile

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemKind
from ssc_to_nwb.reading.nwb_table import provenance_of
from ssc_to_nwb.validate import (
    checks_objects,
    checks_ophys,
    checks_time,
    checks_trials,
)
from ssc_to_nwb.validate.arrays import shape_of
from ssc_to_nwb.validate.messages import Message, message_of
from ssc_to_nwb.validate.project_check import IMPORTANCE, Check, kind_of

_OF_PROJECT = (checks_time, checks_trials, checks_ophys, checks_objects)
_SEVERITIES = {importance: severity for severity, importance in IMPORTANCE.items()}
_EMPTY_TABLE_CHECK = "check_empty_table"


def inspection_messages(nwbfile: NWBFile, *, file: Path, path_of: Callable[[Any], str]) -> list[Message]:
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
    said = provenance_of(nwbfile)
    layout = said.get(naming.FILE_LAYOUT_ITEM, "1")
    return int(layout) if said and layout.isdecimal() else None


def project_checks() -> tuple[Check, ...]:
    """The checks of this project in the order of their modules, each once."""
    found = {name: value for module in _OF_PROJECT for name, value in vars(module).items() if kind_of(value)}
    return tuple(found.values())


def explained_checks() -> dict[str, ProblemKind]:
    """Of every check that `validate` runs, by the name of its function, the kind of what it finds."""
    theirs = configure_checks(checks=list(available_checks), config=load_config("dandi"))
    return {check.__name__: _explained(check) for check in [*theirs, *project_checks()]}


def _explained(check: Any) -> ProblemKind:
    """A check of this project has its own kind, one of nwbinspector what the beginning of its documentation says."""
    # A check as it is configured has lost its documentation.
    documented = next((one for one in available_checks if one.__name__ == check.__name__), None)
    paragraph = (inspect.getdoc(documented) or "").split("\n\n")[0]
    return kind_of(check) or ProblemKind(
        identifier=check.__name__,
        severity=_SEVERITIES[check.importance],
        title=f"A check of nwbinspector: {check.__name__.removeprefix('check_').replace('_', ' ')}",
        reason=" ".join(paragraph.split()) or kinds.NWBINSPECTOR.reason,
        remedy=kinds.NWBINSPECTOR.remedy,
    )


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
            yield message_of(_explained(check), file=file, text=one.message)


def _has_nothing_for(check: Check, neurodata_object: Any) -> bool:
    """Whether a check of nwbinspector, which looks at the first row of columns, is to look at a table without rows."""
    if kind_of(check) is not None or check.__name__ == _EMPTY_TABLE_CHECK:
        return False
    return isinstance(neurodata_object, DynamicTable) and len(neurodata_object.id) == 0


def _stumbles(check: Check, neurodata_object: Any, failure: Exception) -> bool:
    """Whether a check of nwbinspector failed at a ragged column all of whose rows are empty."""
    if kind_of(check) is not None or not isinstance(failure, IndexError):
        return False
    columns = neurodata_object.columns if isinstance(neurodata_object, DynamicTable) else ()
    return any(isinstance(one, VectorIndex) and shape_of(one.target.data)[0] == 0 for one in columns)
