"""What the archive itself says of the draft: whether it is valid, and what keeps it from being published."""

from __future__ import annotations

import threading
from collections import Counter

import requests
from dandi.consts import DRAFT
from dandi.dandiapi import RemoteDandiset, VersionInfo, VersionStatus
from dandi.exceptions import NotFoundError

from ssc_to_nwb.dandi.results import DraftState

#: The archive validates in its own time: how long is waited for it, and how often it is asked.
PATIENCE_S = 60.0
_POLL_S = 3.0
_BUSY = (VersionStatus.PENDING, VersionStatus.VALIDATING)


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
    of_dandiset = [f"{each.field}: {each.message}".removeprefix(": ") for each in version.version_validation_errors]
    first: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for each in version.asset_validation_errors:
        text = f"{each.field}: {each.message}".removeprefix(": ")
        counts[text] += 1
        first.setdefault(text, each.path or "an asset")
    of_assets = [
        f"{first[text]}{f' and {count - 1} more' if count > 1 else ''}: {text}" for text, count in counts.items()
    ]
    return (*of_dandiset, *of_assets)
