"""What was asked of an upload or of a check, with nothing left open; how often something is tried again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from ssc_to_nwb.dandi.results import Stage, TransferProgress
from ssc_to_nwb.options.archive import ArchiveRequest, DownloadCheckRequest, UploadRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Tries with growing waits.

    attempts: how many tries in all; first_wait_s: the wait after the first failure; growth: by what each further wait
    is multiplied; longest_wait_s: the ceiling; jitter: up to this share is added at random, so that many files that
    failed together do not all come back together.
    """

    attempts: int = 6
    first_wait_s: float = 2.0
    growth: float = 2.0
    longest_wait_s: float = 120.0
    jitter: float = 0.25

    def waits(self) -> Iterator[float]:
        """The waits in seconds between the tries: one fewer than there are tries."""
        wait_s = self.first_wait_s
        for _ in range(self.attempts - 1):
            yield min(wait_s, self.longest_wait_s) * (1 + self.jitter * random.random())
            wait_s *= self.growth


#: For the first contact: somebody is waiting for an answer, so give up within seconds.
FIRST_CONTACT = RetryPolicy(attempts=3, first_wait_s=1.0, longest_wait_s=5.0)


@dataclass(frozen=True, kw_only=True)
class ArchiveOptions(ArchiveRequest):
    """What both have in common."""

    retry: RetryPolicy = field(default_factory=RetryPolicy)
    first_contact: RetryPolicy = FIRST_CONTACT
    on_progress: Callable[[TransferProgress], None] = lambda _progress: None
    stop: Event = field(default_factory=Event)

    @property
    def root(self) -> Path:
        """The folder that `convert` wrote."""
        return Path(self.output)

    def report(self, stage: Stage, *, path: str | None = None, done: int = 0, total: int = 0, note: str = "") -> None:
        """Say how far the run is, or the asset at `path`; done, total: bytes."""
        self.on_progress(TransferProgress(stage=stage, path=path, bytes_done=done, bytes_total=total, note=note))


@dataclass(frozen=True, kw_only=True)
class UploadOptions(ArchiveOptions, UploadRequest):
    """Of an upload."""

    confirm_prune: Callable[[tuple[str, ...]], bool] = lambda _paths: False
    record: Path | str


@dataclass(frozen=True, kw_only=True)
class DownloadOptions(ArchiveOptions, DownloadCheckRequest):
    """Of a check."""
