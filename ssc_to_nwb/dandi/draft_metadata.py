"""Sending what dandiset.yaml says to the archive, laid on what the archive's web page holds by then.

The dandi client leaves this to the web page, because a file would overwrite what was edited there. Here nothing is
overwritten unseen: what only the archive says stays, and every value that would be replaced is reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dandi.dandiapi import RemoteDandiset

from ssc_to_nwb.dandi.dandiset_file import draft_problems, read_dandiset_file
from ssc_to_nwb.dandi.dandiset_merge import merge_metadata
from ssc_to_nwb.problems.model import Problem, ProblemLog, SscError

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
    local = read_dandiset_file(root)
    malformed = draft_problems(local, file=root / "dandiset.yaml")
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


def send_metadata(change: MetadataChange, dandiset: RemoteDandiset) -> None:
    """Store the metadata in the draft."""
    if change.fields:
        dandiset.set_raw_metadata(dict(change.metadata))
