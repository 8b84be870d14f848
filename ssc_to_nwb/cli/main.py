"""The command `ssc-to-nwb`: finds its subcommands by name and loads only the one that is called."""

from __future__ import annotations

import gc
import importlib
import os
import re
import signal
import sys
from collections.abc import Sequence
from typing import Any

import click

# Subcommand, the module of its function `<name>_command`, and the line of --help, so that help loads nothing else.
_COMMANDS = {
    "sessions": ("sources", "List the sessions of a source and what they hold."),
    "describe": ("sources", "Describe a MATLAB file without its data, for an issue."),
    "plan": ("convert", "Show what a conversion would do: time, space, what is finished."),
    "convert": ("convert", "Convert sessions to NWB files."),
    "demo": ("convert", "Make a small synthetic dataset and convert it."),
    "verify": ("checks", "Compare NWB files with their sources, value by value."),
    "ledger": ("content", "Show what became of every field and file of a source."),
    "restore": ("content", "Restore the MATLAB session file from an NWB file."),
    "digest": ("content", "Print a hash of the content of NWB files."),
    "export-zarr": ("content", "Export an NWB file as a Zarr store of the same content."),
    "validate": ("checks", "Check NWB files: schema, best practice, DANDI's rules, this dataset."),
    "explain": ("sources", "Explain a problem by its identifier."),
    "responses": ("looking", "Test which ROIs respond to touch and to whisking."),
    "report": ("looking", "Make an HTML page per session from its NWB file."),
    "plot-trial": ("looking", "Draw one trial from an NWB file."),
    "cells": ("looking", "List cells across the sessions of their animals."),
    "plot-cell": ("looking", "Draw one cell across the days."),
    "methods": ("looking", "Write a methods paragraph from an NWB file."),
    "dandiset": ("archive", "Write dandiset.yaml for the archive."),
    "upload": ("archive", "Upload NWB files to a DANDI archive."),
    "download-check": ("archive", "Download an asset and compare it byte for byte."),
}
_WIDTH = 80
# What looks like an option, and ends as the name of a file does.
_FILE = re.compile(r"-[^=]*\.[A-Za-z]\w*")


class LazyGroup(click.Group):
    """A group whose subcommands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Names of the subcommands, in the order in which a user meets them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The subcommand of this name, None where there is none."""
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"ssc_to_nwb.cli.{_COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        command.name = cmd_name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of subcommands in --help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with the nearest name where there is no such command."""
        import difflib

        name = args[0]
        close = [] if name in _COMMANDS else difflib.get_close_matches(name, _COMMANDS, n=1)
        if close:
            ctx.fail(f"No such command {name!r}. Did you mean {close[0]!r}?")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the subcommand; a problem of the catalogue ends it with status 1 and is printed, not traced.

        So is a path that the system refuses, such as one with a name that is too long.
        """
        from ssc_to_nwb.cli.command import JSON_ASKED
        from ssc_to_nwb.cli.output import print_problem, print_result
        from ssc_to_nwb.problems.model import SscError
        from ssc_to_nwb.problems.system_errors import path_refused

        try:
            return super().invoke(ctx)
        except SscError as failure:
            problem = failure.problem
        except OSError as failure:
            if failure.filename is None:
                raise
            problem = path_refused(failure).problem
        if ctx.meta.get(JSON_ASKED):
            print_result({"ok": False, "problems": [problem]})
        print_problem(problem)
        return ctx.exit(1)

    def main(self, args: Sequence[str] | None = None, *further: Any, **named: Any) -> Any:
        """As click does it, with wrong usage explained in lines that fit the terminal.

        SIGINT, SIGTERM and SIGHUP end every command in order, with the status that shells give.
        """
        if not named.get("standalone_mode", True):
            return super().main(args, *further, **named)
        from ssc_to_nwb.cli.interruption import SIGNAL_STATUS, interruptible
        from ssc_to_nwb.cli.terminal import echo

        with interruptible() as interruption:
            try:
                status = super().main(args, *further, **{**named, "standalone_mode": False})
            except click.ClickException as failure:
                _show(failure, sys.argv[1:] if args is None else args)
                status = failure.exit_code
            except (click.Abort, KeyboardInterrupt):
                echo("interrupted", err=True)
                status = SIGNAL_STATUS + signal.SIGINT
            sys.exit(interruption.status or status)


def _show(failure: click.ClickException, given: Sequence[str]) -> None:
    """Say what is wrong with what was given, and how to name a file that looks like an option."""
    from ssc_to_nwb.cli.terminal import terminal_width, wrapped

    text = failure.format_message()
    if isinstance(failure, click.NoSuchOption):
        files = [one for one in given if one.startswith("-") and (os.path.lexists(one) or _FILE.fullmatch(one))]
        text += "".join(f"\nFor the file {one}, write ./{one}" for one in files[:1])
    head = "Error: "
    lines = wrapped(f"{head}{text}", width=terminal_width(err=True) or _WIDTH).removeprefix(head)
    # Not its own class, which would put the text together once more.
    click.UsageError(lines, getattr(failure, "ctx", None)).show()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with:  ssc-to-nwb demo demo-output",
)
@click.version_option(None, "-V", "--version", package_name="ssc-to-nwb", prog_name="ssc-to-nwb")
def group() -> None:
    """Convert the datasets CRCNS ssc-1 and ssc-2 to NWB, prove that nothing was lost, and upload them to DANDI.

    Exit status: 0 everything is done; 1 something failed, and the output says what; 2 wrong usage; 130 after Ctrl-C;
    143 after SIGTERM. With --json, every command prints one object with `ok`, `problems` and `sessions`.
    """


def main() -> None:
    """Run the command line."""
    from ssc_to_nwb.cli.terminal import show_warnings_of_libraries

    show_warnings_of_libraries()
    try:
        group.main()
    finally:
        # At its end Python would search all objects for cycles, several times: they go anyway.
        gc.freeze()


if __name__ == "__main__":
    main()
