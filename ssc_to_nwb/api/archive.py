"""Bring converted data to a DANDI archive: the dandiset's metadata, the upload, and a check of what arrived."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ssc_to_nwb.options.archive import DandisetRequest
from ssc_to_nwb.options.declare import takes

if TYPE_CHECKING:
    from ssc_to_nwb.dandi.prepare import Validation
    from ssc_to_nwb.dandi.results import DandisetResult, DownloadCheckResult, TransferProgress, UploadResult
    from ssc_to_nwb.dandi.retry import RetryPolicy

DEFAULT_INSTANCE = "dandi"


@takes(DandisetRequest)
def write_dandiset(request: DandisetRequest) -> DandisetResult:
    """Write or update `output`/dandiset.yaml from the metadata files and the assets in `output`.

    What no source says is left out of the file and listed in the result. What a person has filled in stays.

    Returns
    -------
    DandisetResult
        The metadata, what is still to be filled in (`blanks`), and fields that dandischema refuses (`malformed`).
        Nothing is written if there are any.

    Raises
    ------
    SscError
        `metadata-*`, archive-dandiset-id, dandiset-yaml-of-another, dandiset-yaml-unreadable, dandiset-yaml-unwritable.
    """
    from ssc_to_nwb.dandi.dandiset_file import write_dandiset_file
    from ssc_to_nwb.dandi.dandiset_section import as_section, load_section

    section = (
        load_section(dataset=request.dataset, files=[Path(file) for file in request.metadata_files])
        if request.section is None
        else as_section(request.section)
    )
    identifier = None
    if request.dandiset is not None:
        from ssc_to_nwb.dandi.dandiset_id import parse_dandiset_id

        identifier = parse_dandiset_id(request.dandiset)
    return write_dandiset_file(root=Path(request.output), section=section, identifier=identifier)


def upload(
    *,
    output: Path | str,
    dandiset: str,
    instance: str = DEFAULT_INSTANCE,
    api_key_variable: str | None = None,
    dry_run: bool = False,
    validation: Validation = "require",
    prune: bool = False,
    confirm_prune: Callable[[tuple[str, ...]], bool] | None = None,
    allow_embargoed: bool = False,
    with_metadata: bool = False,
    workers: int = 1,
    jobs: int = 4,
    jobs_per_file: int = 2,
    record: Path | str | None = None,
    retry: RetryPolicy | None = None,
    first_contact: RetryPolicy | None = None,
    on_progress: Callable[[TransferProgress], None] | None = None,
    stop: threading.Event | None = None,
) -> UploadResult:
    """Upload what `convert` wrote to `output` to the draft of a dandiset; doing it again does no harm.

    Each NWB file that would be sent is validated first, unless that is recorded and the file has not changed since. A
    session is sent as soon as its file is valid; one that is not valid is not sent. Files of the same checksum are not
    sent again. Zarr stores are left out: DANDI cannot publish them.

    Parameters
    ----------
    output
        The folder that `convert` wrote.
    dandiset
        Six digits, such as 000123.
    instance
        A known name (dandi, dandi-sandbox...) or the http(s) URL of a self-hosted archive.
    api_key_variable
        The environment variable that holds the key. Without it the key is read from the variable that the dandi client
        uses for the instance, from `DANDI_API_KEY` or from the keyring. It cannot be passed in.
    dry_run
        Say what would be new, replaced and unchanged; validate and send nothing.
    validation
        "skip" sends files without having them validated, with a warning.
    prune, confirm_prune
        Afterwards remove from the draft what is not in `output`, if `confirm_prune`, called with the paths before
        anything is sent, returns True. Without it nothing is ever deleted.
    allow_embargoed
        Upload to a dandiset under embargo.
    with_metadata
        Also set the draft's metadata from `output`/dandiset.yaml; what only the archive says stays, what is replaced
        is reported.
    workers
        Files that are validated at once, each in a process of its own; with 1 this process does it.
    jobs, jobs_per_file
        Files that are sent at once, and parts (64 MiB) of one file. Each part is held in memory; all files together
        hold 4 parts, or `jobs_per_file` where that is more.
    record
        Where each event is recorded (default `output`/.ssc-to-nwb/upload.jsonl).
    retry, first_contact
        Tries and waits: for each asset, and for the question whether the archive is there.
    on_progress
        Called from several threads.
    stop
        Set it to end early: the function then returns at once, and parts that are under way end by themselves.

    Returns
    -------
    UploadResult
        Whether the archive holds everything afterwards (`ok`, `differences`), what it says of the draft (`draft`), and
        what became of each file. Problems of single files do not stop the others.

    Raises
    ------
    SscError
        For what stops the run before anything is sent: archive-no-key, archive-key-refused, archive-unreachable,
        archive-no-such-dandiset, archive-no-permission, archive-embargoed, archive-client-too-old,
        dandiset-yaml-of-another, archive-prune-unconfirmed, archive-nothing-to-upload and the like.
    """
    from ssc_to_nwb.dandi.retry import FIRST_CONTACT, RetryPolicy
    from ssc_to_nwb.dandi.upload import UploadOptions, run_upload
    from ssc_to_nwb.run_files import upload_record

    root = Path(output)
    return run_upload(
        UploadOptions(
            root=root,
            dandiset=dandiset,
            instance=instance,
            api_key_variable=api_key_variable,
            dry_run=dry_run,
            validation=validation,
            prune=prune,
            confirm_prune=confirm_prune or _refuse,
            allow_embargoed=allow_embargoed,
            with_metadata=with_metadata,
            workers=workers,
            jobs=jobs,
            jobs_per_file=jobs_per_file,
            record=Path(record) if record is not None else upload_record(root),
            retry=retry or RetryPolicy(),
            first_contact=first_contact or FIRST_CONTACT,
            on_progress=on_progress or _ignore,
            stop=stop or threading.Event(),
        )
    )


def download_check(
    *,
    output: Path | str,
    dandiset: str,
    instance: str = DEFAULT_INSTANCE,
    api_key_variable: str | None = None,
    asset: str | None = None,
    seed: int | None = None,
    retry: RetryPolicy | None = None,
    first_contact: RetryPolicy | None = None,
    on_progress: Callable[[TransferProgress], None] | None = None,
    stop: threading.Event | None = None,
) -> DownloadCheckResult:
    """Fetch one asset from a dandiset's draft and compare it, as it arrives, with the file in `output`.

    Nothing is written to the disk. An open dandiset needs no key.

    Parameters
    ----------
    output : path or str
        The folder that `convert` wrote.
    dandiset : str
        Six digits, such as 000123.
    instance, api_key_variable
        As in `upload`.
    asset : str, optional
        Its path in the dandiset. None: a random one.
    seed : int, optional
        The same seed picks the same asset.
    retry, first_contact
        As in `upload`.
    on_progress : callable, optional
        Called with the progress of the transfer.
    stop : threading.Event, optional
        Set it to end early.

    Returns
    -------
    DownloadCheckResult
        Whether every byte is equal.

    Raises
    ------
    SscError
        archive-asset-missing, and those of `upload` for key, instance and dandiset.
    """
    from ssc_to_nwb.dandi.download import DownloadOptions, run_download_check
    from ssc_to_nwb.dandi.retry import FIRST_CONTACT, RetryPolicy

    return run_download_check(
        DownloadOptions(
            root=Path(output),
            dandiset=dandiset,
            instance=instance,
            api_key_variable=api_key_variable,
            asset=asset,
            seed=seed,
            retry=retry or RetryPolicy(),
            first_contact=first_contact or FIRST_CONTACT,
            on_progress=on_progress or _ignore,
            stop=stop or threading.Event(),
        )
    )


def _refuse(_paths: tuple[str, ...]) -> bool:
    return False


def _ignore(_progress: TransferProgress) -> None:
    return None
