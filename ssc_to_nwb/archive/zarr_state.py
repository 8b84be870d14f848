"""Whether the archive has summed a Zarr up: its size and checksum, computed by a worker once an upload is finalized.

The dandi client finalizes only after it has sent or deleted a chunk. A run that was ended between the last chunk and
that would leave a Zarr which has all its chunks and no checksum, and which no later run touches.
"""

from __future__ import annotations

import threading
from typing import Any

from dandi.dandiapi import DandiAPIClient

from ssc_to_nwb.archive import waits

#: The states of a Zarr (dandi-archive, ZarrArchiveStatus) in which nothing can be changed.
_BUSY = frozenset({"Uploaded", "Ingesting"})
_POLL_S = 2.0


def wait_until_changeable(client: DandiAPIClient, zarr: str, *, stop: threading.Event) -> None:
    """Wait while the archive is summing the Zarr up: it refuses every change meanwhile."""
    while _status(client, zarr) in _BUSY:
        waits.wait_or_stop(stop, _POLL_S)


def wait_until_summed_up(client: DandiAPIClient, zarr: str, *, stop: threading.Event) -> None:
    """Have the archive sum the Zarr up where nobody did, and wait until it has."""
    while (status := _status(client, zarr)) != "Complete":
        if status not in _BUSY:
            client.post(f"/zarr/{zarr}/finalize/")
        waits.wait_or_stop(stop, _POLL_S)


def _status(client: DandiAPIClient, zarr: str) -> str:
    answer: Any = client.get(f"/zarr/{zarr}/")
    return str(answer["status"])
