"""Runs the conversion of many sessions on one output: one run at a time, what is done is not done again."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from queue import SimpleQueue

from ssc_to_nwb import run_files
from ssc_to_nwb.json_lines import JsonLines
from ssc_to_nwb.local_processes import signals_to
from ssc_to_nwb.nwb_file.results import SessionOutcome
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.problems.system_errors import system_errors_named
from ssc_to_nwb.run.estimate import check_space
from ssc_to_nwb.run.events import EventName, OnEvent, RunEvent
from ssc_to_nwb.run.job import RunSettings
from ssc_to_nwb.run.output import RunCard, output_lock, put_in_order, remove_unfinished_files
from ssc_to_nwb.run.record import read_record
from ssc_to_nwb.run.resume import Decider, Decision
from ssc_to_nwb.run.session_loop import Message, SessionLoop
from ssc_to_nwb.run.session_sources import SessionSource, SourceSearch, checked_metadata
from ssc_to_nwb.run.workers import workers_for


def run_sessions(
    sources: Sequence[SessionSource], settings: RunSettings, *, search: SourceSearch, on_event: OnEvent
) -> tuple[tuple[SessionOutcome, ...], int | None]:
    """Convert what is not done yet; an outcome per session, in this order, and the signal that ended the run, if any.

    Raises metadata-* where every session would meet it, output-in-use, output-not-writable, file-locks-missing,
    record-unwritable, space-short, extra-not-installed, cluster-unreachable.
    """
    start = time.monotonic()
    metadata = checked_metadata(sources, settings.metadata_files)
    with ExitStack() as stack:
        card = stack.enter_context(output_lock(settings.output, work_folder=settings.work_folder))
        path = run_files.run_record(settings.output)
        try:
            record, histories = stack.enter_context(JsonLines(path)), read_record(settings.output)
        except OSError as failure:
            raise error(kinds.RECORD_UNWRITABLE, file=path, found=failure) from failure
        with system_errors_named(settings.output):
            put_in_order(histories.values(), settings.output)
        search.save()
        decider = Decider(settings=settings, histories=histories, metadata=metadata)
        decisions = [decider.decide(source) for source in sources]
        to_do = [decision for decision in decisions if decision.action == "convert"]
        if to_do and not settings.request.ignore_space:
            check_space(to_do, settings)
        started = {
            "sessions": len(decisions),
            "to_do": len(to_do),
            "skipped": sum(decision.action == "skip" for decision in decisions),
            "source_bytes": sum(decision.sizes.source_bytes for decision in to_do),
        }
        on_event(RunEvent(name="run-started", fields=started))
        done = {outcome.session: outcome for one in decisions if (outcome := one.outcome()) is not None}
        for outcome in done.values():
            name: EventName = "session-skipped" if outcome.ok else "session-finished"
            on_event(RunEvent(name=name, session=outcome.session, fields=outcome.as_dict()))
        loop = _convert(to_do, settings, record, card, on_event)
        with contextlib.suppress(OSError):
            remove_unfinished_files(settings.output)
    by_name = {**done, **loop.outcomes}
    outcomes = tuple(by_name[source.name] for source in sources)
    failed = sum(not outcome.ok for outcome in outcomes)
    finished = {
        "ok": not failed,
        "done": len(outcomes) - failed,
        "failed": failed,
        "signal": loop.stopped_by,
        "seconds": round(time.monotonic() - start, 3),
    }
    on_event(RunEvent(name="run-finished", fields=finished))
    return outcomes, loop.stopped_by


def _convert(
    to_do: list[Decision], settings: RunSettings, record: JsonLines, card: RunCard, on_event: OnEvent
) -> SessionLoop:
    inbox: SimpleQueue[Message] = SimpleQueue()
    with closing(workers_for(settings, sessions=len(to_do), report=inbox.put)) as workers:
        loop = SessionLoop(settings=settings, workers=workers, inbox=inbox, card=card, record=record, on_event=on_event)
        with signals_to(inbox.put):
            # The largest first, so that no long one is left to the end alone.
            by_size = sorted(to_do, key=lambda decision: decision.sizes.source_bytes, reverse=True)
            loop.run(decision.job for decision in by_size if decision.job is not None)
    return loop
