"""Finds session files by their names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ssc_to_nwb import system_files
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.session_key import SessionKey
from ssc_to_nwb.source_files.disk_walk import in_place_of, is_raw_folder, named_files
from ssc_to_nwb.source_files.packed_files import PACKED_KINDS, is_packed, is_packed_otherwise
from ssc_to_nwb.source_files.raw_files import RawFileKind, kind_of_file

# What follows the key in the name of a session file, in any case, and the data set that has such names: ssc-1
# ..._session.mat, ssc-2 ..._data_struct.mat; programs that read the files have ..._sess.mat and .mat alone as well.
_ENDINGS = {"_session.mat": "ssc-1", "_data_struct.mat": "ssc-2", "_sess.mat": None, ".mat": None}
NAMES_EXPECTED = "<animal>_<yyyy>_<mm>_<dd>, a letter where the day has two sessions, and " + ", ".join(_ENDINGS)
_SESSIONS_OF_SSC_1 = frozenset(
    (
        "an197522_2013_03_08", "an197522_2013_03_10", "an229717_2013_12_01", "an229719_2013_12_02",
        "an229719_2013_12_05",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFile:
    """A session file and the folder its raw files would be in (None where there is no such folder)."""

    path: Path
    key: SessionKey
    raw_folder: Path | None


def key_from_path(path: Path) -> SessionKey:
    """The session whose file has this name. Raises session-name-unknown."""
    key = key_of_file(path.name)
    if key is None:
        raise error(kinds.SESSION_NAME_UNKNOWN, file=path, expected=NAMES_EXPECTED, found=path.name)
    return key


def key_of_file(name: str) -> SessionKey | None:
    """The session whose file has this name; None where it is not the name of a session file."""
    key = SessionKey.at_start_of(name)
    return key if key is not None and _rest(name, key).lower() in _ENDINGS else None


def _rest(name: str, key: SessionKey) -> str:
    """What follows the key in a name."""
    return name.removeprefix(str(key))


def dataset_named(path: Path) -> str | None:
    """The data set that names its session files like this one; None where the name leaves it open."""
    key = key_of_file(path.name)
    return None if key is None else _ENDINGS[_rest(path.name, key).lower()]


def dataset_of(path: Path) -> str:
    """The data set of a session file, `ssc-1` or `ssc-2`: by the ending of its name.

    Where that leaves it open, the five sessions of ssc-1 are known by name, and any other is of ssc-2. A file of no
    session counts as one of ssc-1.
    """
    named, key = dataset_named(path), key_of_file(path.name)
    if named is not None:
        return named
    return "ssc-1" if key is None or str(key) in _SESSIONS_OF_SSC_1 else "ssc-2"


def find_session_files(source: Path, *, output: Path | None = None) -> tuple[SessionFile, ...]:
    """The session files in a folder and its subfolders, or the one given, sorted by animal, date and letter.

    output: the folder of the conversion, which is not searched.

    Raises source-missing, session-found-twice; session-name-unknown, packed-unreadable (for a file).
    """
    if source.is_file():
        if is_packed_otherwise(source):
            raise error(kinds.PACKED_UNREADABLE, file=source, expected=f"one of {PACKED_KINDS}", found=source.name)
        return (session_file(source),)
    if not source.is_dir():
        raise error(
            kinds.SOURCE_MISSING,
            file=source,
            expected="a folder or a session file",
            found=in_place_of(source) or "nothing",
        )
    found: dict[SessionKey, SessionFile] = {}
    for path in named_files(source, output=output):
        key = key_of_file(path.name)
        if key is None:
            continue
        if key in found:
            raise error(kinds.SESSION_FOUND_TWICE, file=path, found=f"{found[key].path} is {key} too")
        found[key] = session_file(path)
    return tuple(found[key] for key in sorted(found))


def session_file(path: Path) -> SessionFile:
    """The session file at a path, with its folder of raw files. Raises session-name-unknown, source-not-readable."""
    key = key_from_path(path)
    return SessionFile(path=path, key=key, raw_folder=_raw_folder(path, str(key)))


def _raw_folder(path: Path, name: str) -> Path | None:
    """The folder of a session's name beside its file, or around it; of its name but for the case where one alone is."""
    folder = path.parent / name
    if folder.is_dir():
        return folder
    try:
        fitting = [one for one in path.parent.iterdir() if one.name.casefold() == name.casefold() and one.is_dir()]
    except OSError as failure:
        raise error(kinds.SOURCE_NOT_READABLE, file=path.parent, found=failure) from failure
    if len(fitting) == 1:
        return fitting[0]
    return path.parent if path.parent.name.casefold() == name.casefold() else None


def why_not_taken(below: PurePosixPath, *, is_member: bool = False) -> str | None:
    """Why the file at this place below a source is not taken for a session, or not searched for sessions.

    None where it is taken, where by its name it is neither a MATLAB file nor packed, and where it is one that the
    registration keeps beside the stacks, which is known not to be a session. is_member: whether it is in a packed file.
    """
    is_system = system_files.is_system_path(below.parts)
    raw_folder = next((part for part in below.parts[:-1] if is_raw_folder(part)), None)
    if below.suffix.lower() != ".mat":
        return None if is_system or raw_folder is not None else _why_not_searched(below, is_member=is_member)
    if kind_of_file(below.name) is RawFileKind.REGISTRATION_STATISTICS:
        return None
    if is_system:
        return system_files.REASON
    if raw_folder is not None:
        return f"it is in {raw_folder}, a folder of raw files"
    key = SessionKey.at_start_of(below.name)
    if key is None:
        return "its name does not begin with animal and date"
    rest = _rest(below.name, key)
    return None if rest.lower() in _ENDINGS else f"its name continues with {rest!r} after animal and date"


def _why_not_searched(below: PurePosixPath, *, is_member: bool) -> str | None:
    if is_packed_otherwise(below):
        return f"packed files of this kind are not read; those of {PACKED_KINDS} are"
    return "a packed file inside another one is not read" if is_member and is_packed(below) else None
