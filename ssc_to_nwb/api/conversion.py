"""Convert sessions to NWB files, those of a source or a small made-up data set."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssc_to_nwb.json_lines import AsJson, fact, facts
from ssc_to_nwb.options.conversion import ConvertRequest
from ssc_to_nwb.options.declare import takes
from ssc_to_nwb.options.files import DemoRequest

if TYPE_CHECKING:
    from ssc_to_nwb.nwb_file.results import SessionOutcome
    from ssc_to_nwb.problems.model import Problem
    from ssc_to_nwb.run.events import RunEvent


@facts
class ConversionResult(AsJson):
    """The result of a run."""

    outcomes: tuple[SessionOutcome, ...] = fact("One per session, in the order of animal and date.")
    not_taken: tuple[Problem, ...] = fact(
        "A warning for each MATLAB file of the source that is not a session, and each entry of the metadata files "
        "that fits no animal or session.",
        default=(),
    )

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
        values = AsJson.as_dict(self)
        return {"sessions": values.pop("outcomes"), **values}


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


@takes(ConvertRequest)
def convert(request: ConvertRequest) -> ConversionResult:
    """Convert every session found in `source` to one NWB file each, below `output`, in the layout that DANDI expects.

    Finished sessions are skipped, unless their source files have changed; the outcome says what has changed. If other
    options or metadata would change a finished file, the session is refused (session-would-change) until `overwrite`.
    Sessions run in processes, as many at once as `workers` and `memory_mb` allow, and their frames in threads. A
    session that fails does not stop the others: look at `ok` and at the outcomes.

    Returns
    -------
    ConversionResult
        One outcome per session, and what was not taken of the source and the metadata.

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
    if request.dask is None and request.executor is None:
        from ssc_to_nwb.process_start import load_ahead

        load_ahead(Path(request.source), Path(request.output))
    from ssc_to_nwb.run.events import EventFile, RunEvent
    from ssc_to_nwb.run.job import RunSettings
    from ssc_to_nwb.run.places import check_apart
    from ssc_to_nwb.run.runner import run_sessions
    from ssc_to_nwb.run.session_sources import SourceSearch, find_chosen

    settings = RunSettings.of(request)
    takers = [] if request.on_event is None else [request.on_event]

    def sink(event: RunEvent) -> None:
        for taker in takers:
            taker(event)

    with ExitStack() as stack:
        if request.events is not None:
            takers.append(stack.enter_context(closing(EventFile(Path(request.events)))))
        search = SourceSearch(
            output=settings.output,
            on_listing=lambda packed: sink(RunEvent(name="listing", fields={"file": str(packed)})),
        )
        sources, not_taken = find_chosen(request, search)
        check_apart(settings.output, sources)
        outcomes, stopped_by = run_sessions(sources, settings, search=search, on_event=sink)
    result = ConversionResult(outcomes=outcomes, not_taken=not_taken)
    if stopped_by is not None:
        raise ConversionInterrupted(result, stopped_by)
    return result


@facts
class DemoResult:
    """The synthetic dataset, and the result of its conversion."""

    source: Path = fact("Folder of the dataset.")
    output: Path = fact("Folder of the NWB files.")
    conversion: ConversionResult = fact("The result of the conversion.")


@takes(DemoRequest)
def demo(request: DemoRequest) -> DemoResult:
    """Make a synthetic dataset of two sessions in the layout of ssc-1, and convert it.

    Returns
    -------
    DemoResult
        Where everything is, and the result of the conversion.

    Raises
    ------
    SscError
        output-not-writable, disk-full.
    """
    from ssc_to_nwb.problems.system_errors import system_errors_named
    from ssc_to_nwb.testing.dataset import write_dataset
    from ssc_to_nwb.testing.examples import demo_specs

    folder = Path(request.output)
    source, nwb = folder / "source", folder / "nwb"
    with system_errors_named(source):
        write_dataset(root=source, specs=demo_specs())
    conversion = convert(source=source, output=nwb, overwrite=request.overwrite, on_event=request.on_event)
    return DemoResult(source=source, output=nwb, conversion=conversion)
