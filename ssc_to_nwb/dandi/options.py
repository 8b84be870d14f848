"""What was asked of an upload or of a check, with nothing left open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from ssc_to_nwb.dandi.results import TransferProgress
from ssc_to_nwb.dandi.retry import FIRST_CONTACT, RetryPolicy
from ssc_to_nwb.options.archive import ArchiveRequest, DownloadCheckRequest, UploadRequest


def _ignore(_progress: TransferProgress) -> None:
    return None


def _refuse(_paths: tuple[str, ...]) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class _ArchiveOptions(ArchiveRequest):
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    first_contact: RetryPolicy = FIRST_CONTACT
    on_progress: Callable[[TransferProgress], None] = _ignore
    stop: Event = field(default_factory=Event)

    @property
    def root(self) -> Path:
        """The folder that `convert` wrote."""
        return Path(self.output)


@dataclass(frozen=True, kw_only=True)
class UploadOptions(_ArchiveOptions, UploadRequest):
    """Of an upload."""

    confirm_prune: Callable[[tuple[str, ...]], bool] = _refuse
    record: Path | str


@dataclass(frozen=True, kw_only=True)
class DownloadOptions(_ArchiveOptions, DownloadCheckRequest):
    """Of a check."""
