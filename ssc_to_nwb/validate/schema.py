"""pynwb's validation against the schema that is stored in the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pynwb
from hdmf.backends.io import HDMFIO

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.validate.messages import Message, message_of
from ssc_to_nwb.validate.object_paths import normal_path


def schema_messages(io: HDMFIO, *, file: Path) -> Iterator[Message]:
    """A message for every breach of the schema. By way of the open reader, which alone works for zarr too."""
    for found in pynwb.validate(io=io):
        yield message_of(
            kinds.NWB_SCHEMA, file=file, object_path=normal_path(found.location), text=f"{found.name}: {found.reason}"
        )
