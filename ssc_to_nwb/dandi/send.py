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
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from ssc_to_nwb.dandi.assets import (
    PlannedAsset,
    asset_metadata,
    has_content,
    list_remote,
    local_checksum,
)
from ssc_to_nwb.dandi.client import Archive
from ssc_to_nwb.dandi.failures import EXPECTED, Failure, is_fatal
from ssc_to_nwb.dandi.parts import PartFlow, Room, TransferStoppedError, part_size, path_in_parts
from ssc_to_nwb.dandi.prepare import prepare
from ssc_to_nwb.dandi.results import AssetOutcome, Note, report
from ssc_to_nwb.grouping import grouped
from ssc_to_nwb.local_processes import WorkerDiedError
from ssc_to_nwb.options.archive import UploadRequest
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, SscError, error

Metadata = Mapping[str, Any]
_POLL_S = 0.5


def outcome_of(planned: PlannedAsset, **facts: Any) -> AssetOutcome:
    """What became of an asset. facts: fields of the outcome beside those that the plan gives."""
    return AssetOutcome(path=planned.path, size=planned.size, action=planned.action, **facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Everything that sending an asset needs beside the asset. room: for the parts of all files."""

    archive: Archive
    options: UploadRequest
    note: Note
    room: Room

    def send(self, planned: PlannedAsset, metadata: Metadata | None) -> AssetOutcome:
        """Send one asset, trying again where that can help; never raises for what goes wrong with it.

        metadata: what the archive wants to know of the file, its checksum among it; None: read it here.
        """
        started, bytes_sent, attempt, stop = time.monotonic(), 0, 0, self.options.stop
        waits, done, problem = self.options.retry.waits(), False, None
        wait_s: float | None = 0.0
        while wait_s is not None and not done and not stop.wait(wait_s):
            attempt += 1
            flow = PartFlow(parts=self.options.jobs_per_file, is_stopped=stop.is_set)
            failure = self._try(planned, metadata, flow, again=attempt > 1)
            bytes_sent += flow.sent
            done = failure is None
            if failure is not None:
                problem, wait_s = failure.problem, failure.next_wait_s(waits)
                if not stop.is_set():
                    self._note_failure(planned, problem, attempt=attempt, wait_s=wait_s)
        outcome = outcome_of(
            planned,
            status="uploaded" if done else "not tried" if stop.is_set() else "failed",
            attempts=attempt,
            bytes_sent=bytes_sent,
            seconds=round(time.monotonic() - started, 3),
            checksum=local_checksum(planned.local) if done else None,
            problem=None if done or stop.is_set() else problem,
        )
        names = ("path", "size", "status", "attempts", "bytes_sent", "checksum", "seconds")
        self.note("asset", **{name: getattr(outcome, name) for name in names})
        why = "" if outcome.problem is None else outcome.problem.kind.title
        report(self.options, "done" if done else "failed", planned, done=bytes_sent, note=why)
        return outcome

    def _note_failure(self, planned: PlannedAsset, problem: Problem, *, attempt: int, wait_s: float | None) -> None:
        """Write down that a try has failed; say that there is another one, if there is."""
        facts = {"problem": problem.kind.identifier, "found": problem.found, "detail": problem.detail}
        self.note("try-failed", path=planned.path, attempt=attempt, again=wait_s is not None, **facts)
        if wait_s is not None:
            report(self.options, "waiting", planned, note=f"{problem.kind.title}; again in {wait_s:.0f} s")

    def _try(self, planned: PlannedAsset, metadata: Metadata | None, flow: PartFlow, *, again: bool) -> Failure | None:
        """One try: None when the asset is there, otherwise what went wrong.

        A file that is no longer as it was explains whatever else went wrong with it.
        """
        expected = "the file as it was when the upload was planned"
        changed = error(kinds.ARCHIVE_FILE_CHANGED, file=planned.path, expected=expected)
        try:
            if not planned.has_changed:
                self._send(planned, metadata, flow, again=again)
            return self.archive.failure(changed) if planned.has_changed else None
        except TransferStoppedError:
            return Failure(problem=Problem(kind=kinds.ARCHIVE_INTERRUPTED, file=planned.path), retriable=True)
        except EXPECTED as failure:
            as_it_is = isinstance(failure, SscError) or not planned.has_changed
            return self.archive.failure(failure if as_it_is else changed, file=planned.path)

    def _send(self, planned: PlannedAsset, metadata: Metadata | None, flow: PartFlow, *, again: bool) -> None:
        local, remote, size = planned.local, planned.remote, planned.size
        report(self.options, "checksum", planned)
        if again:
            remote = list_remote(self.archive.dandiset, prefix=local.path).get(local.path)
            if has_content(remote, local, size=size):
                return
        wanted = asset_metadata(local) if metadata is None else dict(metadata)
        guarded = replace(local, filepath=path_in_parts(local.filepath, flow))
        with self.room.taken(min(size, part_size(size) * self.options.jobs_per_file)):
            for status in guarded.iter_upload(
                self.archive.dandiset, wanted, jobs=self.options.jobs_per_file, replacing=remote
            ):
                if status["status"] == "uploading":
                    flow.note_sent(status["current"])
                    report(self.options, "uploading", planned, done=status["current"])
                if self.options.stop.is_set():
                    raise TransferStoppedError

    def send_sessions(self, to_send: Sequence[PlannedAsset], *, preparation: Executor) -> Iterator[AssetOutcome]:
        """Send assets by session, as many at a time as the options say; yields each outcome soon after it comes.

        A session is sent as soon as its NWB file is prepared: first its videos, then the file itself. An NWB file whose
        video failed is not sent (the archive must not show it without), and yields nothing; nor do the videos of a file
        that cannot be prepared. After a problem that every other asset would meet too, nothing more is begun. Ends soon
        after `stop` of the options is set.
        """
        sessions = sorted(grouped(to_send, attrgetter("session")).items())
        outcomes: queue.SimpleQueue[AssetOutcome] = queue.SimpleQueue()
        halted = threading.Event()
        senders = ThreadPoolExecutor(max_workers=self.options.jobs, thread_name_prefix="ssc-to-nwb-send")
        # A thread for each session, which waits nearly all the time.
        waiters = ThreadPoolExecutor(max_workers=max(1, len(sessions)), thread_name_prefix="ssc-to-nwb-session")

        def is_sent(asset: PlannedAsset, metadata: Metadata | None) -> bool:
            if halted.is_set():
                return False
            outcome = self.send(asset, metadata)
            if outcome.problem is not None and is_fatal(outcome.problem):
                halted.set()
            outcomes.put(outcome)
            return outcome.status == "uploaded"

        def send_session(
            nwb: PlannedAsset | None, videos: Sequence[PlannedAsset], preparing: Future[dict[str, Any]] | None
        ) -> None:
            metadata = None
            if nwb is not None and preparing is not None:
                try:
                    metadata = preparing.result()
                except (SscError, WorkerDiedError) as failure:
                    outcomes.put(_unprepared(nwb, failure))
                    return
            sending = [senders.submit(is_sent, video, None) for video in videos]
            sent = [video.result() for video in sending]
            if nwb is not None and all(sent):
                senders.submit(is_sent, nwb, metadata).result()

        try:
            under_way = set()
            for _, assets in sessions:
                # The archive may have the NWB file already, and lack videos.
                nwb = next((one for one in assets if one.is_nwb), None)
                videos = [one for one in assets if not one.is_nwb]
                preparing = None if nwb is None else preparation.submit(prepare, nwb.local, self.options.validation)
                under_way.add(waiters.submit(send_session, nwb, videos, preparing))
            while under_way and not self.options.stop.is_set():
                # In slices: a wait without end cannot be interrupted on every platform.
                ended, under_way = wait(under_way, timeout=_POLL_S, return_when=FIRST_COMPLETED)
                while not outcomes.empty():
                    yield outcomes.get()
                for waiter in ended:
                    waiter.result()
        finally:
            for pool in (waiters, senders):
                pool.shutdown(wait=False, cancel_futures=True)


def _unprepared(nwb: PlannedAsset, failure: SscError | WorkerDiedError) -> AssetOutcome:
    """The outcome of a file that could not be prepared; the worker may have died, for want of memory, say."""
    if isinstance(failure, SscError):
        problem = failure.problem
    else:
        problem = Problem(kind=kinds.ARCHIVE_PREPARATION_DIED, file=nwb.path, detail=str(failure))
    return outcome_of(nwb, status="failed", problem=problem)
