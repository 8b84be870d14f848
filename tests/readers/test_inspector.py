"""nwbinspector with its default configuration, as other people run it, has no message that is not explained."""

from __future__ import annotations

from pathlib import Path

import h5py
import pytest
from made_sessions import Converted
from nwbinspector import InspectorMessage, inspect_nwbfile

from ssc_to_nwb.problems.model import Severity
from ssc_to_nwb.validate.accept import load_entries
from ssc_to_nwb.validate.messages import Message


@pytest.mark.long
@pytest.mark.parametrize("name", ["default", "awkward", "raw"])
def test_every_message_is_explained(request: pytest.FixtureRequest, name: str) -> None:
    converted: Converted = request.getfixturevalue(f"converted_{name}")
    with h5py.File(converted.path) as file:
        paths: list[str] = []
        file.visit(paths.append)
    # It names objects without their paths.
    path_of = {path.rsplit("/")[-1]: f"/{path}" for path in paths}
    found = [
        as_message(one, file=converted.path, object_path=path_of[one.object_name])
        for one in inspect_nwbfile(nwbfile_path=converted.path)
    ]
    entries = load_entries(None)
    unexplained = [one for one in found if not any(entry.matches(one) for entry in entries)]
    assert [(one.identifier, one.object_path, one.text) for one in unexplained] == []


def as_message(found: InspectorMessage, *, file: Path, object_path: str) -> Message:
    """A message of nwbinspector, as the accepted entries look at it."""
    return Message(
        identifier=found.check_function_name,
        severity=Severity.WARNING,
        file=file,
        object_path=object_path,
        text=found.message,
        reason="",
        remedy="",
    )
