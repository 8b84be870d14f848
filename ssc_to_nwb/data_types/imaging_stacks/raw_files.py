"""Imaging stacks among a session's raw files, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.imaging_stacks import problems
from ssc_to_nwb.data_types.imaging_stacks.layout import frames_path
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.data_types.rule import Disposition, Rule
from ssc_to_nwb.ledger.ledger import FileEntry
from ssc_to_nwb.source_files.raw_files import ListedFile, RawFileKind

if TYPE_CHECKING:
    from ssc_to_nwb.ledger.raw_ledger import SourceFiles
    from ssc_to_nwb.session.raw_data import RawData
    from ssc_to_nwb.source_files.raw_inventory import PlaneFiles

ROLE = ("imaging stack", RawFileKind.STACK)


def _places(plane: str, channels: Sequence[naming.Channel]) -> tuple[str, ...]:
    return tuple(f"{frames_path(plane, channel)}/data" for channel in channels)


_STACK = Rule(
    identifier="imaging-stack",
    patterns=("fov_VVPPP/fluo_batch_out/*_main_NNN.tif",),
    disposition=Disposition.WRITTEN,
    nwb=_places("{plane}", naming.CHANNELS),
    unit="pixel value",
    text="The frames that sourceFileFrameIdx names, in its order, axes (time, column, row), values unchanged.",
)
_MISSING = Rule(
    identifier="raw-file-missing",
    patterns=("a stack that is listed and not there",),
    disposition=Disposition.LEFT_OUT,
    text="The listed file is not there; its frames are gaps.",
)
RAW_RULES = (_STACK, _MISSING)
LEAVES_OUT = (problems.STACK_FILE_SKIPPED,)
_NOT_NAMED = "the session file lists the stack, but names no frame of it"


def plane_entries(plane: PlaneFiles, raw: RawData, files: SourceFiles) -> Iterator[FileEntry]:
    """The stacks of a plane in the ledger."""
    stack = raw.stacks[plane.plane_name]
    for number, listed in enumerate(plane.listed_files):
        yield _entry(listed, stack, files, used=bool(np.any(stack.file_number == number)))


def _entry(listed: ListedFile, stack: PlaneStack, files: SourceFiles, *, used: bool) -> FileEntry:
    if listed.path is None:
        return FileEntry(
            source=listed.listed_path,
            role=ROLE[0],
            bytes=0,
            sha256=None,
            disposition=_MISSING.disposition,
            nwb=(),
            rule=_MISSING.identifier,
            reason=_MISSING.text,
        )
    reason = files.why_unusable(listed.path)
    if not used:
        return files.unusable(listed.path, reason or _NOT_NAMED, role=ROLE[0])
    # A stack that is cut short is used as far as it goes.
    nwb = _places(stack.plane_name, stack.channels)
    return files.entry_with(listed.path, _STACK, role=ROLE[0], nwb=nwb, reason=reason)
