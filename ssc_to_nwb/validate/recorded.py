"""The record of a validation: what has not changed need not be validated again.

It holds for the state of the file and of its videos (size, times of change), and for the versions of all that takes
part. A file with messages that make it fail is validated again each time: what they name may lie elsewhere.
"""

from __future__ import annotations

from pathlib import Path

from ssc_to_nwb.problems.model import Severity
from ssc_to_nwb.validate.messages import Message
from ssc_to_nwb.validate.one_file import validate_file
from ssc_to_nwb.validate.validation_record import basis, recorded_messages, write_record


def validate_and_record(file: Path) -> tuple[Message, ...]:
    """The messages of one file, recorded where its output folder holds records of this program."""
    before = basis(file)
    messages = validate_file(file)
    if before is not None and before == basis(file):
        write_record(file, {"basis": before, "messages": [message.as_dict() for message in messages]})
    return messages


def validate_unless_recorded(file: Path) -> tuple[Message, ...]:
    """The messages of one file; as recorded, where it has not changed since and had no errors."""
    recorded = recorded_messages(file)
    if recorded is None or any(message.severity is Severity.ERROR for message in recorded):
        return validate_and_record(file)
    return recorded
