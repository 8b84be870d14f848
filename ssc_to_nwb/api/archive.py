"""Bring converted data to a DANDI archive: the dandiset's metadata, the upload, and a check of what arrived."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ssc_to_nwb.options.archive import DandisetRequest, DownloadCheckRequest, UploadRequest
from ssc_to_nwb.options.declare import takes
from ssc_to_nwb.run_files import upload_record

if TYPE_CHECKING:
    from ssc_to_nwb.dandi.results import DandisetResult, DownloadCheckResult, UploadResult


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
        `metadata-*`, archive-dandiset-id, archive-nothing-to-upload, archive-empty-file, dandiset-yaml-of-another,
        dandiset-yaml-unreadable, output-not-writable, disk-full.
    """
    from ssc_to_nwb.dandi.dandiset_file import write_dandiset_file
    from ssc_to_nwb.dandi.dandiset_section import as_section, load_section
    from ssc_to_nwb.dandi.instance import parse_dandiset_id

    section = (
        load_section(dataset=request.dataset, files=[Path(file) for file in request.metadata_files])
        if request.section is None
        else as_section(request.section)
    )
    identifier = None if request.dandiset is None else parse_dandiset_id(request.dandiset)
    return write_dandiset_file(root=Path(request.output), section=section, identifier=identifier)


@takes(UploadRequest)
def upload(request: UploadRequest) -> UploadResult:
    """Upload what `convert` wrote to `output` to the draft of a dandiset; doing it again does no harm.

    Each NWB file that would be sent is validated first, unless that is recorded and the file has not changed since. A
    session is sent as soon as its file is valid; one that is not valid is not sent. Files of the same checksum are not
    sent again. Zarr stores are left out: DANDI cannot publish them.

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
    from ssc_to_nwb.dandi.upload import run_upload

    return run_upload(request, record_path=Path(request.record or upload_record(Path(request.output))))


@takes(DownloadCheckRequest)
def download_check(request: DownloadCheckRequest) -> DownloadCheckResult:
    """Fetch one asset from a dandiset's draft and compare it, as it arrives, with the file in `output`.

    Nothing is written to the disk. An open dandiset needs no key.

    Returns
    -------
    DownloadCheckResult
        Whether every byte is equal.

    Raises
    ------
    SscError
        archive-asset-missing, and those of `upload` for key, instance and dandiset.
    """
    from ssc_to_nwb.dandi.download import run_download_check

    return run_download_check(request)
