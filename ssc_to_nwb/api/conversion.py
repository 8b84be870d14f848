"""Convert sessions to NWB files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ssc_to_nwb.nwb_file.options import CompressionName, ConversionOptions, RawMode, VerifyMode
    from ssc_to_nwb.nwb_file.results import OnProgress, SessionOutcome
    from ssc_to_nwb.problems.model import Problem
    from ssc_to_nwb.run.events import OnEvent, RunEvent
    from ssc_to_nwb.run.runner import MakeWorkers
    from ssc_to_nwb.run.session_sources import PackedListings, SessionSource


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionResult:
    """The result of a run.

    Attributes
    ----------
    outcomes : tuple of SessionOutcome
        One per session, in the order of animal and date.
    not_taken : tuple of Problem
        A warning for each MATLAB file of the source that is not a session.
    """

    outcomes: tuple[SessionOutcome, ...]
    not_taken: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every session asked for is done."""
        return all(outcome.ok for outcome in self.outcomes)

    @property
    def outputs(self) -> tuple[Path, ...]:
        """The finished NWB files."""
        return tuple(outcome.output for outcome in self.outcomes if outcome.ok and outcome.output is not None)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "ok": self.ok,
            "sessions": [outcome.as_dict() for outcome in self.outcomes],
            "not_taken": [problem.as_dict() for problem in self.not_taken],
        }


class ConversionInterrupted(KeyboardInterrupt):
    """SIGINT, SIGTERM or SIGHUP ended a run in order: nothing incomplete is left behind.

    Attributes
    ----------
    result : ConversionResult
        What was done before.
    signal : int
        Number of the signal.
    """

    def __init__(self, result: ConversionResult, signal: int) -> None:
        super().__init__(f"signal {signal}")
        self.result = result
        self.signal = signal


def convert(
    *,
    source: Path | str,
    output: Path | str,
    sessions: Sequence[str] = (),
    metadata_files: Sequence[Path | str] = (),
    overwrite: bool = False,
    stub: bool = False,
    raw: RawMode = "auto",
    keep_going: bool = False,
    compression: CompressionName = "fast",
    chunk_mb: float | None = None,
    workers: int | None = None,
    memory_mb: float | None = None,
    verify: VerifyMode = "full",
    allow_unmapped: bool = False,
    link_videos: bool = False,
    retry: int = 1,
    rehash: bool = False,
    ignore_space: bool = False,
    work_dir: Path | str | None = None,
    dask: str | None = None,
    executor: Executor | None = None,
    events: Path | str | None = None,
    on_progress: OnProgress | None = None,
    on_event: OnEvent | None = None,
) -> ConversionResult:
    """Convert every session found in `source` to one NWB file each, below `output`, in the layout that DANDI expects.

    Finished sessions are skipped, unless their source files have changed; the outcome says what has changed. If other
    options or metadata would change a finished file, the session is refused (session-would-change) until `overwrite`.
    Sessions run in processes, as many at once as `workers` and `memory_mb` allow, and their frames in threads. A
    session that fails does not stop the others: look at `ok` and at the outcomes.

    Parameters
    ----------
    source : path or str
        A folder with the layout of the dataset, a session file, or a packed file (.tar, .tar.gz, .zip). Packed files
        inside a folder are found too.
    output : path or str
        Folder for the NWB files. It is created.
    sessions : sequence of str
        Patterns for names such as `an197522_2013_03_08`. Empty: all sessions.
    metadata_files : sequence of path or str
        YAML files on top of the dataset's own metadata; later ones win.
    overwrite : bool
        Replace NWB files that exist.
    stub : bool
        Write small but valid files: a few trials, every data type.
    raw : {"auto", "require", "skip"}
        Raw files: use what is there, require all that are listed, or use none.
    keep_going : bool
        Turn damaged raw files into gaps, with a warning.
    compression : {"fast", "small", "none"}
        Compression of the frames. Readers need no plug-in.
    chunk_mb : float, optional
        Size of a chunk of frames before compression, in 2^20 bytes.
    workers : int, optional
        Threads of the whole run. None: all processors.
    memory_mb : float, optional
        Memory of the whole run in 2^20 bytes, beyond what the libraries take. None: half of the machine's.
    verify : {"full", "sample", "off"}
        Reopen each file and compare it with its source before it gets its final name.
    allow_unmapped : bool
        Keep unknown source fields verbatim.
    link_videos : bool
        Link the whisker videos into the output instead of copying them.
    retry : int
        How often to repeat a session after a failure that may be temporary.
    rehash : bool
        Detect changes of source files by their content, not by size and time.
    ignore_space : bool
        Start even if the disk seems too small.
    work_dir : path or str, optional
        Folder for unpacking packed sessions. None: inside `output`.
    dask : str, optional
        Address of a Dask scheduler, or "" for Dask's own configuration.
    executor : concurrent.futures.Executor, optional
        An executor whose workers see the same files. `workers` and `memory_mb` are then those of each session.
    events : path or str, optional
        File for events, as JSON lines.
    on_progress, on_event : callable, optional
        Called with the progress of a session, and with each event.

    Returns
    -------
    ConversionResult
        One outcome per session, and the MATLAB files that are not sessions.

    Raises
    ------
    SscError
        If nothing can be started: source-missing, no-session-found, session-found-twice, `metadata-*`,
        output-not-named, output-is-source, output-not-writable, output-in-use, file-locks-missing,
        record-unwritable, space-short, extra-not-installed, cluster-unreachable, events-unwritable.
    ConversionInterrupted
        If a signal ended the run. It has the result so far.

    Examples
    --------
    >>> result = ssc_to_nwb.convert(source="/data/ssc-1", output="/data/ssc-1-nwb", raw="skip")
    >>> [outcome.session for outcome in result.outcomes if not outcome.ok]
    []
    """
    if dask is None and executor is None:
        _load_ahead(Path(source), Path(output))
    from ssc_to_nwb.nwb_file.results import no_progress
    from ssc_to_nwb.run.estimate import check_space
    from ssc_to_nwb.run.output_place import output_folder
    from ssc_to_nwb.run.runner import RunSettings, run_sessions
    from ssc_to_nwb.run.session_sources import find_not_taken

    options = conversion_options(
        raw=raw,
        keep_going=keep_going,
        compression=compression,
        chunk_mb=chunk_mb,
        workers=workers,
        memory_mb=memory_mb,
        verify=verify,
        stub=stub,
        overwrite=overwrite,
        allow_unmapped=allow_unmapped,
        link_videos=link_videos,
    )
    settings = RunSettings(
        output=output_folder(output, source=source),
        options=options,
        metadata_files=tuple(Path(path).absolute() for path in metadata_files),
        retry=retry,
        rehash=rehash,
        work_folder=None if work_dir is None else Path(work_dir).absolute(),
        workers=_workers_maker(dask, executor),
    )
    with _event_sink(events, on_event) as sink:
        sources, listings = _find(Path(source), settings.output, sessions, sink)
        not_taken = find_not_taken(Path(source), listings=listings, output=settings.output)
        result = run_sessions(
            sources,
            settings,
            listings=listings,
            check_space=None if ignore_space else partial(check_space, settings=settings),
            on_progress=on_progress or no_progress,
            on_event=sink,
        )
    conversion = ConversionResult(outcomes=result.outcomes, not_taken=not_taken)
    if result.stopped_by is not None:
        raise ConversionInterrupted(conversion, result.stopped_by)
    return conversion


def _load_ahead(source: Path, output: Path) -> None:
    """Begin to load what converts, beside what this process loads, where there is surely something to convert."""
    from ssc_to_nwb.run.local_processes import load_ahead
    from ssc_to_nwb.run_files import run_record

    if source.exists() and not run_record(output).exists():
        load_ahead()


def conversion_options(
    *,
    chunk_mb: float | None = None,
    workers: int | None = None,
    memory_mb: float | None = None,
    **others: Any,
) -> ConversionOptions:
    """The options of a conversion, with what is None filled in for this machine.

    Parameters
    ----------
    chunk_mb : float or None, optional
        Size of the chunks of frames in MB; the package's own where None.
    workers : int or None, optional
        Threads of the whole run; one per processor where None.
    memory_mb : float or None, optional
        What all sessions together may use, in MB; half the machine's memory where None.
    **others : Any
        Further fields of `ConversionOptions`, as they are.

    Returns
    -------
    ConversionOptions
        The options, none of the three missing.
    """
    from ssc_to_nwb.nwb_file.options import DEFAULT_CHUNK_MB, ConversionOptions
    from ssc_to_nwb.run.machine import half_the_memory_mb, processors

    return ConversionOptions(
        chunk_mb=DEFAULT_CHUNK_MB if chunk_mb is None else chunk_mb,
        workers=processors() if workers is None else workers,
        memory_mb=half_the_memory_mb() if memory_mb is None else memory_mb,
        **others,
    )


def _find(
    source: Path, output: Path, sessions: Sequence[str], on_event: OnEvent
) -> tuple[tuple[SessionSource, ...], PackedListings]:
    from ssc_to_nwb.run.events import RunEvent
    from ssc_to_nwb.run.output_place import check_apart
    from ssc_to_nwb.run.session_sources import PackedListings, find_sources

    def on_listing(packed: Path) -> None:
        on_event(RunEvent(name="listing", fields={"file": str(packed)}))

    listings = PackedListings.of_output(output)
    sources = find_sources(source, patterns=sessions, listings=listings, on_listing=on_listing, output=output)
    check_apart(output, sources)
    return sources, listings


def _workers_maker(dask: str | None, executor: Executor | None) -> MakeWorkers | None:
    if dask is not None:
        from ssc_to_nwb.run.dask_workers import dask_workers

        return lambda report: dask_workers(dask, report=report)
    if executor is not None:
        from ssc_to_nwb.run.workers import given_workers

        return lambda _report: given_workers(executor)
    return None


@contextmanager
def _event_sink(events: Path | str | None, on_event: OnEvent | None) -> Iterator[OnEvent]:
    """Where events go: to the file, to the function, to both or to neither."""
    from ssc_to_nwb.run.events import EventFile

    with ExitStack() as stack:
        takers: list[OnEvent] = [] if on_event is None else [on_event]
        if events is not None:
            takers.append(stack.enter_context(closing(EventFile(Path(events)))))

        def sink(event: RunEvent) -> None:
            for taker in takers:
                taker(event)

        yield sink
