"""`ssc-to-nwb ledger`, `digest`, `restore` and `export-zarr`: the content of an NWB file, and other forms of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ssc_to_nwb.api.restoring import RestoreResult, restore
from ssc_to_nwb.api.verification import content_digest, files_for_digest, read_ledger
from ssc_to_nwb.api.zarr_export import ZarrExport, export_zarr
from ssc_to_nwb.cli.command import command_of, shows_result_of
from ssc_to_nwb.cli.options import NamedPath
from ssc_to_nwb.cli.output import print_problem, print_result
from ssc_to_nwb.cli.terminal import Styled, echo
from ssc_to_nwb.grouping import grouped
from ssc_to_nwb.quantities import bytes_text, plural, seconds_text

if TYPE_CHECKING:
    from ssc_to_nwb.ledger.ledger import FileEntry, Ledger, LedgerEntry


def _json_of(ledger: Ledger) -> dict[str, Any]:
    own = {"session": ledger.session, "summary": ledger.summary(), "by_rule": ledger.by_rule()}
    return {"sessions": [{"session": ledger.session}], **own}


@shows_result_of(
    read_ledger,
    "ssc-to-nwb ledger out/sub-an197522",
    "ssc-to-nwb ledger FILE.nwb --find masterImage",
    json_of=_json_of,
)
@click.option("--by-rule", is_flag=True, help="Show a line for each rule instead of each outcome.")
@click.option("--find", metavar="TEXT", help="List the fields and files whose path contains TEXT, with their places.")
def ledger_command(ledger: Ledger, *, find: str | None, by_rule: bool) -> None:
    """Show what became of each field of the session file, and of each raw file, that FILE was converted from.

    FILE is an NWB file, or a folder with one in it. Its ledger is a JSON file in the folder .ssc-to-nwb, which the
    conversion wrote. Fields are written, derived from others, kept verbatim, or left out. The table shows how many, and
    how many bytes.
    """
    if find is not None:
        _print_entries(ledger, find)
        return
    _print_table(
        f"{ledger.session}: {plural(len(ledger.leaves), 'field')}", ledger.leaves, by_rule=by_rule, counting="fields"
    )
    _print_table(plural(len(ledger.files), "source file"), ledger.files, by_rule=by_rule, counting="files")
    # Fields of the struct are never left out: these are the variables beside it.
    for entry in ledger.leaves:
        if entry.reason:
            echo(f"variable {entry.source}: {entry.disposition.value}: {entry.reason}")


def _print_table(title: str, entries: Sequence[LedgerEntry | FileEntry], *, by_rule: bool, counting: str) -> None:
    total = sum(entry.bytes for entry in entries)
    groups = grouped(entries, lambda entry: entry.rule if by_rule else entry.disposition.value)
    width = max(map(len, groups), default=0)
    echo(Styled(f"{title}, {bytes_text(total)}", bold=True))
    echo(f"  {'':{width}}  {counting:>8}          {'bytes':>10}")
    for name, group in groups.items():
        size = sum(entry.bytes for entry in group)
        echo(
            f"  {name:{width}}  {len(group):>8} {_share(len(group), len(entries)):>7}  "
            f"{bytes_text(size):>10} {_share(size, total):>7}"
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
    found = []
    for file in files_for_digest(files):
        digest = content_digest(file=file, workers=workers)
        if as_json:
            found.append({"file": file, "digest": digest})
        else:
            echo(f"{digest}  {file}")
    if as_json:
        print_result({"sessions": found})


@shows_result_of(restore, "ssc-to-nwb restore sub-X_ses-Y.nwb -o X_Y_session.mat")
def restore_command(result: RestoreResult, *, stacks: Path | None) -> None:
    """Write the MATLAB session file that FILE.nwb was made from.

    The session variable is restored field by field: values, classes, sizes and the order of fields. Times that are
    whole numbers in the source are exact; others differ at most in the last digits. Other variables of the source
    file are named, but not restored. Only FILE.nwb is needed.
    """
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
        echo(f"{stacks}: {plural(len(result.stacks.stacks), 'stack')} with {pages}{nameless}")


@shows_result_of(
    export_zarr,
    "ssc-to-nwb export-zarr FILE.nwb FILE.nwb.zarr",
    "ssc-to-nwb digest FILE.nwb FILE.nwb.zarr",
)
def export_zarr_command(result: ZarrExport, *, quiet: bool) -> None:
    """Export the NWB file FILE as the Zarr store STORE, a folder of the same content (extra `zarr`).

    The store gets its name only when the digests of all objects of FILE and STORE are equal. Videos are not copied:
    their paths are relative to the folder of FILE, so put STORE there too.
    """
    if quiet:
        return
    size, took = bytes_text(result.store_bytes), seconds_text(result.seconds)
    echo(f"{plural(result.objects, 'object')} exported and compared, {size}, in {took}")
    echo(f"  {result.store}")
    echo(f"  digest {result.digest}")
