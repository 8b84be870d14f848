"""Sending assets: the dandi client's `iter_upload`, tried again with growing waits until the asset is there.

`iter_upload` of `dandi.files` and not `dandi.upload.upload`: that takes its key from a variable named after the
instance or asks for it, draws its own table on the terminal, hides which asset failed and why, and never tries an
asset again.

Two layers try again. The dandi client repeats single requests, up to twelve times with growing waits, heeding
Retry-After. What it gives up on (an address that expired, an upload that the archive forgot, a part that arrived
damaged) is tried again here, the whole asset from its beginning; each further try first asks what the archive has.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from typing import Any
from xml.etree.ElementTree import ParseError

import requests
from dandi.exceptions import UploadError

from ssc_to_nwb.dandi.assets import Checksums, FileStamp, LocalFile, asset_metadata
from ssc_to_nwb.dandi.client import Archive
from ssc_to_nwb.dandi.failures import Failure, as_failure, is_fatal
from ssc_to_nwb.dandi.listing import PlannedAsset, list_remote
from ssc_to_nwb.dandi.options import UploadOptions
from ssc_to_nwb.dandi.parts import PartFlow, Room, TransferStoppedError, part_size, path_in_parts
from ssc_to_nwb.dandi.prepare import Prepared
from ssc_to_nwb.dandi.record import UploadRecord
from ssc_to_nwb.dandi.results import AssetOutcome, Stage, Status
from ssc_to_nwb.problems import kinds
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
Prepare = Callable[[PlannedAsset], Future[Prepared]]
Send = Callable[[PlannedAsset, Mapping[str, Any] | None], AssetOutcome]
_POLL_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Everything that sending an asset needs beside the asset. room: for the parts of all files."""

    archive: Archive
    options: UploadOptions
    checksums: Checksums
    record: UploadRecord
    room: Room

    def send(self, planned: PlannedAsset, metadata: Mapping[str, Any] | None) -> AssetOutcome:
        """Send one asset, trying again where that can help; never raises for what goes wrong with it.

        metadata: what the archive wants to know of the file, its checksum among it; None: read it here.
        """
        tries = _Tries(planned=planned, metadata=metadata)
        waits = self.options.retry.waits()
        while not self.options.stop.is_set():
            tries.count += 1
            failure = self._try(tries)
            if failure is None:
                return self._outcome(tries, "uploaded")
            if self.options.stop.is_set():
                break
            wait_s = next(waits, None) if failure.retriable else None
            problem = failure.problem
            facts = {"problem": problem.kind.identifier, "found": problem.found, "detail": problem.detail}
            path = planned.local.path
            self.record.add("try-failed", path=path, attempt=tries.count, again=wait_s is not None, **facts)
            if wait_s is None:
                return self._outcome(tries, "failed", problem)
            wait_s = max(wait_s, failure.retry_after_s)
            note = f"{problem.kind.title}; again in {wait_s:.0f} s"
            self.options.report("waiting", path=path, total=planned.local.size, note=note)
            self.options.stop.wait(wait_s)
        return self._outcome(tries, "not tried")

    def _try(self, tries: _Tries) -> Failure | None:
        """One try: None when the asset is there, otherwise what went wrong."""
        planned = tries.planned
        local = planned.local
        flow = PartFlow(room=self._share(local), is_stopped=self.options.stop.is_set)
        try:
            _require_unchanged(planned)
            self._send(tries, flow)
            _require_unchanged(planned)
        except TransferStoppedError:
            return Failure(problem=Problem(kind=kinds.ARCHIVE_INTERRUPTED, file=local.path), retriable=True)
        except _UPLOAD_ERRORS as failure:
            return self._failure(failure, planned)
        finally:
            tries.bytes_sent += flow.sent
        return None

    def _send(self, tries: _Tries, flow: PartFlow) -> None:
        planned = tries.planned
        local, remote = planned.local, planned.remote
        self.options.report("checksum", path=local.path, total=local.size)
        if tries.count > 1:
            found = list_remote(self.archive.dandiset, prefix=local.path).get(local.path)
            remote = None if found is None else found.with_checksum()
        if remote is not None and (remote.size, remote.checksum) == (planned.state.size, self.checksums.of(local)):
            return
        if tries.metadata is None:
            tries.metadata = asset_metadata(local.asset)
        guarded = replace(local.asset, filepath=path_in_parts(local.file, flow))
        with self.room.taken(min(local.size, self._share(local))):
            for status in guarded.iter_upload(
                self.archive.dandiset,
                dict(tries.metadata),
                jobs=self.options.jobs_per_file,
                replacing=None if remote is None else remote.asset,
            ):
                if status["status"] == "uploading":
                    flow.note_sent(status["current"])
                    self.options.report("uploading", path=local.path, done=status["current"], total=local.size)
                if self.options.stop.is_set():
                    raise TransferStoppedError

    def _share(self, local: LocalFile) -> int:
        """Bytes that the parts of a file may take at once."""
        return part_size(local.size) * self.options.jobs_per_file

    def _failure(self, failure: Exception, planned: PlannedAsset) -> Failure:
        """What went wrong; a file that is no longer as it was explains whatever else went wrong with it."""
        if not isinstance(failure, SscError) and _changed(planned):
            failure = _file_changed(planned)
        api_url, redact = self.archive.client.api_url, self.archive.redact
        return as_failure(failure, api_url=api_url, redact=redact, file=planned.local.path)

    def _outcome(self, tries: _Tries, status: Status, problem: Problem | None = None) -> AssetOutcome:
        local, done = tries.planned.local, status == "uploaded"
        outcome = AssetOutcome(
            path=local.path,
            size=local.size,
            action=tries.planned.action,
            status=status,
            attempts=tries.count,
            bytes_sent=tries.bytes_sent,
            seconds=round(time.monotonic() - tries.started, 3),
            checksum=self.checksums.of(local) if done else None,
            problem=problem,
        )
        names = ("path", "size", "status", "attempts", "bytes_sent", "checksum", "seconds")
        self.record.add("asset", **{name: getattr(outcome, name) for name in names})
        note = "" if problem is None else problem.kind.title
        stage: Stage = "done" if done else "failed"
        self.options.report(stage, path=local.path, done=outcome.bytes_sent, total=local.size, note=note)
        return outcome


@dataclass(slots=True, kw_only=True)
class _Tries:
    """The tries at one asset."""

    planned: PlannedAsset
    metadata: Mapping[str, Any] | None
    count: int = 0
    bytes_sent: int = 0
    started: float = field(default_factory=time.monotonic)


def _changed(planned: PlannedAsset) -> bool:
    try:
        return FileStamp.of(planned.local.file) != planned.state
    except OSError:
        return True


def _require_unchanged(planned: PlannedAsset) -> None:
    if _changed(planned):
        raise _file_changed(planned)


def _file_changed(planned: PlannedAsset) -> SscError:
    return error(
        kinds.ARCHIVE_FILE_CHANGED, file=planned.local.path, expected="the file as it was when the upload was planned"
    )


def upload_sessions(
    groups: Sequence[Sequence[PlannedAsset]], *, prepare: Prepare, send: Send, jobs: int, stop: threading.Event
) -> Iterator[AssetOutcome]:
    """Upload all sessions, `jobs` assets at a time; yields each outcome soon after it comes.

    A session is sent as soon as its NWB file is prepared: first its videos, then the file itself. An NWB file whose
    video failed is not sent (the archive must not show it without), and yields nothing; nor do the videos of a file
    that cannot be prepared. After a problem that every other asset would meet too, nothing more is begun. Ends soon
    after `stop` is set.
    """
    outcomes: queue.SimpleQueue[AssetOutcome] = queue.SimpleQueue()
    halted = threading.Event()
    senders = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="ssc-to-nwb-send")
    # A thread for each session, which waits nearly all the time.
    sessions = ThreadPoolExecutor(max_workers=max(1, len(groups)), thread_name_prefix="ssc-to-nwb-session")

    def is_sent(asset: PlannedAsset, metadata: Mapping[str, Any] | None) -> bool:
        if halted.is_set():
            return False
        outcome = send(asset, metadata)
        if outcome.problem is not None and is_fatal(outcome.problem):
            halted.set()
        outcomes.put(outcome)
        return outcome.status == "uploaded"

    def upload(videos: Sequence[PlannedAsset], nwb: PlannedAsset | None, preparing: Future[Prepared] | None) -> None:
        metadata = None
        if nwb is not None and preparing is not None:
            found = _prepared(preparing, path=nwb.local.path)
            if found.problem is not None:
                path, size, problem = nwb.local.path, nwb.local.size, found.problem
                outcomes.put(AssetOutcome(path=path, size=size, action=nwb.action, status="failed", problem=problem))
                return
            metadata = found.metadata
        sending = [senders.submit(is_sent, video, None) for video in videos]
        sent = [video.result() for video in sending]
        if nwb is not None and all(sent):
            senders.submit(is_sent, nwb, metadata).result()

    try:
        under_way = set()
        for group in groups:
            nwb = next((asset for asset in group if asset.local.is_nwb), None)
            videos = [asset for asset in group if asset is not nwb]
            under_way.add(sessions.submit(upload, videos, nwb, None if nwb is None else prepare(nwb)))
        while under_way and not stop.is_set():
            # In slices: a wait without end cannot be interrupted on every platform.
            ended, under_way = wait(under_way, timeout=_POLL_S, return_when=FIRST_COMPLETED)
            while not outcomes.empty():
                yield outcomes.get()
            for session in ended:
                session.result()
    finally:
        for pool in (sessions, senders):
            pool.shutdown(wait=False, cancel_futures=True)


def _prepared(preparing: Future[Prepared], *, path: str) -> Prepared:
    """What came of the preparation; a worker that died (for want of memory, say) is a problem of the file."""
    try:
        return preparing.result()
    except BrokenProcessPool as failure:
        problem = Problem(kind=kinds.ARCHIVE_PREPARATION_DIED, file=path, detail=str(failure))
        return Prepared(metadata={}, problem=problem)
