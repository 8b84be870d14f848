"""Commands that look at converted sessions: `responses`, `report`, `plot-trial`, `cells`, `plot-cell` and `methods`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ssc_to_nwb.api.reporting import MethodsText, ReportResult, methods_of, plot_trial, report, write_text_file
from ssc_to_nwb.api.rois import cells, plot_cell, responses
from ssc_to_nwb.cli.command import command_of, shows_result_of
from ssc_to_nwb.cli.options import to_file
from ssc_to_nwb.cli.output import print_result, print_warnings
from ssc_to_nwb.cli.progress import counted, display
from ssc_to_nwb.cli.terminal import echo, wrapped
from ssc_to_nwb.quantities import plural

_WIDTH = 80


@command_of(
    "ssc-to-nwb responses demo-output/nwb",
    "ssc-to-nwb responses FILE.nwb -o responses.csv --figure responses.png",
    calls=responses,
)
@to_file("CSV file to write: a row per ROI and event.")
def responses_command(*, output: Path | None, as_json: bool, verbose: bool, quiet: bool, **options: Any) -> None:
    """Test which ROIs respond to the first touch of a trial, and which to the onset of whisking without touch.

    FILES are NWB files, or folders with NWB files in them. The question is that of Peron et al. (2015), the method is
    simpler: a one-sided Wilcoxon signed-rank test of dF/F after and before the event. What it finds and misses of
    planted cells is in the documentation, "Responses to touch".
    """
    with display(counted("test the ROIs of"), quiet=quiet or as_json) as on_file:
        found = responses(on_file=on_file, **options)
    if output is not None:
        write_text_file(output, found.data_frame().to_csv(index=False, lineterminator="\n"))
    if as_json:
        print_result({"problems": found.problems, "sessions": found.sessions})
        return
    if quiet:
        return
    print_warnings(found.problems, verbose=verbose)
    echo(f"{'session':<26}{'event':<10}{'events':>7}{'tested':>8}{'respond':>9}{'share':>8}")
    for session in found.sessions:
        for event, counts in session.events.items():
            share = "-" if counts.share is None else f"{100 * counts.share:.0f} %"
            numbers = f"{counts.events:>7}{counts.tested:>8}{counts.responsive:>9}{share:>8}"
            echo(f"{session.session:<26}{event:<10}{numbers}")
    for written in (output, options["figure"]):
        if written is not None:
            echo(written)


@shows_result_of(
    report,
    "ssc-to-nwb report demo-output/nwb -o report",
    "ssc-to-nwb report out/sub-an197522/*.nwb -o report",
    json_of=lambda result: {"sessions": [{"page": page} for page in result.pages], **result.as_dict()},
    on_page=counted("report"),
)
def report_command(result: ReportResult, *, verbose: bool, quiet: bool) -> None:
    """Write one self-contained HTML page per NWB file, and an index page with links to them.

    FILES are NWB files, or folders with NWB files in them. The pages need no network.
    """
    if not quiet:
        print_warnings(result.problems, verbose=verbose)
        for page in (*result.pages, result.index):
            echo(page)


def _picture(written: Path | None) -> dict[str, Any]:
    return {"picture": written}


def _print_picture(written: Path | None) -> None:
    # A picture that was shown in a window is nowhere.
    if written is not None:
        echo(written)


@shows_result_of(
    plot_trial,
    "ssc-to-nwb plot-trial session.nwb --trial 8 -o trial-8.png",
    "ssc-to-nwb plot-trial session.nwb --trial 8 --roi 1001 --roi 2003 -o t.pdf",
    "ssc-to-nwb plot-trial session.nwb --trial 8",
    json_of=_picture,
)
def plot_trial_command(written: Path | None) -> None:
    """Draw a trial of an NWB file: what the animal did, the pole, water, cue and dF/F on one time axis.

    FILE is an NWB file, or a folder with one in it.
    """
    _print_picture(written)


@command_of(
    "ssc-to-nwb cells /data/ssc-1-nwb",
    "ssc-to-nwb cells /data/ssc-1-nwb -o cells.csv",
    calls=cells,
)
@to_file("CSV file to write: a row per cell and session.")
def cells_command(*, output: Path | None, as_json: bool, verbose: bool, **options: Any) -> None:
    """List the cells of converted sessions: plane, position and mean event rate in every session.

    FILES are NWB files, or folders with NWB files in them. An ROI number is the same cell in all sessions of its
    animal. ROIs with one number in different planes, or more than 10 um apart, are reported and not joined.
    """
    table = cells(**options)
    rows = table.data_frame()
    if output is not None:
        write_text_file(output, rows.to_csv(index=False, lineterminator="\n"))
    if as_json:
        # Through JSON, which has no NaN: a cell without events has null.
        records = rows.astype(object).where(rows.notna(), None).to_dict("records")
        cells_of = rows.groupby(["session", "file"], sort=False).size()
        sessions = [{"session": session, "file": file, "cells": int(n)} for (session, file), n in cells_of.items()]
        print_result({"problems": table.problems, "sessions": sessions, "cells": records})
        return
    for animal, part in rows.groupby(rows["cell"].str.partition("/")[0]):
        counts = part.groupby("cell").size()
        echo(
            f"{animal}: {plural(len(counts), 'cell')} in {plural(part['session'].nunique(), 'session')}, "
            f"{int((counts > 1).sum())} of them in more than one"
        )
    print_warnings(table.problems, verbose=verbose)
    if output is not None:
        echo(output)


@shows_result_of(
    plot_cell,
    "ssc-to-nwb cells nwb",
    "ssc-to-nwb plot-cell nwb --cell an197522/1001 -o cell.png",
    json_of=_picture,
)
def plot_cell_command(written: Path | None) -> None:
    """Draw one cell in every session of its animal: its mask in the master image and its response to touch.

    FILES are NWB files, or folders with NWB files in them. If a session has the number in another plane, or more than
    10 um away, it is drawn in another color, with the reason.
    """
    _print_picture(written)


@shows_result_of(
    methods_of,
    "ssc-to-nwb methods session.nwb -o methods.txt",
    json_of=lambda found: {"sessions": [{"session": found.session}], **found.as_dict()},
)
@to_file("Text file to write, in place of the terminal.")
def methods_command(found: MethodsText, *, output: Path | None) -> None:
    """Print a methods text for a paper, and entries for its bibliography, from what is in the NWB file alone.

    FILE is an NWB file, or a folder with one in it. Lines are wrapped at 80 columns; --json has them whole.
    """
    text = "\n\n".join(part for part in (wrapped(found.text, width=_WIDTH, hanging=""), found.bibliography) if part)
    if output is None:
        echo(text)
    else:
        write_text_file(output, f"{text}\n")
        echo(output)
