"""Look at converted sessions: at a prompt, as report pages, as the picture of a trial, as a methods paragraph."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ssc_to_nwb.json_lines import AsJson, fact, facts
from ssc_to_nwb.options.declare import takes, with_home
from ssc_to_nwb.options.files import OneFileRequest, PlotTrialRequest, ReportRequest
from ssc_to_nwb.problems.model import Problem, Severity
from ssc_to_nwb.problems.system_errors import system_errors_named

if TYPE_CHECKING:
    from ssc_to_nwb.reading.opened_session import OpenedSession
    from ssc_to_nwb.report.file_record import FileRecord


def open_session(file: Path | str) -> OpenedSession:
    """Open a converted session, on this machine or at a web address.

    Parameters
    ----------
    file : path or str
        An NWB file, a `.nwb.zarr` folder, or the http(s) address of an NWB file (extra `ssc-to-nwb[remote]`).

    Returns
    -------
    OpenedSession
        `trials`, `touches`, `licks`, `rois` are DataFrames; `traces()`, `mask()`, `frames()`, `image()`.

    Raises
    ------
    SscError
        nwb-file-missing, nwb-file-unreadable, remote-support-missing, file-layout-older.

    Examples
    --------
    >>> import ssc_to_nwb
    >>> opened = ssc_to_nwb.open_session("sub-an197522_ses-20130308_behavior+image+ophys.nwb")
    >>> hits = opened.trials.query("response == 'hit'")
    >>> opened.traces("dff", rois=[1001, 1002], trial=int(hits.trial_number.iloc[0])).plot()
    """
    from ssc_to_nwb.reading.opened_session import open_nwb_session

    return open_nwb_session(with_home(file))


@facts
class ReportResult(AsJson):
    """The pages written."""

    index: Path = fact("The page that lists the others.")
    pages: tuple[Path, ...] = fact("One per NWB file, in the order given.")
    problems: tuple[Problem, ...] = fact(
        "Zarr stores left out, because the file of the session is there too.", default=()
    )


@takes(ReportRequest)
def report(request: ReportRequest) -> ReportResult:
    """Write one self-contained HTML page per NWB file, and an index page.

    Returns
    -------
    ReportResult
        The pages that were written. `problems`: Zarr stores left out, because the file of the session is there too.

    Raises
    ------
    SscError
        nwb-file-missing, nwb-file-unreadable, report-name-taken, output-not-writable, disk-full, extra-not-installed.
    """
    from ssc_to_nwb.reading.nwb_files import find_session_files
    from ssc_to_nwb.report.single_picture import check_report_extra

    check_report_extra()
    from ssc_to_nwb.report.page import build_pages

    found, output = find_session_files(request.files), Path(request.output)
    with system_errors_named(output):
        index, *pages = build_pages(found.files, output=output, record_of=_record_of, on_page=request.on_page)
    return ReportResult(index=index, pages=tuple(pages), problems=found.problems)


def _record_of(file: Path) -> FileRecord:
    """What the runs of this program recorded beside a file."""
    from ssc_to_nwb.report.file_record import FileRecord
    from ssc_to_nwb.run.record import newest_done, state_of_output

    try:
        done, state = newest_done(file), state_of_output(file)
    except OSError:
        done = state = None
    if done is None or state is None:
        return FileRecord(validation=_validation_of(file))
    return FileRecord(
        verified=done.verified,
        changed=not state.same_file(done.state),
        digest=done.digest,
        validation=_validation_of(file),
        warnings=done.warnings,
    )


def _validation_of(file: Path) -> tuple[int, int] | None:
    """Errors and warnings that are not accepted, of the validation recorded of the file as it is."""
    from ssc_to_nwb.validate.accept import apply_entries, load_entries
    from ssc_to_nwb.validate.run import recorded_messages

    messages = recorded_messages(file)
    if messages is None:
        return None
    left = [one.severity for one in apply_entries(messages, load_entries(None)) if one.accepted is None]
    return left.count(Severity.ERROR), left.count(Severity.WARNING)


@takes(PlotTrialRequest)
def plot_trial(request: PlotTrialRequest) -> Path | None:
    """Draw a trial: what the animal did, the pole, water, cue and dF/F on one time axis.

    Returns
    -------
    Path or None
        The picture.

    Raises
    ------
    SscError
        nwb-file-missing, nwb-file-not-chosen, nwb-file-unreadable, trial-not-in-file, roi-not-in-file,
        picture-format-unknown, no-window, output-not-writable, disk-full, extra-not-installed.
    """
    from ssc_to_nwb.reading.nwb_files import one_session_file
    from ssc_to_nwb.reading.opened_session import open_nwb_session
    from ssc_to_nwb.reading.trial import read_trial
    from ssc_to_nwb.report.single_picture import check_report_extra

    check_report_extra()
    from ssc_to_nwb.report.single_picture import save_or_show
    from ssc_to_nwb.report.trial_figure import draw_trial

    with open_nwb_session(one_session_file(request.file)) as session:
        title, data = session.title, read_trial(session, request.trial, rois=request.rois)
    return save_or_show(lambda figure: draw_trial(data, figure=figure, title=title), request.output)


@facts
class MethodsText(AsJson):
    """What to paste into a paper."""

    session: str = fact("Animal and date.")
    text: str = fact("Paragraphs, with a blank line between them.")
    bibliography: str = fact("BibTeX of the dataset and its publications. Empty if the file names neither.")


@takes(OneFileRequest)
def methods(request: OneFileRequest) -> str:
    """Write a methods text from what the NWB file says.

    Returns
    -------
    str
        Paragraphs, with a blank line between them. `methods_of` gives the bibliography as well.

    Raises
    ------
    SscError
        nwb-file-missing, nwb-file-not-chosen, nwb-file-unreadable.
    """
    return methods_of(file=request.file).text


@takes(OneFileRequest)
def methods_of(request: OneFileRequest) -> MethodsText:
    """Write a methods text and the entries for a bibliography from what the NWB file says.

    Returns
    -------
    MethodsText
        The session, the text and the entries.

    Raises
    ------
    SscError
        nwb-file-missing, nwb-file-not-chosen, nwb-file-unreadable.
    """
    from ssc_to_nwb.reading.nwb_files import one_session_file
    from ssc_to_nwb.reading.opened_session import open_nwb_session
    from ssc_to_nwb.report.methods import bibliography, methods_text

    with open_nwb_session(one_session_file(request.file)) as session:
        return MethodsText(session=session.title, text=methods_text(session), bibliography=bibliography(session))


def write_text_file(path: Path, text: str) -> None:
    """Write a text, UTF-8; bytes of names that are none as JSON has them. Raises output-not-writable, disk-full."""
    with system_errors_named(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
