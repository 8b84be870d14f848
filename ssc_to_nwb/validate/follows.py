"""Checks what is derived or written twice against the rest of an HDF5 file of this program, without its source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from pynwb import NWBFile

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.proof.hdf5_tree import open_tree
from ssc_to_nwb.quantities import listed
from ssc_to_nwb.reading.nwb_files import is_zarr
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.following import Contradiction, all_follows, contradictions
from ssc_to_nwb.restoring.nwb_reader import NwbReader
from ssc_to_nwb.restoring.pieces import all_restores
from ssc_to_nwb.validate.inspection import layout_of
from ssc_to_nwb.validate.messages import Message, message_of

_TOOL = "ssc_to_nwb"
_RECORD = f"/processing/{naming.SOURCE_MODULE}"
_LONGEST_TEXT = 300


def follows_messages(nwbfile: NWBFile, *, file: Path) -> Iterator[Message]:
    """A message for everything that contradicts the rest of the file; one line where that is not checked."""
    layout = layout_of(nwbfile)
    if layout is None and not any(_TOOL in pair for pair in nwbfile.was_generated_by or ()):
        text = "The file was not made by ssc-to-nwb."
        yield message_of(kinds.DERIVED_VALUES_NOT_CHECKED, file=file, text=text)
    elif is_zarr(file):
        yield message_of(kinds.DERIVED_VALUES_NOT_CHECKED, file=file, text="The file is a Zarr store.")
    elif layout in (None, naming.FILE_LAYOUT):
        try:
            yield from contradiction_messages(file)
        except SscError as failure:
            problem = failure.problem
            text = f"Expected {problem.expected}, found {problem.found}."
            yield message_of(problem.kind, file=file, object_path=problem.field or "/", text=text)


def contradiction_messages(file: Path) -> Iterator[Message]:
    """The messages of an HDF5 file of this program. Raises verify-unreadable, verify-values-elsewhere."""
    with open_tree(file) as tree:
        view = FileView(reader=NwbReader(tree=tree), restores=all_restores())
        if _is_stub(view):
            yield message_of(kinds.DERIVED_VALUES_NOT_CHECKED, file=file, text="The file is a stub.")
            return
        unchecked = []
        for found in contradictions(view, all_follows()):
            if found.of_record:
                unchecked.append(found.place)
            else:
                yield message_of(kinds.VALUE_CONTRADICTS, file=file, object_path=found.place, text=_text(found))
        if unchecked:
            text = f"Cannot check {listed(list(dict.fromkeys(unchecked)), most=len(unchecked))}."
            yield message_of(kinds.RECORD_MISSING, file=file, object_path=_RECORD, text=text)


def _is_stub(view: FileView) -> bool:
    has_record = view.reader.has(f"{_RECORD}/{naming.PROVENANCE}")
    return has_record and bool(json.loads(view.provenance.get("options", "{}")).get("stub"))


def _text(found: Contradiction) -> str:
    expected, was = (
        text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]} ..." for text in (found.expected, found.found)
    )
    return f"Expected {expected}, found {was}."
