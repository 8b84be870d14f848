"""Validates files one after the other, or several at a time in processes of their own."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from ssc_to_nwb.parallel import without_main_module
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.validate.messages import Message, message_of

_OBJECTS_BETWEEN_SEARCHES = 50_000

FileMessages = tuple[Path, tuple[Message, ...]]
Task = Future[tuple[Message, ...]]


def validate_each(files: Sequence[Path], *, workers: int) -> Iterator[FileMessages]:
    """(file, its messages) as they are done; with more than one worker in the order in which they end.

    nwbinspector's own pool can't be used: its checks, configured, can't be pickled. Here every process makes its own.
    """
    if workers == 1 or len(files) == 1:
        from ssc_to_nwb.validate.dandi_rules import client_reads_ahead

        for file in files:
            with client_reads_ahead(file):
                messages = validate_in_process(file)
            yield file, messages
        return
    # Not fork: this process may have threads and open HDF5 files.
    pool = ProcessPoolExecutor(max_workers=min(workers, len(files)), mp_context=get_context("spawn"))
    try:
        with without_main_module():
            tasks: dict[Task, Path] = {pool.submit(validate_in_process, file): file for file in files}
        for task in as_completed(tasks):
            yield tasks[task], _result(task, file=tasks[task])
    finally:
        # An interruption must not wait for files that nobody has begun with.
        pool.shutdown(cancel_futures=True)


def validate_in_process(file: Path) -> tuple[Message, ...]:
    """The messages of one file, which are recorded; what a worker process runs."""
    # hdmf makes hundreds of thousands of objects: to search them for cycles again and again takes a tenth of the time.
    thresholds = gc.get_threshold()
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES, *thresholds[1:])
    try:
        from ssc_to_nwb.validate.recorded import validate_and_record

        return validate_and_record(file)
    finally:
        gc.set_threshold(*thresholds)


def _result(task: Task, *, file: Path) -> tuple[Message, ...]:
    try:
        return task.result()
    except BrokenProcessPool as failure:
        return (message_of(kinds.VALIDATION_CUT_SHORT, file=file, text=str(failure)),)
