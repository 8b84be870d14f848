"""`ssc-to-nwb dandiset`, `upload` and `download-check`: from converted files to a dandiset, and back."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NoReturn

import click

from ssc_to_nwb.api.archive import download_check, upload, write_dandiset
from ssc_to_nwb.cli.command import command_of, shows_result_of
from ssc_to_nwb.cli.displays import TransferLines
from ssc_to_nwb.cli.interruption import SIGNAL_STATUS, interruptible
from ssc_to_nwb.cli.output import finish, print_problem, print_result, print_warnings
from ssc_to_nwb.cli.progress import display
from ssc_to_nwb.cli.terminal import echo
from ssc_to_nwb.grouping import grouped
from ssc_to_nwb.quantities import bytes_text, seconds_text

if TYPE_CHECKING:
    from ssc_to_nwb.dandi.results import (
        AssetOutcome,
        DandisetResult,
        DownloadCheckResult,
        DraftState,
        UploadResult,
    )

# How the threads of an upload are named.
_THREADS = "ssc-to-nwb-"
_PATHS_SHOWN = 20


def end_process(status: int) -> NoReturn:
    """Exit. Threads of an interrupted upload that wait for a server, and its processes, are not waited for."""
    waiting = any(thread.name.startswith(_THREADS) for thread in threading.enumerate())
    if waiting or multiprocessing.active_children():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


@shows_result_of(
    write_dandiset,
    "ssc-to-nwb dandiset /data/ssc-1-nwb",
    "ssc-to-nwb dandiset /data/ssc-1-nwb --dandiset 000123 --metadata orcids.yaml",
    "ssc-to-nwb dandiset /data/ssc-2-nwb --data-set ssc-2 --json",
)
def dandiset_command(result: DandisetResult, *, verbose: bool, quiet: bool) -> None:
    """Write or update OUTPUT/dandiset.yaml: what the archive shows of the dataset.

    It is made from the metadata files (section `dandiset`) and the NWB files in OUTPUT, and checked with the
    archive's own schema. Values that no public source gives are listed for you to fill in; none are made up. Values
    that you wrote into the file by hand are kept.

    Exit status: 0 the archive can store it as a draft; 1 it cannot, and nothing was written; 2 wrong usage.
    """
    for problem in result.malformed:
        print_problem(problem)
    if quiet:
        return
    print_warnings(result.warnings, verbose=verbose)
    if result.blanks:
        echo("To be filled in by a person (! = publishing needs it):")
    for blank in result.blanks:
        echo(f"  {'!' if blank.needed_to_publish else ' '} {blank.field}: {blank.what}")
    if result.ok:
        publishing = "ready to publish" if result.publishable else "a draft: publishing needs more"
        echo(f"{result.path}: {'written' if result.changed else 'unchanged'}, {publishing}")


@command_of(
    "read -rs DANDI_API_KEY && export DANDI_API_KEY   # is in no history",
    "ssc-to-nwb upload /data/ssc-1-nwb --dandiset 000123 --dry-run",
    "ssc-to-nwb upload /data/ssc-1-nwb --dandiset 000123",
    "ssc-to-nwb upload out --dandiset 000123 --instance dandi-sandbox",
    "ssc-to-nwb upload out --dandiset 000123 --prune --yes",
    calls=upload,
)
@click.option("-y", "--yes", is_flag=True, help="Confirm --prune in advance.")
def upload_command(*, yes: bool, as_json: bool, verbose: bool, quiet: bool, **options: Any) -> None:
    """Upload what `convert` wrote to OUTPUT to the draft of a dandiset.

    Each NWB file is validated first, unless it has not changed since it was validated. A session is sent as soon as
    its file is valid. Files that the archive already has are not sent again, so the same command continues an
    interrupted upload; a file that was interrupted in the middle starts again from zero. Afterwards the archive's
    listing is compared with the local files by size and checksum. Nothing in the archive is deleted unless you give
    --prune.

    The data are not yours to publish: ask their authors first. "Permission to publish" in the documentation says how.

    Exit status: 0 the archive has every local file, unchanged; 1 it does not, or the upload could not start; 2 wrong
    usage; 130 or 143 after Ctrl-C or SIGTERM.
    """
    with interruptible() as interruption, display(TransferLines, quiet=quiet or as_json) as on_progress:
        try:
            result = upload(
                confirm_prune=_confirmation(yes=yes, drawn=on_progress),
                on_progress=on_progress,
                stop=interruption.stop,
                **options,
            )
        except KeyboardInterrupt:
            echo("interrupted before anything was sent", err=True)
            end_process(interruption.status or SIGNAL_STATUS + signal.SIGINT)
    if as_json:
        print_result(result.as_dict())
    else:
        _print_upload(result, verbose=verbose, quiet=quiet)
    if not result.ok or interruption.status:
        end_process(interruption.status or 1)


def _confirmation(*, yes: bool, drawn: TransferLines | None) -> Callable[[tuple[str, ...]], bool]:
    """Yes by option, or by answer at the terminal; no where there is none."""

    def confirm(paths: tuple[str, ...]) -> bool:
        if yes or not sys.stdin.isatty():
            return yes
        with nullcontext() if drawn is None else drawn.paused():
            echo("Not in the folder, to be removed from the draft:", err=True)
            _print_paths(paths, err=True)
            return click.confirm("Remove them after the upload?", err=True)

    return confirm


def _print_upload(result: UploadResult, *, verbose: bool, quiet: bool) -> None:
    if not quiet:
        if result.resumed:
            echo("An earlier run did not finish; this one continued where it stopped.")
        (_print_plan if result.dry_run else _print_done)(result)
    if verbose and result.not_assets:
        echo("No assets, so they stay here:")
        _print_paths(result.not_assets, err=False)
    errors = [problem for problem in result.problems if problem.kind.severity.value == "error"]
    for problem in errors:
        print_problem(problem)
    for difference in result.differences:
        here, there = difference.local, difference.remote
        echo(f"  {difference.path}: {difference.kind}, here {here}, there {there}", err=True)
    if not quiet:
        print_warnings([problem for problem in result.problems if problem not in errors], verbose=verbose)
        for paths in (result.stores, result.only_remote):
            _print_paths(paths, err=True)
        if result.draft is not None:
            _print_draft(result.draft)
    if not result.ok and not result.dry_run:
        echo("What has arrived is not sent again.", err=True)


def _print_plan(result: UploadResult) -> None:
    for outcome in result.outcomes:
        if outcome.action != "unchanged":
            echo(f"{outcome.action:9} {bytes_text(outcome.size):>9}  {outcome.path}")
    if result.metadata_fields:
        echo(f"metadata  {', '.join(result.metadata_fields)}")
    totals = [f"{count} {action} ({bytes_text(size)})" for action, (count, size) in result.bytes_by_action().items()]
    echo(f"{', '.join(totals)} (dry run, nothing was sent)")


def _print_done(result: UploadResult) -> None:
    statuses = grouped(result.outcomes, lambda outcome: outcome.status).items()
    parts = [f"{len(outcomes)} {status} ({_bytes_of(status, outcomes)})" for status, outcomes in statuses]
    pruned = f", {len(result.pruned)} removed" if result.pruned else ""
    echo(f"dandiset {result.dandiset} at {result.instance}: {', '.join(parts)}{pruned}")
    if result.metadata_fields:
        echo(f"metadata set: {', '.join(result.metadata_fields)}")
    if result.ok:
        echo(f"The archive holds all {len(result.outcomes)} files as they are here.")


def _bytes_of(status: str, outcomes: list[AssetOutcome]) -> str:
    """What was sent for files that were uploaded, which is nothing where the archive had their content; else sizes."""
    if status == "uploaded":
        sent = sum(outcome.bytes_sent for outcome in outcomes)
        return f"{bytes_text(sent)} sent" if sent else "nothing to send: the archive had their content"
    return bytes_text(sum(outcome.size for outcome in outcomes))


def _print_draft(draft: DraftState) -> None:
    """What the archive itself says of the draft."""
    if draft.status == "Valid":
        echo("The archive shows the draft as valid: it can be published on its web page.")
    elif draft.errors:
        echo("The archive shows the draft as not valid. What keeps it from being published:")
        _print_paths(draft.errors, err=False)
    elif draft.status == "unknown":
        echo("The archive does not say whether the draft is valid: see its web page.")
    else:
        echo(f"The archive has not finished its own validation of the draft ({draft.status}): see its web page.")


def _print_paths(paths: tuple[str, ...], *, err: bool) -> None:
    for path in paths[:_PATHS_SHOWN]:
        echo(f"    {path}", err=err)
    if len(paths) > _PATHS_SHOWN:
        echo(f"    ... and {len(paths) - _PATHS_SHOWN} more", err=err)


@command_of(
    "ssc-to-nwb download-check /data/ssc-1-nwb --dandiset 000123",
    "ssc-to-nwb download-check out --dandiset 000123 --seed 1",
    "ssc-to-nwb download-check out --dandiset 000123 --asset sub-X/X.nwb",
    calls=download_check,
)
def download_check_command(*, as_json: bool, quiet: bool, **options: Any) -> None:
    """Download one asset of a dandiset and compare it byte for byte with the file in OUTPUT.

    It is compared while it is downloaded; nothing is written to the disk. An open dandiset needs no key.

    Exit status: 0 every byte is the same; 1 it is not, or the download failed; 2 wrong usage; 130 or 143 after
    Ctrl-C or SIGTERM.
    """
    with interruptible() as interruption, display(TransferLines, quiet=quiet or as_json) as on_progress:
        result = download_check(on_progress=on_progress, stop=interruption.stop, **options)
    finish(result, _print_download, as_json=as_json, quiet=quiet)


def _print_download(result: DownloadCheckResult, *, quiet: bool) -> None:
    if result.problem is not None:
        print_problem(result.problem)
    elif not quiet:
        took = seconds_text(result.seconds)
        echo(f"{result.path}: {bytes_text(result.bytes_compared)} fetched in {took}, every byte the same")
