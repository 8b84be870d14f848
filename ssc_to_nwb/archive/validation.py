"""The validation that comes before an upload, seen from the upload."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from ssc_to_nwb.problems import archive_kinds as kinds
from ssc_to_nwb.problems.model import error

_MESSAGES_SHOWN = 10


class ValidationReport(Protocol):
    """What a validation hands back, as far as an upload needs it."""

    @property
    def ok(self) -> bool:
        """False where a message is an error."""

    @property
    def messages(self) -> Sequence[Any]:
        """Messages with identifier, severity, object_path, text and file."""


Validate = Callable[[Sequence[Path]], ValidationReport]


def require_valid(nwb_files: Sequence[Path], *, root: Path, validate: Validate) -> None:
    """Raise archive-not-valid, with the first messages, where the validation finds errors."""
    report = validate(nwb_files)
    if report.ok:
        return
    shown = [_told(message) for message in report.messages[:_MESSAGES_SHOWN]]
    raise error(
        kinds.NOT_VALID,
        file=root,
        expected="no error",
        found=f"{len(report.messages)} messages in {len(nwb_files)} files",
        detail="\n    ".join(shown),
    )


def _told(message: Any) -> str:
    parts = [getattr(message, name, None) for name in ("severity", "identifier", "file", "object_path", "text")]
    return " ".join(str(getattr(part, "value", part)) for part in parts if part)
