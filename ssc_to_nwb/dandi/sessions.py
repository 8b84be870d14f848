"""Which asset is sent when: an NWB file is prepared first, then its videos are sent, and then the file itself."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ssc_to_nwb.dandi.failures import is_fatal
from ssc_to_nwb.dandi.listing import PlannedAsset
from ssc_to_nwb.dandi.prepare import Prepared, prepared
from ssc_to_nwb.dandi.results import AssetOutcome, Status

Prepare = Callable[[PlannedAsset], Future[Prepared]]
Send = Callable[[PlannedAsset, Mapping[str, Any] | None], AssetOutcome]
_POLL_S = 0.5


@dataclass(slots=True)
class _Session:
    """The videos that are still to be sent, and the NWB file that waits for them with its metadata."""

    nwb: PlannedAsset | None
    videos: list[PlannedAsset]
    open_videos: int = 0
    failed: bool = False
    metadata: dict[str, Any] | None = None


def upload_sessions(
    groups: Sequence[Sequence[PlannedAsset]], *, prepare: Prepare, send: Send, jobs: int, stop: threading.Event
) -> Iterator[AssetOutcome]:
    """Upload all sessions, `jobs` assets at a time; yields each outcome as it comes.

    A session is sent as soon as its NWB file is prepared. An NWB file whose video failed is not sent (the archive must
    not show it without), and yields nothing; nor do the videos of a file that cannot be prepared. After a problem that
    every other asset would meet too, nothing more is begun. Ends soon after `stop` is set.
    """
    run = _Run(prepare=prepare, send=send, stop=stop)
    pool = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="ssc-to-nwb-send")
    try:
        yield from run.outcomes(groups, pool)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


class _Run:
    def __init__(self, *, prepare: Prepare, send: Send, stop: threading.Event) -> None:
        self._prepare = prepare
        self._send = send
        self._stop = stop
        self._halted = threading.Event()
        self._finished: queue.Queue[tuple[_Session, PlannedAsset, Future[Any]]] = queue.Queue()
        self._under_way = 0

    def outcomes(self, groups: Sequence[Sequence[PlannedAsset]], pool: ThreadPoolExecutor) -> Iterator[AssetOutcome]:
        """Begin with every session, and go on with each as its assets are done."""
        for group in groups:
            nwb = next((asset for asset in group if asset.local.is_nwb), None)
            session = _Session(nwb=nwb, videos=[asset for asset in group if not asset.local.is_nwb])
            if nwb is None:
                self._begin_sending(session, pool)
            else:
                self._watch(session, nwb, self._prepare(nwb))
        while self._under_way and not self._stop.is_set():
            try:
                # In slices: a wait without end cannot be interrupted on every platform.
                session, asset, future = self._finished.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            self._under_way -= 1
            outcome = self._go_on(session, asset, future, pool)
            if outcome is not None:
                yield outcome

    def _go_on(
        self, session: _Session, asset: PlannedAsset, future: Future[Any], pool: ThreadPoolExecutor
    ) -> AssetOutcome | None:
        if asset is session.nwb and session.metadata is None:
            found = prepared(future, path=asset.local.path)
            if found.problem is not None:
                local, action = asset.local, asset.action
                return AssetOutcome(
                    path=local.path, size=local.size, action=action, status=Status.FAILED, problem=found.problem
                )
            session.metadata = found.metadata
            self._begin_sending(session, pool)
            return None
        outcome: AssetOutcome | None = future.result()
        if asset is not session.nwb:
            session.open_videos -= 1
            session.failed |= outcome is None or outcome.status is not Status.UPLOADED
            if session.open_videos == 0 and session.nwb is not None and not session.failed:
                self._begin(session, session.nwb, pool)
        return outcome

    def _begin_sending(self, session: _Session, pool: ThreadPoolExecutor) -> None:
        session.open_videos = len(session.videos)
        for video in session.videos:
            self._begin(session, video, pool)
        if session.nwb is not None and not session.videos:
            self._begin(session, session.nwb, pool)

    def _begin(self, session: _Session, asset: PlannedAsset, pool: ThreadPoolExecutor) -> None:
        metadata = session.metadata if asset is session.nwb else None
        self._watch(session, asset, pool.submit(self._send_unless_halted, asset, metadata))

    def _send_unless_halted(self, asset: PlannedAsset, metadata: Mapping[str, Any] | None) -> AssetOutcome | None:
        if self._halted.is_set():
            return None
        outcome = self._send(asset, metadata)
        if outcome.problem is not None and is_fatal(outcome.problem):
            self._halted.set()
        return outcome

    def _watch(self, session: _Session, asset: PlannedAsset, future: Future[Any]) -> None:
        self._under_way += 1
        future.add_done_callback(lambda done: self._finished.put((session, asset, done)))
