"""The workers of a Dask cluster, which see the same files under the same paths."""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from typing import Any

from ssc_to_nwb.nwb_file.results import OnProgress, Progress
from ssc_to_nwb.problems import run_kinds as kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.run.workers import Workers

_CONNECT_SECONDS = 20
_CLOSE_SECONDS = 3


def dask_workers(address: str, *, report: OnProgress) -> Workers:
    """Connect to a scheduler, empty for Dask's own configuration; progress comes back as Dask's own events.

    Dask begins a session again where its worker dies, a few times. Raises extra-not-installed, cluster-unreachable.
    """
    client = _connect(address)
    topic = f"ssc-to-nwb-{uuid.uuid4().hex}"
    names = [one.name for one in fields(Progress)]
    client.subscribe_topic(topic, lambda event: report(Progress(**dict(zip(names, event[1], strict=True)))))
    scheduler = str(client.scheduler.address)

    def lost() -> str | None:
        return None if client.status == "running" else f"the scheduler at {scheduler} went away"

    def lacks() -> str | None:
        if lost() is not None or client.scheduler_info(n_workers=1)["workers"]:
            return None
        return "a worker of the cluster"

    def close() -> None:
        with contextlib.nullcontext() if lost() is None else _in_silence():
            client.close(timeout=_CLOSE_SECONDS)

    return Workers(
        executor=client.get_executor(pure=False), report=_EventReport(topic=topic), close=close, lost=lost, lacks=lacks
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _EventReport:
    """Progress as an event of the worker that has the session."""

    topic: str

    def __call__(self, progress: Progress) -> None:
        from distributed import get_worker

        # No dictionary: Dask adds keys of its own to one.
        get_worker().log_event(self.topic, astuple(progress))


@contextmanager
def _in_silence() -> Iterator[None]:
    """Without what a client raises and logs that has lost its scheduler: the run says that itself."""
    logger = logging.getLogger("distributed.client")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with contextlib.suppress(Exception):
            yield
    finally:
        logger.setLevel(level)


def _connect(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError as failure:
        raise error(kinds.EXTRA_NOT_INSTALLED, expected="pip install 'ssc-to-nwb[cluster]'", found=failure) from failure
    try:
        return Client(address, timeout=_CONNECT_SECONDS) if address else Client(timeout=_CONNECT_SECONDS)
    except (OSError, ValueError) as failure:
        raise error(kinds.CLUSTER_UNREACHABLE, file=address or None, found=failure) from failure
