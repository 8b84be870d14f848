"""Finds session files, and tells animal and date from their names."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from ssc_to_nwb.naming import RUN_FOLDER
from ssc_to_nwb.problems import source_kinds as kinds
from ssc_to_nwb.problems.model import error

_SESSION_NAME = re.compile(r"(?P<animal>[A-Za-z0-9]+)_(?P<year>\d{4})_(?P<month>\d{2})_(?P<day>\d{2})")
# ssc-1 names its files ..._session.mat, ssc-2 ..._data_struct.mat.
_FILE_NAME = re.compile(rf"{_SESSION_NAME.pattern}_(?:session|data_struct)\.mat")
# Folders below which no session file lies; the stacks alone are tens of thousands of files.
_RAW_FOLDER = re.compile(r"fov_\d+|whisker|fluo_batch_out")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SessionKey:
    """Animal and day: `an197522`, `20130308`; text form `an197522_2013_03_08`, as folders are named."""

    animal: str
    date: str

    @classmethod
    def at_start_of(cls, text: str) -> SessionKey | None:
        """Animal and day from a name that begins with them; None where it does not."""
        match = _SESSION_NAME.match(text)
        return None if match is None else cls._of_match(match)

    @classmethod
    def from_name(cls, name: str) -> SessionKey | None:
        """The key whose text form is `name`; None where that is the name of no session."""
        match = _SESSION_NAME.fullmatch(name)
        return None if match is None else cls._of_match(match)

    @classmethod
    def _of_match(cls, match: re.Match[str]) -> SessionKey:
        return cls(animal=match["animal"], date=match["year"] + match["month"] + match["day"])

    def __str__(self) -> str:
        return f"{self.animal}_{self.date[:4]}_{self.date[4:6]}_{self.date[6:]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFile:
    """A session file and the folder its raw files would be in (None where there is no such folder)."""

    path: Path
    key: SessionKey
    dataset: str
    raw_folder: Path | None


def key_from_path(path: Path) -> SessionKey:
    """Animal and day from the file name. Raises session-name-unknown."""
    key = SessionKey.at_start_of(path.name)
    if key is None or not is_session_file(path.name):
        raise error(
            kinds.SESSION_NAME_UNKNOWN,
            file=path,
            expected="<animal>_<yyyy>_<mm>_<dd>_session.mat or ..._data_struct.mat",
            found=path.name,
        )
    return key


def is_session_file(name: str) -> bool:
    """Whether a file name is that of a session file."""
    return _FILE_NAME.fullmatch(name) is not None


def may_hold_sessions(folder_name: str) -> bool:
    """Whether a folder is worth looking into for sessions: not one of stacks, nor what a run keeps for itself."""
    return folder_name != RUN_FOLDER and _RAW_FOLDER.fullmatch(folder_name) is None


def dataset_of(path: Path) -> str:
    """`ssc-2` for a name ending in _data_struct.mat, else `ssc-1`."""
    return "ssc-2" if path.name.endswith("_data_struct.mat") else "ssc-1"


def find_session_files(source: Path) -> tuple[SessionFile, ...]:
    """The session files in a folder and its subfolders, or the one given, sorted by animal and date.

    Raises source-missing, no-session-found, session-name-unknown (for a file), session-found-twice.
    """
    if source.is_file():
        return (_session_file(source),)
    if not source.is_dir():
        raise error(kinds.SOURCE_MISSING, file=source, expected="a folder or a session file", found="nothing")
    found: dict[SessionKey, SessionFile] = {}
    for path in _walk(source):
        session = _session_file(path)
        if session.key in found:
            raise error(kinds.SESSION_FOUND_TWICE, file=path, found=f"{found[session.key].path} is {session.key} too")
        found[session.key] = session
    if not found:
        raise error(kinds.NO_SESSION_FOUND, file=source, expected="files named <animal>_<date>_session.mat")
    return tuple(found[key] for key in sorted(found))


def select_names(names: Sequence[str], *, patterns: Sequence[str], source: Path) -> tuple[str, ...]:
    """The names that match one of the globs; all without globs. Raises no-session-found."""
    chosen = tuple(name for name in names if not patterns or any(fnmatchcase(name, pattern) for pattern in patterns))
    if not chosen:
        raise error(
            kinds.NO_SESSION_FOUND,
            file=source,
            expected=f"a session named {' or '.join(patterns)}",
            found=", ".join(names),
        )
    return chosen


def _walk(source: Path) -> list[Path]:
    paths = []
    for folder, subfolders, names in os.walk(source):
        subfolders[:] = sorted(name for name in subfolders if may_hold_sessions(name))
        paths += [Path(folder) / name for name in sorted(names) if is_session_file(name)]
    return paths


def _session_file(path: Path) -> SessionFile:
    key = key_from_path(path)
    folder = path.parent / str(key)
    if not folder.is_dir():
        folder = path.parent
    return SessionFile(
        path=path,
        key=key,
        dataset=dataset_of(path),
        raw_folder=folder if folder.name == str(key) else None,
    )
