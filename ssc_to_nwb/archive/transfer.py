"""Uploading one asset: the dandi client's `iter_upload`, tried again with growing waits until it is there.

Why `iter_upload` of `dandi.files` and not `dandi.upload.upload`: the latter takes its key from a variable named after
the instance or by asking, draws its own table on the terminal, hides which asset failed and why, and never tries an
asset again. `iter_upload` does the work that matters (parts, checksums of parts and whole, blobs that the archive has
already, Zarr trees) and reports each step, so that retries, progress, record and the key's rules can be this project's.

Two layers try again. The dandi client repeats single requests, up to twelve times with growing waits, heeding
Retry-After. What it gives up on (an address that expired, an upload that the archive forgot, a part that arrived
damaged) is mended here by beginning the asset's upload anew; each try first asks the archive what it has by now.
"""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import ParseError

import requests
from dandi.dandiapi import RemoteZarrAsset
from dandi.exceptions import UploadError
from dandi.files import ZarrAsset

from ssc_to_nwb.archive.client import Archive
from ssc_to_nwb.archive.failures import Failure, as_problem
from ssc_to_nwb.archive.http_guard import TransferStoppedError
from ssc_to_nwb.archive.local_assets import FileState, LocalFile
from ssc_to_nwb.archive.plan import PlannedAsset
from ssc_to_nwb.archive.record import UploadRecord
from ssc_to_nwb.archive.remote import Checksums, find_remote
from ssc_to_nwb.archive.results import AssetOutcome, Progress, Stage, Status
from ssc_to_nwb.archive.retry import RetryPolicy
from ssc_to_nwb.archive.storage import Transfer
from ssc_to_nwb.archive.zarr_state import wait_until_changeable, wait_until_summed_up
from ssc_to_nwb.problems import archive_kinds as kinds
from ssc_to_nwb.problems.model import Problem, SscError, error

#: What `iter_upload` is known to raise: requests' errors, its own RuntimeErrors, and what a malformed answer leads to.
_UPLOAD_ERRORS = (
    SscError,
    requests.RequestException,
    UploadError,
    ParseError,
    OSError,
    RuntimeError,
    ValueError,
    KeyError,
    TypeError,
)
_REPORT_EVERY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploader:
    """Everything that the upload of an asset needs beside the asset."""

    archive: Archive
    checksums: Checksums
    record: UploadRecord
    retry: RetryPolicy
    parts_at_once: int
    stop: threading.Event
    set_transfer: Callable[[Transfer | None], None]
    on_progress: Callable[[Progress], None]

    def upload(self, planned: PlannedAsset) -> AssetOutcome:
        """Upload one asset, trying again where that can help; never raises for what goes wrong with it."""
        started = time.monotonic()
        waits = self.retry.waits()
        attempts = 0
        while not self.stop.is_set():
            attempts += 1
            failure = self._try(planned)
            if failure is None:
                return self._outcome(planned, Status.UPLOADED, attempts, started)
            wait_s = next(waits, None) if failure.retriable else None
            self.record.add(
                "try-failed", path=planned.local.path, attempt=attempts, again=wait_s is not None, **_told(failure)
            )
            if wait_s is None:
                return self._outcome(planned, Status.FAILED, attempts, started, failure.problem)
            wait_s = max(wait_s, failure.retry_after_s)
            note = f"{failure.problem.kind.title}; again in {wait_s:.0f} s"
            self._report(planned.local, Stage.WAITING, note=note)
            self.stop.wait(wait_s)
        return self._outcome(planned, Status.NOT_TRIED, attempts, started)

    def _try(self, planned: PlannedAsset) -> Failure | None:
        """One try: None when the asset is there, otherwise what went wrong."""
        transfer = Transfer(stop=self.stop, on_bytes=self._byte_counter(planned.local))
        self.set_transfer(transfer)
        try:
            self._send(planned)
            _require_unchanged(planned)
        except TransferStoppedError:
            if transfer.cause is None:
                return Failure(problem=Problem(kind=kinds.UPLOAD_INTERRUPTED), retriable=True)
            return self._failure(transfer.cause, planned)
        except _UPLOAD_ERRORS as problem:
            return self._failure(problem, planned)
        finally:
            self.set_transfer(None)
        return None

    def _send(self, planned: PlannedAsset) -> None:
        local, dandiset = planned.local, self.archive.dandiset
        _require_unchanged(planned)
        self._report(local, Stage.CHECKSUM)
        checksum = self.checksums.of(local)
        remote = find_remote(dandiset, local.path)
        if remote is not None and (remote.size, remote.checksum) == (planned.state.size, checksum):
            return
        client, is_zarr = self.archive.client, isinstance(local.asset, ZarrAsset)
        if remote is not None and isinstance(remote.asset, RemoteZarrAsset):
            wait_until_changeable(client, remote.asset.zarr, stop=self.stop)
        options = self._zarr_options() if is_zarr else {}
        for status in local.asset.iter_upload(
            dandiset,
            local.metadata(),
            jobs=self.parts_at_once,
            replacing=remote.asset if remote is not None else None,
            **options,
        ):
            if self.stop.is_set():
                raise TransferStoppedError
            if is_zarr and status.get("status") == "uploading":
                self._report(local, Stage.UPLOADING, bytes_done=int(status.get("current", 0)))
            if isinstance(status.get("asset"), RemoteZarrAsset):
                wait_until_summed_up(client, status["asset"].zarr, stop=self.stop)

    def _zarr_options(self) -> dict[str, Any]:
        """Without leave to delete, leftover chunks stay (and the comparison afterwards says so)."""
        knows_modes = "zarr_mode" in inspect.signature(ZarrAsset.iter_upload).parameters
        return {"zarr_mode": "patch"} if knows_modes and not self.archive.client.may_delete else {}

    def _failure(self, problem: Exception, planned: PlannedAsset) -> Failure:
        """What went wrong; a file that is no longer as it was explains whatever else went wrong with it."""
        if not isinstance(problem, SscError) and _changed(planned):
            problem = _file_changed(planned)
        return as_problem(
            problem,
            api_url=self.archive.client.api_url,
            redact=self.archive.redact,
            file=planned.local.path,
        )

    def _outcome(
        self,
        planned: PlannedAsset,
        status: Status,
        attempts: int,
        started: float,
        problem: Problem | None = None,
    ) -> AssetOutcome:
        local = planned.local
        outcome = AssetOutcome(
            path=local.path,
            size=local.size,
            action=planned.action,
            status=status,
            attempts=attempts,
            seconds=time.monotonic() - started,
            checksum=self.checksums.of(local) if status is Status.UPLOADED else None,
            problem=problem,
        )
        self.record.add(
            "asset",
            path=local.path,
            size=local.size,
            status=status.value,
            attempts=attempts,
            seconds=round(outcome.seconds, 3),
            checksum=outcome.checksum,
        )
        done = status is Status.UPLOADED
        self._report(local, Stage.DONE if done else Stage.FAILED, bytes_done=local.size if done else 0)
        return outcome

    def _report(self, local: LocalFile, stage: Stage, *, bytes_done: int = 0, note: str = "") -> None:
        self.on_progress(
            Progress(stage=stage, path=local.path, bytes_done=bytes_done, bytes_total=local.size, note=note)
        )

    def _byte_counter(self, local: LocalFile) -> Callable[[int], None]:
        """Adds up what the parts send and reports every mebibyte."""
        lock = threading.Lock()
        sent = reported = 0

        def count(size: int) -> None:
            nonlocal sent, reported
            with lock:
                sent += size
                if abs(sent - reported) < _REPORT_EVERY_BYTES and sent != local.size:
                    return
                reported = sent
            self._report(local, Stage.UPLOADING, bytes_done=reported)

        return count


def _changed(planned: PlannedAsset) -> bool:
    try:
        return FileState.of(planned.local.file) != planned.state
    except OSError:
        return True


def _require_unchanged(planned: PlannedAsset) -> None:
    if _changed(planned):
        raise _file_changed(planned)


def _file_changed(planned: PlannedAsset) -> SscError:
    return error(kinds.FILE_CHANGED, file=planned.local.path, expected="the file as it was when the upload was planned")


def _told(failure: Failure) -> dict[str, str | None]:
    problem = failure.problem
    return {"problem": problem.kind.identifier, "found": problem.found, "detail": problem.detail}
