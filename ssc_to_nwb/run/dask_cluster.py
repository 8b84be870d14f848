"""Sessions on the workers of a Dask cluster, which see the same files under the same paths."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from ssc_to_nwb.nwb_file.results import OnProgress, Progress
from ssc_to_nwb.nwb_file.zarr_fills import ZarrFill, fill_in_threads, fill_plane
from ssc_to_nwb.problems import run_kinds as kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.run.any_executor import NOTICE_SECONDS, AnyExecutor
from ssc_to_nwb.run.attempt import AttemptCall, AttemptResult, run_attempt

# Frames of a session whose planes are worth being dealt to several workers, where the backend allows it.
LARGE_BYTES = 10**9
_CONNECT_SECONDS = "20s"
_PROGRESS_SECONDS = 0.2


class DaskCluster(AnyExecutor):
    """An executor over `distributed.Client`. All attempts are handed over at once; Dask deals them to its workers.

    Dask begins an attempt again where its worker dies, a few times. Progress comes back as Dask's own events.
    """

    def __init__(self, address: str, *, report: OnProgress) -> None:
        """`address` of a scheduler, empty for Dask's configuration. Raises extra-not-installed, cluster-unreachable."""
        self._client = _connect(address)
        self._topic = f"ssc-to-nwb-{uuid.uuid4().hex}"
        self._client.subscribe_topic(self._topic, _Receiver(report))
        run = partial(attempt_on_worker, topic=self._topic, large_bytes=LARGE_BYTES)
        super().__init__(self._client.get_executor(pure=False), run=run)

    def close(self) -> None:
        """Leave the cluster, which goes on without."""
        self._client.unsubscribe_topic(self._topic)
        self._client.close(timeout=NOTICE_SECONDS)

    def waits_for(self) -> str | None:
        """Workers, where the cluster has none at present."""
        return None if self._client.scheduler_info(n_workers=1)["workers"] else "a worker of the cluster"


def attempt_on_worker(call: AttemptCall, *, topic: str, large_bytes: int) -> AttemptResult:
    """What a worker of the cluster runs; planes are dealt on where their frames come to `large_bytes`."""
    from distributed import get_worker

    if not call.output.is_dir():
        raise error(kinds.CLUSTER_SEES_NO_FILES, file=call.output)
    sender = _Sender(get_worker(), topic)
    return run_attempt(call, report=sender, fill_planes=partial(deal_planes, large_bytes=large_bytes))


def deal_planes(fills: Sequence[ZarrFill], *, workers: int, memory_mb: float, large_bytes: int) -> Iterator[int]:
    """Have each plane written by whichever worker is free; yields the bytes of each plane that is written.

    This worker takes part: its place among those that work is free while it waits.
    """
    if len(fills) < 2 or sum(fill.byte_size for fill in fills) < large_bytes:
        yield from fill_in_threads(fills, workers=workers, memory_mb=memory_mb)
        return
    from distributed import as_completed, worker_client

    with worker_client() as client:
        futures = client.map(partial(fill_plane, workers=workers, memory_mb=memory_mb), fills, pure=False)
        for _, written in as_completed(futures, with_results=True):
            yield written


class _Sender:
    """Sends progress as an event of the worker, not too often."""

    def __init__(self, worker: Any, topic: str) -> None:
        self._worker = worker
        self._topic = topic
        self._last = ("", 0.0)

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if progress.stage == self._last[0] and now - self._last[1] < _PROGRESS_SECONDS:
            return
        self._last = (progress.stage, now)
        fields = (progress.session, progress.stage, progress.done_bytes, progress.total_bytes)
        self._worker.log_event(self._topic, fields)


class _Receiver:
    """Takes such events where the run is."""

    def __init__(self, report: OnProgress) -> None:
        self._report = report

    def __call__(self, event: tuple[float, Any]) -> None:
        session, stage, done_bytes, total_bytes = event[1]
        self._report(Progress(session=session, stage=stage, done_bytes=done_bytes, total_bytes=total_bytes))


def _connect(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError as failure:
        raise error(kinds.EXTRA_MISSING, expected="pip install 'ssc-to-nwb[cluster]'", found=failure) from failure
    try:
        return Client(address, timeout=_CONNECT_SECONDS) if address else Client(timeout=_CONNECT_SECONDS)
    except (OSError, ValueError) as failure:
        raise error(kinds.CLUSTER_UNREACHABLE, file=address or None, found=failure) from failure
