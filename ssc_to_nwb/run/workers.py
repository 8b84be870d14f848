"""Where sessions are converted: an executor of `concurrent.futures`, and in what one differs from another."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import pickle
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from functools import partial
from typing import Any

from ssc_to_nwb._version import __version__
from ssc_to_nwb.local_processes import LocalProcesses, PipeReport
from ssc_to_nwb.nwb_file.results import OnProgress, Progress, no_progress
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.process_start import CONVERSION
from ssc_to_nwb.run.job import JobResult, RunSettings, SessionJob
from ssc_to_nwb.run.machine import at_once
from ssc_to_nwb.run.output import RunCard
from ssc_to_nwb.run.session_work import do_job

# How long a worker may take to notice that its run is over: it looks once a second.
_NOTICE_SECONDS = 3.0
_CONNECT_SECONDS = 20
_CLOSE_SECONDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """An executor and how a run deals with it.

    report: sends progress to the run, from wherever a worker is; capacity: how many sessions go at once, None where
    that is the executor's own business, and all are handed over at once; kill: ends what is under way, None where
    that has to notice by itself that its run is over; close: gives back what the run holds; lost: why nothing will
    come back any more; lacks: what is missing to go on, None where nothing is.
    """

    executor: Executor
    report: OnProgress = no_progress
    capacity: int | None = None
    kill: Callable[[], None] | None = None
    close: Callable[[], None] = lambda: None
    lost: Callable[[], str | None] = lambda: None
    lacks: Callable[[], str | None] = lambda: None

    def submit(self, job: SessionJob, card: RunCard) -> Future[JobResult]:
        """Hand a job over. The future's exception says how the worker was lost, or why it could not begin."""
        try:
            return self.executor.submit(do_job, __version__, pickle.dumps((job, card)), self.report)
        except Exception as failure:  # noqa: BLE001 - an executor that takes no work any more is a lost one
            refused: Future[JobResult] = Future()
            refused.set_exception(failure)
            return refused

    def stop(self, futures: Iterable[Future[JobResult]]) -> None:
        """End what is under way, within seconds; the card of the run is gone already."""
        under_way = [future for future in futures if not future.cancel()]
        if self.kill is not None:
            self.kill()
        wait(under_way, timeout=_NOTICE_SECONDS)


def workers_for(settings: RunSettings, *, sessions: int, report: OnProgress) -> Workers:
    """Those that were asked for, for so many sessions; `report` is called with progress, in threads of this process."""
    request = settings.request
    if sessions and request.dask is not None:
        return _dask_workers(request.dask, report=report)
    if request.executor is not None:
        # It has no way to send progress, and is its owner's to close.
        return Workers(executor=request.executor)
    # A daemon process, such as a worker of somebody else's pool, may not have processes of its own.
    if multiprocessing.current_process().daemon:
        threads = ThreadPoolExecutor(1)
        return Workers(executor=threads, report=report, capacity=1, close=lambda: threads.shutdown(wait=False))
    # A failure inside a library may have left its process in any state.
    capacity = at_once(settings.options, sessions)
    processes = LocalProcesses(
        capacity, preloaded=CONVERSION, report=report, reusable=lambda result: bool(result[0].ok)
    )
    return Workers(
        executor=processes, report=PipeReport(), capacity=capacity, kill=processes.kill, close=processes.shutdown
    )


def _dask_workers(address: str, *, report: OnProgress) -> Workers:
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
        executor=client.get_executor(pure=False), report=partial(_log_event, topic), close=close, lost=lost, lacks=lacks
    )


def _log_event(topic: str, progress: Progress) -> None:
    """Progress as an event of the worker that has the session."""
    from distributed import get_worker

    # No dictionary: Dask adds keys of its own to one.
    get_worker().log_event(topic, astuple(progress))


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

        return Client(address or None, timeout=_CONNECT_SECONDS)
    except ImportError as failure:
        raise error(kinds.EXTRA_NOT_INSTALLED, expected="pip install 'ssc-to-nwb[cluster]'", found=failure) from failure
    except (OSError, ValueError) as failure:
        raise error(kinds.CLUSTER_UNREACHABLE, file=address or None, found=failure) from failure
