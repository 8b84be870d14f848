"""What a finished file says of its own making: its layout, the options and metadata used, the source files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.proof.hdf5_tree import open_tree
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.nwb_reader import ArrayTree, ObjectError

_SOURCE = f"/processing/{naming.SOURCE_MODULE}"
_FILES = f"{_SOURCE}/{naming.SOURCE_FILES}"
_STACKS = f"{_SOURCE}/{naming.SOURCE_STACKS}"
_MODES = ("auto", "require", "skip")
# Of files from before the number was written.
_FIRST_LAYOUT = "1"
# What reading may meet in a file that is not built as it should be.
_BROKEN = (ObjectError, KeyError, ValueError, TypeError, AttributeError, OSError, RuntimeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContents:
    """What a file was made from, in short.

    session_file: its name; metadata: as used; rules: number of source fields by rule; written: number of source files
    by role; listed_stacks, found_stacks: imaging stacks that the session file lists, and those that were there.
    """

    session_file: str
    metadata: Mapping[str, Any]
    rules: Mapping[str, int]
    written: Mapping[str, int]
    listed_stacks: int
    found_stacks: int


def options_used(nwb_path: Path) -> tuple[Literal["auto", "skip"], bool]:
    """The options of a file that can be compared with its source: `raw` and `keep_going`.

    `raw` is `auto` for `require` too, since a file that was there for the conversion may be gone since. Raises
    verify-unreadable; file-layout-older, file-layout-newer; verify-stub where the file is a stub.
    """
    with _readable(nwb_path) as view:
        _check_layout(view, file=nwb_path)
        options: dict[str, Any] = json.loads(view.provenance["options"])
        raw, keep_going, stub = (options[name] for name in ("raw", "keep_going", "stub"))
        if raw not in _MODES or not isinstance(keep_going, bool):
            raise ValueError(f"options {options}")
    if stub:
        raise error(kinds.VERIFY_STUB, file=nwb_path)
    return "skip" if raw == "skip" else "auto", keep_going


def contents_of(nwb_path: Path) -> FileContents:
    """What a file of any layout was made from. Raises verify-unreadable."""
    with _readable(nwb_path) as view:
        files = view.table(_FILES)
        roles, sizes = files.texts("role"), files.column("bytes").tolist()
        rows = zip(roles, files.texts("disposition"), strict=True)
        paths = dict(zip(roles, files.texts("path"), strict=True))
        return FileContents(
            session_file=Path(paths["session file"]).name,
            metadata=view.metadata,
            rules=json.loads(view.provenance["ledger_rules"]),
            written=Counter(role for role, disposition in rows if disposition == "written"),
            listed_stacks=view.table(_STACKS).rows if view.reader.has(_STACKS) else 0,
            found_stacks=sum(role == "imaging stack" and size > 0 for role, size in zip(roles, sizes, strict=True)),
        )


def check_layout(tree: ArrayTree, *, file: Path) -> None:
    """See that a file has the layout that this version writes; what else is wrong with it is for others to find.

    Raises file-layout-older, file-layout-newer.
    """
    with suppress(*_BROKEN):
        _check_layout(FileView(tree), file=file)


def _check_layout(view: FileView, *, file: Path) -> None:
    layout = int(view.provenance.get(naming.FILE_LAYOUT_ITEM, _FIRST_LAYOUT))
    if layout != naming.FILE_LAYOUT:
        kind = kinds.FILE_LAYOUT_OLDER if layout < naming.FILE_LAYOUT else kinds.FILE_LAYOUT_NEWER
        raise error(kind, file=file, expected=f"layout {naming.FILE_LAYOUT}", found=f"layout {layout}")


@contextmanager
def _readable(nwb_path: Path) -> Iterator[FileView]:
    with open_tree(nwb_path) as tree:
        try:
            yield FileView(tree)
        except _BROKEN as failure:
            raise error(kinds.VERIFY_UNREADABLE, file=nwb_path, field=_SOURCE, found=failure) from failure
