"""`ssc-to-nwb restore`: the MATLAB session file, and the imaging stacks, from an NWB file."""

from __future__ import annotations

from typing import Any

import click

from ssc_to_nwb.cli.options import NamedPath, json_option, options_of
from ssc_to_nwb.cli.output import print_problem, print_result
from ssc_to_nwb.cli.terminal import echo
from ssc_to_nwb.options.files import RestoreRequest
from ssc_to_nwb.quantities import plural


@click.command(epilog="Example:  ssc-to-nwb restore sub-X_ses-Y.nwb -o X_Y_session.mat")
@click.argument("file", metavar="FILE.nwb", type=NamedPath(exists=True, dir_okay=False))
@options_of(RestoreRequest)
@json_option
def command(*, as_json: bool, **options: Any) -> None:
    """Write the MATLAB session file that FILE.nwb was made from.

    The session variable is restored field by field: values, classes, sizes and the order of fields. Times that are
    whole numbers in the source are exact; others differ at most in the last digits. Other variables of the source
    file are named, but not restored. Only FILE.nwb is needed.
    """
    from ssc_to_nwb.api.restoring import restore

    result = restore(**options)
    if as_json:
        print_result(result.as_dict())
        return
    for problem in result.warnings:
        print_problem(problem)
    echo(
        f"{result.session_file}: variable {result.variable}, {plural(result.field_count, 'field')}, "
        f"MATLAB format {result.file_format}"
    )
    if result.variables_left_out:
        names = ", ".join(name for name in result.variables_left_out if name)
        count = plural(len(result.variables_left_out), "further variable")
        echo(f"Not in the NWB file: {count} of the source's file{': ' if names else ''}{names}")
    if result.stacks is not None:
        zero = result.stacks.zero_page_count
        pages = plural(result.stacks.page_count, "page")
        nameless = f", {zero:,} of them zero because no list names them" if zero else ""
        echo(f"{options['stacks']}: {plural(len(result.stacks.stacks), 'stack')} with {pages}{nameless}")
