"""Everything that is validated about one NWB file."""

from __future__ import annotations

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

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.reading.nwb_files import open_nwb
from ssc_to_nwb.validate.dandi_rules import layout_messages, metadata_messages
from ssc_to_nwb.validate.follows import follows_messages
from ssc_to_nwb.validate.inspection import inspection_messages
from ssc_to_nwb.validate.messages import Message, message_of

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
            nwbfile, caught = _read(io)
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


def _read(io: HDMFIO) -> tuple[NWBFile, list[warnings.WarningMessage]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        nwbfile = io.read()
    return nwbfile, caught or []


def _warning_messages(caught: list[warnings.WarningMessage], *, file: Path) -> Iterator[Message]:
    texts = dict.fromkeys(str(one.message) for one in caught if issubclass(one.category, UserWarning))
    for text in texts:
        if not any(benign in text for benign in _BENIGN_WARNINGS):
            yield message_of(kinds.NWB_READ_WARNING, file=file, text=text)


def _unreadable(failure: Exception, *, file: Path) -> Message:
    causes = list(_causes(failure))
    if any(type(cause).__name__ == "UnsafeDecodeError" for cause in causes):
        return message_of(kinds.ZARR_PICKLES_REFUSED, file=file, text="References to rows and samples are pickled.")
    places = [cause.args[0].path for cause in causes if isinstance(cause, ConstructError)]
    # hdmf wraps what went wrong with one object, and prints the whole object.
    first = causes[-1] if places else failure
    line = next(iter(str(first).strip().splitlines()), "")
    text = f"{type(first).__name__}: {line}"
    return message_of(
        kinds.NWB_UNREADABLE, file=file, object_path=_normal_path(places[-1] if places else None), text=text
    )


def _causes(failure: BaseException) -> Iterator[BaseException]:
    """The exception, the one that it came from, and so on to the first."""
    cause: BaseException | None = failure
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
