"""`ssc-to-nwb ledger`, `digest`, `restore` and `export-zarr`: the content of an NWB file, and other forms of it."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ssc_to_nwb.cli.options import NamedPath, command_of
from ssc_to_nwb.cli.output import print_problem, print_result
from ssc_to_nwb.cli.terminal import Styled, echo
from ssc_to_nwb.options.files import ExportRequest, LedgerRequest, RestoreRequest
from ssc_to_nwb.quantities import bytes_text, plural, seconds_text

if TYPE_CHECKING:
    from ssc_to_nwb.ledger.ledger import FileEntry, Ledger, LedgerEntry


@command_of(
    "ssc-to-nwb ledger out/sub-an197522",
    "ssc-to-nwb ledger FILE.nwb --find masterImage",
    options=LedgerRequest,
)
@click.option("--by-rule", is_flag=True, help="Show a line for each rule instead of each outcome.")
@click.option("--find", metavar="TEXT", help="List the fields and files whose path contains TEXT, with their places.")
def ledger_command(*, find: str | None, by_rule: bool, as_json: bool, **options: Any) -> None:
    """Show what became of each field of the session file, and of each raw file, that FILE was converted from.

    FILE is an NWB file, or a folder with one in it. Its ledger is a JSON file in the folder .ssc-to-nwb, which the
    conversion wrote. Fields are written, derived from others, kept verbatim, or left out. The table shows how many, and
    how many bytes.
    """
    from ssc_to_nwb.api.verification import read_ledger

    found = read_ledger(**options)
    if as_json:
        own = {"session": found.session, "summary": found.summary(), "by_rule": dict(found.by_rule())}
        print_result(own, sessions=[{"session": found.session}])
    elif find is not None:
        _print_entries(found, find)
    else:
        _print_table(found, by_rule=by_rule)


def _print_table(ledger: Ledger, *, by_rule: bool) -> None:
    leaves: dict[str, list[int]] = defaultdict(list)
    for entry in ledger.leaves:
        leaves[entry.rule if by_rule else entry.disposition.value].append(entry.bytes)
    total = sum(entry.bytes for entry in ledger.leaves)
    echo(Styled(f"{ledger.session}: {len(ledger.leaves)} fields, {bytes_text(total)}", bold=True))
    _print_rows("fields", leaves)
    files: dict[str, list[int]] = defaultdict(list)
    for file in ledger.files:
        files[file.rule if by_rule else file.disposition.value].append(file.bytes)
    whole = sum(file.bytes for file in ledger.files)
    echo(Styled(f"{len(ledger.files)} source files, {bytes_text(whole)}", bold=True))
    _print_rows("files", files)
    # Fields of the struct are never left out: these are the variables beside it.
    for entry in ledger.leaves:
        if entry.reason:
            echo(f"variable {entry.source}: {entry.disposition.value}: {entry.reason}")


def _print_rows(what: str, groups: dict[str, list[int]]) -> None:
    count = sum(map(len, groups.values()))
    total = sum(map(sum, groups.values()))
    width = max((len(name) for name in groups), default=0)
    echo(f"  {'':{width}}  {what:>8}          {'bytes':>10}")
    for name, sizes in groups.items():
        echo(
            f"  {name:{width}}  {len(sizes):>8} {_share(len(sizes), count):>7}  "
            f"{bytes_text(sum(sizes)):>10} {_share(sum(sizes), total):>7}"
        )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _print_entries(ledger: Ledger, text: str) -> None:
    entries: list[LedgerEntry | FileEntry] = [*ledger.leaves, *ledger.files]
    for entry in entries:
        if text in entry.source:
            because = f": {entry.reason}" if entry.reason else ""
            echo(f"{entry.source}: {entry.disposition.value} [{entry.rule}]{because}")
            for place in entry.nwb:
                echo(f"    {place}")


@command_of("ssc-to-nwb digest out/sub-*/*.nwb")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=NamedPath())
@click.option("--workers", type=click.IntRange(min=1), help="Threads.  [default: all processors]")
def digest_command(files: tuple[Path, ...], *, workers: int | None, as_json: bool) -> None:
    """Print a SHA-256 of all datasets and attributes of each FILE, and the file name.

    FILE is an NWB file, a Zarr store, or a folder with some of them in it. Object ids, the time of creation, chunks and
    compression do not count. So the same source gives the same digest every time, on every machine.
    """
    from ssc_to_nwb.api.verification import content_digest, files_for_digest

    found = []
    for file in files_for_digest(files):
        digest = content_digest(file=file, workers=workers)
        if as_json:
            found.append({"file": str(file), "digest": digest})
        else:
            echo(f"{digest}  {file}")
    if as_json:
        print_result({}, sessions=found)


@command_of("ssc-to-nwb restore sub-X_ses-Y.nwb -o X_Y_session.mat", options=RestoreRequest)
def restore_command(*, as_json: bool, **options: Any) -> None:
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


@command_of(
    "ssc-to-nwb export-zarr FILE.nwb FILE.nwb.zarr",
    "ssc-to-nwb digest FILE.nwb FILE.nwb.zarr",
    options=ExportRequest,
)
def export_zarr_command(*, as_json: bool, quiet: bool, **options: Any) -> None:
    """Export the NWB file FILE as the Zarr store STORE, a folder of the same content (extra `zarr`).

    The store gets its name only when the digests of all objects of FILE and STORE are equal. Videos are not copied:
    their paths are relative to the folder of FILE, so put STORE there too.
    """
    from ssc_to_nwb.api.zarr_export import export_zarr

    result = export_zarr(**options)
    if as_json:
        print_result(result.as_dict())
    elif not quiet:
        echo(
            f"{plural(result.objects, 'object')} exported and compared, {bytes_text(result.store_bytes)}, "
            f"in {seconds_text(result.seconds)}"
        )
        echo(f"  {result.store}")
        echo(f"  digest {result.digest}")
