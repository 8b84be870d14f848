"""`ssc-to-nwb download-check`: whether the archive gives back what was uploaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ssc_to_nwb.cli.end_process import end_process
from ssc_to_nwb.cli.interruption import interruptible
from ssc_to_nwb.cli.options import json_option, options_of, output_argument, quiet_option
from ssc_to_nwb.cli.output import print_problem, print_result
from ssc_to_nwb.cli.terminal import echo
from ssc_to_nwb.cli.transfer_display import transfer_display
from ssc_to_nwb.options.archive import DownloadCheckRequest
from ssc_to_nwb.quantities import bytes_text, seconds_text

_EXAMPLES = """Examples:

\b
  ssc-to-nwb download-check /data/ssc-1-nwb --dandiset 000123
  ssc-to-nwb download-check out --dandiset 000123 --seed 1
  ssc-to-nwb download-check out --dandiset 000123 --asset sub-X/X.nwb
"""


@click.command(epilog=_EXAMPLES)
@output_argument
@options_of(DownloadCheckRequest)
@json_option
@quiet_option
def command(output: Path, *, as_json: bool, quiet: bool, **options: Any) -> None:
    """Download one asset of a dandiset and compare it byte for byte with the file in OUTPUT.

    It is compared while it is downloaded; nothing is written to the disk. An open dandiset needs no key.

    Exit status: 0 every byte is the same; 1 it is not, or the download failed; 2 wrong usage; 130 or 143 after
    Ctrl-C or SIGTERM.
    """
    from ssc_to_nwb.api.archive import download_check

    with (
        interruptible() as interruption,
        transfer_display(quiet=quiet or as_json) as display,
    ):
        result = download_check(output=output, on_progress=display, stop=interruption.stop, **options)
    if as_json:
        print_result(result.as_dict())
    elif result.problem is not None:
        print_problem(result.problem)
    elif not quiet:
        took = seconds_text(result.seconds)
        echo(f"{result.path}: {bytes_text(result.bytes_compared)} fetched in {took}, every byte the same")
    if not result.ok:
        end_process(1)
