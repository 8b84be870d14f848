"""The command `ssc-to-nwb`: finds its subcommands by name and loads only the one that is called."""

from __future__ import annotations

import importlib
import sys

import click

# Subcommand, module of its `command`, and the line of --help, so that help loads nothing else.
_COMMANDS = {
    "sessions": ("ssc_to_nwb.cli.sessions", "List the sessions of a source and what they hold."),
    "describe": ("ssc_to_nwb.cli.describe", "Describe a MATLAB file without its data, for an issue."),
    "plan": ("ssc_to_nwb.cli.plan", "Show what a conversion would do: time, space, what is finished."),
    "convert": ("ssc_to_nwb.cli.convert", "Convert sessions to NWB files."),
    "demo": ("ssc_to_nwb.cli.demo", "Make a small synthetic dataset and convert it."),
    "verify": ("ssc_to_nwb.cli.verify", "Compare NWB files with their sources, value by value."),
    "ledger": ("ssc_to_nwb.cli.ledger", "Show what became of every field and file of a source."),
    "restore": ("ssc_to_nwb.cli.restore", "Restore the MATLAB session file from an NWB file."),
    "digest": ("ssc_to_nwb.cli.digest", "Print a hash of the content of NWB files."),
    "export-zarr": ("ssc_to_nwb.cli.export_zarr", "Export an NWB file as a Zarr store of the same content."),
    "validate": ("ssc_to_nwb.cli.validate", "Check NWB files: schema, best practice, DANDI's rules, this dataset."),
    "explain": ("ssc_to_nwb.cli.explain", "Explain a problem by its identifier."),
    "responses": ("ssc_to_nwb.cli.responses", "Test which ROIs respond to touch and to whisking."),
    "report": ("ssc_to_nwb.cli.report", "Make an HTML page per session from its NWB file."),
    "plot-trial": ("ssc_to_nwb.cli.plot_trial", "Draw one trial from an NWB file."),
    "cells": ("ssc_to_nwb.cli.cells", "List cells across the sessions of their animals."),
    "plot-cell": ("ssc_to_nwb.cli.plot_cell", "Draw one cell across the days."),
    "methods": ("ssc_to_nwb.cli.methods", "Write a methods paragraph from an NWB file."),
    "dandiset": ("ssc_to_nwb.cli.dandiset", "Write dandiset.yaml for the archive."),
    "upload": ("ssc_to_nwb.cli.upload", "Upload NWB files to a DANDI archive."),
    "download-check": ("ssc_to_nwb.cli.download_check", "Download an asset and compare it byte for byte."),
}


# What shells give a program that Ctrl-C ended.
_INTERRUPTED_STATUS = 130


class LazyGroup(click.Group):
    """A group whose subcommands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Names of the subcommands, in the order in which a user meets them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The subcommand of this name, None where there is none."""
        if cmd_name not in _COMMANDS:
            return None
        command = importlib.import_module(_COMMANDS[cmd_name][0]).command
        if not isinstance(command, click.Command):
            return None
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

        SIGINT, SIGTERM and SIGHUP end every command in order, with the status that shells give.
        """
        from ssc_to_nwb.cli.interruption import interruptible
        from ssc_to_nwb.cli.options import JSON_ASKED
        from ssc_to_nwb.cli.output import print_problem, print_result
        from ssc_to_nwb.cli.terminal import echo
        from ssc_to_nwb.problems.model import SscError

        with interruptible() as interruption:
            try:
                return super().invoke(ctx)
            except SscError as failure:
                if ctx.meta.get(JSON_ASKED):
                    print_result({"ok": False}, problems=[failure.problem])
                print_problem(failure.problem)
                sys.exit(interruption.status or 1)
            except KeyboardInterrupt:
                echo("interrupted", err=True)
                sys.exit(interruption.status or _INTERRUPTED_STATUS)


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
    group.main(standalone_mode=True)


if __name__ == "__main__":
    main()
