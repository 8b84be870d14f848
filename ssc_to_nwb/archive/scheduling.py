"""Which asset is uploaded when: several at once, and an NWB file only once its own videos are there."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from ssc_to_nwb.archive.failures import is_fatal
from ssc_to_nwb.archive.plan import PlannedAsset
from ssc_to_nwb.archive.results import AssetOutcome, Status

Upload = Callable[[PlannedAsset], AssetOutcome]
_POLL_S = 1.0


@dataclass(slots=True)
class _Group:
    """The videos of a session that are still to come, and the NWB file that waits for them."""

    waiting: list[PlannedAsset]
    open_videos: int
    failed: bool = field(default=False)


def upload_in_order(
    groups: Sequence[Sequence[PlannedAsset]], upload: Upload, *, jobs: int, stop: threading.Event
) -> Iterator[AssetOutcome]:
    """Upload all groups, `jobs` assets at a time; yields each outcome as it comes.

    An NWB file whose video failed is not uploaded (the archive must not show it without), and yields nothing. After a
    problem that would meet every other asset too, nothing more is begun. Ctrl-C sets `stop` and is passed on.
    """
    finished: queue.Queue[Future[AssetOutcome | None]] = queue.Queue()
    halted = threading.Event()

    def upload_unless_halted(asset: PlannedAsset) -> AssetOutcome | None:
        if halted.is_set():
            return None
        outcome = upload(asset)
        if outcome.problem is not None and is_fatal(outcome.problem):
            halted.set()
        return outcome

    with ThreadPoolExecutor(max_workers=jobs) as pool:
        pending: dict[Future[AssetOutcome | None], _Group] = {}

        def begin(assets: Sequence[PlannedAsset], group: _Group) -> None:
            for asset in assets:
                future = pool.submit(upload_unless_halted, asset)
                pending[future] = group
                future.add_done_callback(finished.put)

        try:
            for assets in groups:
                videos = [asset for asset in assets if not asset.local.is_nwb]
                nwb_files = [asset for asset in assets if asset.local.is_nwb]
                group = _Group(waiting=nwb_files if videos else [], open_videos=len(videos))
                begin(videos or nwb_files, group)
            while pending:
                future = _next(finished)
                group = pending.pop(future)
                outcome = future.result()
                if outcome is None:
                    continue
                yield outcome
                group.open_videos -= 1
                group.failed = group.failed or outcome.status is not Status.UPLOADED
                if group.open_videos == 0 and not group.failed:
                    begin(group.waiting, group)
        except BaseException:
            # Ctrl-C, or a record that cannot be written: what is under way ends at its next piece.
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _next(finished: queue.Queue[Future[AssetOutcome | None]]) -> Future[AssetOutcome | None]:
    """Wait for the next one, in slices: a wait without end cannot be interrupted on every platform."""
    while True:
        try:
            return finished.get(timeout=_POLL_S)
        except queue.Empty:
            continue
