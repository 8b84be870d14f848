"""Runs the checks of nwbinspector and of this project over an open NWB file."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

from nwbinspector import (
    Importance,
    InspectorMessage,
    available_checks,
    configure_checks,
    load_config,
    run_checks,
)
from pynwb import NWBFile

from ssc_to_nwb.problems import validate_kinds as kinds
from ssc_to_nwb.problems.model import Severity
from ssc_to_nwb.validate.messages import Message, message_of
from ssc_to_nwb.validate.object_paths import PathOf
from ssc_to_nwb.validate.project_check import Check, kind_of
from ssc_to_nwb.validate.project_checks import project_checks

SEVERITIES = {
    Importance.CRITICAL: Severity.ERROR,
    Importance.BEST_PRACTICE_VIOLATION: Severity.WARNING,
    Importance.BEST_PRACTICE_SUGGESTION: Severity.INFO,
}
_EVALUATED = re.compile(r"During evaluation of '(\w+)'")


def inspection_messages(nwbfile: NWBFile, *, file: Path, path_of: PathOf) -> Iterator[Message]:
    """The messages of all checks, nwbinspector's in DANDI's configuration, every check run once."""
    own = project_checks()
    checks = [check for check in available_checks if check not in own] + list(own)
    configured = configure_checks(checks=checks, config=load_config("dandi"))
    by_name = {check.__name__: check for check in checks}
    for found in run_checks(nwbfile=nwbfile, checks=[_located(check, path_of) for check in configured]):
        if found is not None:
            yield _as_message(found, file=file, check=by_name.get(str(found.check_function_name)))


def best_practice(check: Check) -> str:
    """What a check of nwbinspector wants, in its own words: the first paragraph of its documentation."""
    paragraph = (inspect.getdoc(check) or "").split("\n\n")[0]
    return " ".join(paragraph.split())


def _located(check: Check, path_of: PathOf) -> Check:
    """The check, its messages bearing the path of the object; nwbinspector tells it only for some objects."""

    @wraps(check)
    def with_location(neurodata_object: Any) -> Iterable[InspectorMessage] | None:
        output = check(neurodata_object)
        messages = [output] if isinstance(output, InspectorMessage) else [one for one in output or () if one]
        for message in messages:
            message.location = path_of(neurodata_object)
        return messages or None

    return with_location


def _as_message(found: InspectorMessage, *, file: Path, check: Check | None) -> Message:
    place = found.location or "/"
    if check is None or found.importance not in SEVERITIES:
        name = _EVALUATED.match(str(found.check_function_name))
        last_line = found.message.strip().splitlines()[-1]
        text = f"{name[1] if name else found.check_function_name}: {last_line}"
        return message_of(kinds.CHECK_FAILED, file=file, object_path=place, text=text)
    kind = kind_of(check)
    if kind is not None:
        return message_of(kind, file=file, object_path=place, text=found.message)
    return Message(
        identifier=str(found.check_function_name),
        severity=SEVERITIES[found.importance],
        file=file,
        object_path=place,
        text=found.message,
        reason=best_practice(check) or kinds.NWBINSPECTOR.reason,
        remedy=kinds.NWBINSPECTOR.remedy,
    )
