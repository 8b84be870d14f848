"""`ssc-to-nwb plot-trial`: the picture of one trial."""

from __future__ import annotations

from pathlib import Path

import click

from ssc_to_nwb.cli.options import NamedPath, json_option, picture_option
from ssc_to_nwb.cli.output import print_picture

_EXAMPLES = """Examples:

\b
  ssc-to-nwb plot-trial session.nwb --trial 8 -o trial-8.png
  ssc-to-nwb plot-trial session.nwb --trial 8 --roi 1001 --roi 2003 -o t.pdf
  ssc-to-nwb plot-trial session.nwb --trial 8
"""


@click.command(epilog=_EXAMPLES)
@click.argument("file", type=NamedPath())
@click.option(
    "--trial", required=True, type=int, help="Number of the trial, from the column trial_number of the trials table."
)
@click.option(
    "--roi",
    "rois",
    multiple=True,
    type=int,
    help="Draw dF/F of this ROI; may be repeated. Without it, the most active ones of the trial.",
)
@picture_option
@json_option
def command(file: Path, *, trial: int, rois: tuple[int, ...], output: Path | None, as_json: bool) -> None:
    """Draw a trial of an NWB file: what the animal did, the pole, water, cue and dF/F on one time axis.

    FILE is an NWB file, or a folder with one in it.
    """
    from ssc_to_nwb.api.reporting import plot_trial

    print_picture(plot_trial(file=file, trial=trial, output=output, rois=rois), as_json=as_json)
