"""Everything that is validated about one NWB file."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pynwb
from hdmf.backends.io import HDMFIO
from hdmf.build.errors import ConstructError
from pynwb import NWBFile

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.proof.hdf5_tree import open_tree
from ssc_to_nwb.quantities import listed
from ssc_to_nwb.reading.nwb_files import is_zarr, open_nwb
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.following import Contradiction, all_follows, contradictions
from ssc_to_nwb.validate.dandi_rules import layout_messages, metadata_messages
from ssc_to_nwb.validate.inspection import inspection_messages, layout_of
from ssc_to_nwb.validate.messages import Message, message_of

_TOOL = "ssc_to_nwb"
_RECORD = f"/processing/{naming.SOURCE_MODULE}"
_LONGEST_TEXT = 300
_BENIGN_WARNINGS = ("cached namespace", "No cached namespaces")


def validate_file(file: Path) -> tuple[Message, ...]:
    """All messages about one file; a file that can't be read is itself a message."""
    return (*layout_messages(file), *_content_messages(file))


def _content_messages(file: Path) -> Iterator[Message]:
    messages: list[Message] = []
    with ExitStack() as stack:
        try:
            io = stack.enter_context(open_nwb(file))
            messages += _schema_messages(io, file=file)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always", UserWarning)
                nwbfile = io.read()
        except SscError as failure:
            problem = failure.problem
            text = f"{problem.kind.title}: {problem.found}" if problem.found else problem.kind.title
            yield message_of(problem.kind, file=file, object_path=problem.field or "/", text=text)
            return
        except Exception as failure:  # noqa: BLE001 - hdmf, h5py and zarr raise what they like at a damaged file
            # What the schema misses is often what keeps pynwb from reading the file.
            yield from messages
            yield _unreadable(failure, file=file)
            return
        yield from messages
        yield from _warning_messages(caught, file=file)
        with warnings.catch_warnings():
            # Whatever is wrong with an object comes back as a message of a check.
            warnings.simplefilter("ignore")
            yield from inspection_messages(nwbfile, file=file, path_of=partial(path_in, io))
            contradicting = list(follows_messages(nwbfile, file=file))
            # As late as can be: the client may be reading the file in a process of its own meanwhile.
            yield from metadata_messages(file, species=None if nwbfile.subject is None else nwbfile.subject.species)
        yield from contradicting


def _schema_messages(io: HDMFIO, *, file: Path) -> Iterator[Message]:
    """A message for every breach of the schema. By way of the open reader, which alone works for zarr too."""
    for found in pynwb.validate(io=io):
        text = f"{found.name}: {found.reason}"
        yield message_of(kinds.NWB_SCHEMA, file=file, object_path=_normal_path(found.location), text=text)


def path_in(io: HDMFIO, neurodata_object: Any) -> str:
    """Where an object that was read lies inside its file."""
    builder = io.manager.get_builder(neurodata_object)
    return "/" if builder is None else _normal_path(builder.path)


def _normal_path(path: str | None) -> str:
    """`root/intervals/trials` or `intervals/trials` as `/intervals/trials`; `/` where there is none."""
    parts = [part for part in (path or "").split("/") if part]
    return "/" + "/".join(parts[1:] if parts[:1] == ["root"] else parts)


def _warning_messages(caught: list[warnings.WarningMessage], *, file: Path) -> Iterator[Message]:
    texts = dict.fromkeys(str(one.message) for one in caught if issubclass(one.category, UserWarning))
    for text in texts:
        if not any(benign in text for benign in _BENIGN_WARNINGS):
            yield message_of(kinds.NWB_READ_WARNING, file=file, text=text)


def _unreadable(failure: Exception, *, file: Path) -> Message:
    causes: list[BaseException] = [failure]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(cause)
    if any(type(cause).__name__ == "UnsafeDecodeError" for cause in causes):
        return message_of(kinds.ZARR_PICKLES_REFUSED, file=file, text="References to rows and samples are pickled.")
    places = [cause.args[0].path for cause in causes if isinstance(cause, ConstructError)]
    # hdmf wraps what went wrong with one object, and prints the whole object.
    first = causes[-1] if places else failure
    line = next(iter(str(first).strip().splitlines()), "")
    place, text = _normal_path(places[-1] if places else None), f"{type(first).__name__}: {line}"
    return message_of(kinds.NWB_UNREADABLE, file=file, object_path=place, text=text)


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
        view = FileView(tree)
        has_record = view.reader.has(f"{_RECORD}/{naming.PROVENANCE}")
        if has_record and json.loads(view.provenance.get("options", "{}")).get("stub"):
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


def _text(found: Contradiction) -> str:
    expected, was = (
        text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]} ..." for text in (found.expected, found.found)
    )
    return f"Expected {expected}, found {was}."
