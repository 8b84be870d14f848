"""`ssc-to-nwb responses`: which ROIs respond to touch and which to whisking."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ssc_to_nwb.cli.options import NamedPath, json_option, options_of, quiet_option, verbose_option
from ssc_to_nwb.cli.output import print_result, print_warnings
from ssc_to_nwb.cli.progress import counted, display
from ssc_to_nwb.cli.terminal import echo
from ssc_to_nwb.options.files import ResponsesRequest

_EXAMPLES = """Examples:

\b
  ssc-to-nwb responses demo-output/nwb
  ssc-to-nwb responses FILE.nwb -o responses.csv --figure responses.png
"""


@click.command(epilog=_EXAMPLES)
@click.argument("files", nargs=-1, required=True, type=NamedPath())
@click.option("-o", "--output", type=NamedPath(dir_okay=False), help="CSV file to write: a row per ROI and event.")
@options_of(ResponsesRequest)
@json_option
@verbose_option
@quiet_option
def command(
    files: tuple[Path, ...],
    *,
    output: Path | None,
    as_json: bool,
    verbose: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Test which ROIs respond to the first touch of a trial, and which to the onset of whisking without touch.

    FILES are NWB files, or folders with NWB files in them. The question is that of Peron et al. (2015), the method is
    simpler: a one-sided Wilcoxon signed-rank test of dF/F after and before the event. What it finds and misses of
    planted cells is in the documentation, "Responses to touch".
    """
    from ssc_to_nwb.api.responses import responses
    from ssc_to_nwb.api.tables import write_csv

    with display(quiet=quiet or as_json) as shown:
        found = responses(files=files, on_file=counted(shown, "test the ROIs of"), **options)
    if output is not None:
        write_csv(found.data_frame(), output)
    if as_json:
        print_result({}, problems=found.problems, sessions=[session.as_dict() for session in found.sessions])
        return
    print_warnings(found.problems, verbose=verbose)
    if not quiet:
        echo(f"{'session':<26}{'event':<10}{'events':>7}{'tested':>8}{'respond':>9}{'share':>8}")
        for session in found.sessions:
            for event, counts in session.events.items():
                share = "-" if counts.share is None else f"{100 * counts.share:.0f} %"
                numbers = f"{counts.events:>7}{counts.tested:>8}{counts.responsive:>9}{share:>8}"
                echo(f"{session.session:<26}{event:<10}{numbers}")
    for written in (output, options["figure"]):
        if written is not None:
            echo(written)
