"""`ssc-to-nwb ledger`: what became of every field and file of a source."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ssc_to_nwb.cli.options import NamedPath, json_option
from ssc_to_nwb.cli.output import print_result
from ssc_to_nwb.cli.terminal import echo, styled
from ssc_to_nwb.quantities import bytes_text

if TYPE_CHECKING:
    from ssc_to_nwb.ledger.ledger import FileEntry, Ledger, LedgerEntry

_EXAMPLES = """Examples:

\b
  ssc-to-nwb ledger out/sub-an197522
  ssc-to-nwb ledger FILE.nwb --find masterImage
"""


@click.command(epilog=_EXAMPLES)
@click.argument("file", type=NamedPath())
@click.option("--by-rule", is_flag=True, help="Show a line for each rule instead of each outcome.")
@click.option("--find", metavar="TEXT", help="List the fields and files whose path contains TEXT, with their places.")
@json_option
def command(file: Path, find: str | None, *, by_rule: bool, as_json: bool) -> None:
    """Show what became of each field of the session file, and of each raw file, that FILE was converted from.

    FILE is an NWB file, or a folder with one in it. Its ledger is a JSON file in the folder .ssc-to-nwb, which the
    conversion wrote. Fields are written, derived from others, kept verbatim, or left out. The table shows how many, and
    how many bytes.
    """
    from ssc_to_nwb.api.verification import read_ledger

    found = read_ledger(file=file)
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
    echo(styled(f"{ledger.session}: {len(ledger.leaves)} fields, {bytes_text(total)}", bold=True))
    _print_rows("fields", leaves)
    files: dict[str, list[int]] = defaultdict(list)
    for file in ledger.files:
        files[file.rule if by_rule else file.disposition.value].append(file.bytes)
    whole = sum(file.bytes for file in ledger.files)
    echo(styled(f"{len(ledger.files)} source files, {bytes_text(whole)}", bold=True))
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
