"""MATLAB files of a source that are not taken for a session, each with the reason: no session drops out in silence.

What the registration keeps beside the stacks is known not to be a session, and is not named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from ssc_to_nwb import system_files
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, error
from ssc_to_nwb.session_key import SessionKey
from ssc_to_nwb.source_files.disk_walk import Obstacle
from ssc_to_nwb.source_files.packed_files import PackedFile
from ssc_to_nwb.source_files.raw_files import RawFileKind, kind_of_file
from ssc_to_nwb.source_files.search import all_files, is_raw_folder
from ssc_to_nwb.source_files.session_files import NAMES_EXPECTED, key_of_file


def mats_not_taken(
    source: Path, *, packed_files: Iterable[PackedFile], output: Path | None = None
) -> tuple[Problem, ...]:
    """A warning for each MATLAB file in a folder and in packed files that is not taken for a session.

    output: the folder of the conversion, which is not searched. Raises source-not-readable.
    """
    return (*_in_folder(source, output), *_in_packed_files(packed_files))


def why_not_taken(below: PurePosixPath) -> str | None:
    """Why the file at this place below a source is not taken for a session.

    None where it is taken, where it is no MATLAB file by its name, and where it is a known file of the registration.
    """
    if below.suffix.lower() != ".mat" or kind_of_file(below.name) is RawFileKind.REGISTRATION_STATISTICS:
        return None
    if system_files.is_system_path(below.parts):
        return system_files.REASON
    raw_folder = next((part for part in below.parts[:-1] if is_raw_folder(part)), None)
    if raw_folder is not None:
        return f"it is in {raw_folder}, a folder of raw files"
    return None if key_of_file(below.name) is not None else _what_is_wrong(below.name)


def _in_folder(source: Path, output: Path | None) -> Iterator[Problem]:
    if not source.is_dir():
        return
    for entry in all_files(source, output=output):
        below = PurePosixPath(entry.below)
        reason = why_not_taken(below)
        if entry.obstacle is Obstacle.SPECIAL_FILE and below.suffix.lower() == ".mat":
            reason = entry.reason
        if reason is not None:
            yield _problem(entry.path, reason)


def _in_packed_files(packed_files: Iterable[PackedFile]) -> Iterator[Problem]:
    for packed in packed_files:
        for member in packed.members:
            reason = why_not_taken(PurePosixPath(member.name))
            if reason is not None:
                yield _problem(packed.path / member.name, reason)


def _problem(path: Path, reason: str) -> Problem:
    return error(kinds.MAT_NOT_TAKEN, file=path, found=reason, expected=NAMES_EXPECTED).problem


def _what_is_wrong(name: str) -> str:
    key = SessionKey.at_start_of(name)
    if key is None:
        return "its name does not begin with animal and date"
    rest = name.removeprefix(str(key))
    return f"its name continues with {rest!r} after animal and date"
