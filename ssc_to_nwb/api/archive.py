"""Bring converted data to a DANDI archive: the dandiset's metadata, the upload, and a check of what arrived."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from ssc_to_nwb.archive.dandiset_model import DandisetSection
    from ssc_to_nwb.archive.results import DandisetResult, DownloadCheckResult, Progress, UploadResult
    from ssc_to_nwb.archive.retry import RetryPolicy
    from ssc_to_nwb.archive.validation import ValidationReport

DEFAULT_INSTANCE = "dandi"


def write_dandiset(
    *,
    output: Path | str,
    section: DandisetSection | Mapping[str, Any] | None = None,
    dataset: Literal["ssc-1", "ssc-2"] = "ssc-1",
    metadata_files: Sequence[Path | str] = (),
    dandiset: str | None = None,
) -> DandisetResult:
    """Write or update `output`/dandiset.yaml from the metadata files and the assets in `output`.

    section: the section `dandiset` of the metadata, already loaded; without it, that of `<dataset>.yaml` with
    `metadata_files` on top (later ones win). dandiset: the six digits of the dandiset, where it exists already.

    What no source says is left out of the file and listed in the result's `blanks`; what a person filled in in an
    existing file stays. Nothing is written where dandischema refuses a field (`malformed`).
    Raises SscError: `metadata-*`, archive-dandiset-id, dandiset-yaml-of-another, dandiset-yaml-unreadable,
    dandiset-yaml-unwritable.
    """
    from ssc_to_nwb.archive.dandiset_file import write_dandiset_file
    from ssc_to_nwb.archive.dandiset_section import as_section, load_section

    loaded = (
        load_section(dataset=dataset, files=[Path(file) for file in metadata_files])
        if section is None
        else as_section(section)
    )
    identifier = None
    if dandiset is not None:
        from ssc_to_nwb.archive.dandiset_id import parse_dandiset_id

        identifier = parse_dandiset_id(dandiset)
    return write_dandiset_file(root=Path(output), section=loaded, identifier=identifier)


def upload(
    *,
    output: Path | str,
    dandiset: str,
    instance: str = DEFAULT_INSTANCE,
    api_key_variable: str | None = None,
    dry_run: bool = False,
    prune: bool = False,
    confirm_prune: Callable[[tuple[str, ...]], bool] | None = None,
    allow_embargoed: bool = False,
    with_metadata: bool = False,
    jobs: int = 4,
    jobs_per_file: int = 2,
    record: Path | str | None = None,
    retry: RetryPolicy | None = None,
    first_contact: RetryPolicy | None = None,
    validate: Callable[[Sequence[Path]], ValidationReport] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> UploadResult:
    """Upload what `convert` wrote to `output` to the draft of a dandiset; doing it again does no harm.

    instance: a known name (dandi, dandi-sandbox...) or the http(s) URL of a self-hosted archive. The key is read from
    the environment variable `api_key_variable`, or else from `DANDI_API_KEY` or the keyring; it cannot be passed in.
    dry_run: say what would be new, replaced and unchanged, and send nothing. prune: afterwards remove from the draft
    what is not in `output`, if `confirm_prune`, called with the paths before anything is sent, returns True; without
    it nothing is ever deleted. allow_embargoed: upload to a dandiset under embargo. with_metadata: also set the
    draft's metadata from `output`/dandiset.yaml; what only the archive says stays, what is replaced is reported.
    jobs: files at once; jobs_per_file: parts of a file (64 MiB each) at once, each held in memory. record: where each
    event is recorded (default `output`/.ssc-to-nwb/upload.jsonl). validate: called with the NWB files that would be
    sent; default is this package's validation. on_progress: called from several threads. stop: set it to end early.

    Files of the same checksum are not sent again. Whether the archive holds everything afterwards is in the result
    (`ok`, `differences`); problems of single files are in its outcomes and do not stop the others.
    Raises SscError for what stops the run before anything is sent: archive-no-key, archive-key-refused,
    archive-unreachable, archive-no-such-dandiset, archive-no-permission, archive-embargoed, archive-client-too-old,
    dandiset-yaml-of-another, archive-not-valid, archive-prune-unconfirmed, archive-nothing-to-upload and the like.
    """
    from ssc_to_nwb.archive.retry import FIRST_CONTACT, RetryPolicy
    from ssc_to_nwb.archive.upload import UploadOptions, run_upload
    from ssc_to_nwb.run_files import upload_record

    root = Path(output)
    return run_upload(
        UploadOptions(
            root=root,
            dandiset=dandiset,
            instance=instance,
            api_key_variable=api_key_variable,
            dry_run=dry_run,
            prune=prune,
            confirm_prune=confirm_prune or _refuse,
            allow_embargoed=allow_embargoed,
            with_metadata=with_metadata,
            jobs=jobs,
            jobs_per_file=jobs_per_file,
            record=Path(record) if record is not None else upload_record(root),
            retry=retry or RetryPolicy(),
            first_contact=first_contact or FIRST_CONTACT,
            validate=validate or _validate,
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
    work_dir: Path | str | None = None,
    keep: bool = False,
    retry: RetryPolicy | None = None,
    first_contact: RetryPolicy | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> DownloadCheckResult:
    """Fetch one asset back from a dandiset's draft and compare it byte for byte with the file in `output`.

    asset: its path in the dandiset; without it one is picked at random (the same one for the same `seed`). work_dir:
    where it is downloaded to (default: the system's temporary folder); keep: leave the download there.
    instance and api_key_variable as in `upload`.

    Raises SscError: archive-asset-missing, archive-download-disk-full, archive-download-unwritable, and as `upload`
    for key, instance and dandiset. A difference is in the result.
    """
    from ssc_to_nwb.archive.download import DownloadOptions, run_download_check
    from ssc_to_nwb.archive.retry import FIRST_CONTACT, RetryPolicy

    return run_download_check(
        DownloadOptions(
            root=Path(output),
            dandiset=dandiset,
            instance=instance,
            api_key_variable=api_key_variable,
            asset=asset,
            seed=seed,
            work_dir=Path(work_dir) if work_dir is not None else None,
            keep=keep,
            retry=retry or RetryPolicy(),
            first_contact=first_contact or FIRST_CONTACT,
            on_progress=on_progress or _ignore,
            stop=stop or threading.Event(),
        )
    )


def _refuse(_paths: tuple[str, ...]) -> bool:
    return False


def _ignore(_progress: Progress) -> None:
    return None


def _validate(nwb_files: Sequence[Path]) -> ValidationReport:
    from ssc_to_nwb.api.validation import validate

    return validate(paths=nwb_files, fail_on="error")
