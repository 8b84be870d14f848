"""The draft's metadata from dandiset.yaml, and what the archive itself says of the draft.

The dandi client leaves metadata to the web page, because a file would overwrite what was edited there. Here nothing is
overwritten unseen: what only the archive says stays, and every value that would be replaced is reported.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from dandi.consts import DRAFT
from dandi.dandiapi import RemoteDandiset, VersionInfo, VersionStatus
from dandi.exceptions import NotFoundError

from ssc_to_nwb.dandi.dandiset_file import FILE_NAME, check_dandiset_file, draft_problems
from ssc_to_nwb.dandi.dandiset_metadata import merge_metadata
from ssc_to_nwb.dandi.results import DraftState
from ssc_to_nwb.grouping import grouped
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, ProblemLog, SscError, error

#: The archive validates in its own time: how long is waited for it, and how often it is asked.
PATIENCE_S = 60.0
_POLL_S = 3.0
_BUSY = (VersionStatus.PENDING, VersionStatus.VALIDATING)
#: What the archive computes itself (dandi-archive, Version.strip_metadata), and what it owns.
_ARCHIVES_OWN = frozenset(
    {
        "@context",
        "access",
        "assetsSummary",
        "citation",
        "dateCreated",
        "dateModified",
        "datePublished",
        "doi",
        "id",
        "identifier",
        "manifestLocation",
        "publishedBy",
        "repository",
        "url",
        "version",
    }
)


def draft_state(dandiset: RemoteDandiset, *, stop: threading.Event) -> DraftState:
    """The state of the draft, once the archive has validated it, or as it is after a minute.

    "unknown" where the archive does not say.
    """
    waited = 0.0
    try:
        version = dandiset.get_version(DRAFT)
        while version.status in _BUSY and waited < PATIENCE_S and not stop.wait(_POLL_S):
            waited += _POLL_S
            version = dandiset.get_version(DRAFT)
    except (requests.RequestException, NotFoundError, ValueError):
        # The upload is done and compared: an archive that does not say has not failed.
        return DraftState(status="unknown")
    return DraftState(status=version.status.value, errors=_errors(version))


def _errors(version: VersionInfo) -> tuple[str, ...]:
    """Complaints about the dandiset, and those about assets, each once with the number of assets."""

    def said(complaint: Any) -> str:
        return f"{complaint.field}: {complaint.message}".removeprefix(": ")

    of_assets = [
        f"{first.path or 'an asset'}{f' and {len(others)} more' if others else ''}: {text}"
        for text, (first, *others) in grouped(version.asset_validation_errors, said).items()
    ]
    return (*map(said, version.version_validation_errors), *of_assets)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataChange:
    """What sending would change: the complete new metadata, the fields that differ, values that get replaced."""

    metadata: Mapping[str, Any]
    fields: tuple[str, ...]
    replaced: tuple[Problem, ...]


def plan_metadata(root: Path, dandiset: RemoteDandiset) -> MetadataChange:
    """Compare `root`/dandiset.yaml with the draft's metadata.

    Errors: dandiset-yaml-unreadable (or absent), dandiset-field-malformed.
    """
    path = root / FILE_NAME
    local, text = check_dandiset_file(root, identifier=None)
    if text is None:
        raise error(kinds.DANDISET_YAML_UNREADABLE, file=path, found="no such file")
    malformed = draft_problems(local, file=path)
    if malformed:
        raise SscError(malformed[0])
    log = ProblemLog()
    remote = dandiset.get_raw_metadata()
    ours = {key: value for key, value in local.items() if key not in _ARCHIVES_OWN}
    theirs = {key: value for key, value in remote.items() if key not in _ARCHIVES_OWN}
    merged = merge_metadata(ours, theirs, log=log)
    # An older archive keeps the schema version that the dandi client translates into: no change by itself.
    fields = tuple(key for key in merged if key != "schemaVersion" and merged[key] != theirs.get(key))
    return MetadataChange(metadata={**remote, **merged}, fields=fields, replaced=tuple(log.problems))
