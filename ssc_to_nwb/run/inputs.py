"""What the content of a session's NWB file depends on: the state of its source files, metadata and options."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ssc_to_nwb._version import __version__
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.source_files.checksums import sha256_of
from ssc_to_nwb.source_files.disk_walk import Obstacle, check_is_file, raw_files_below

# Sections of the metadata that go elsewhere than into NWB files.
_OTHER_SECTIONS = frozenset({"dandiset"})
_HASH_CHARACTERS = 16
_SHOWN_CHANGES = 5
# Bytes and time of change of files, sorted by their names relative to the folder of the session file.
FileStates = dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionInputs:
    """What a session is made from.

    source: digest of the state of its source files; source_files, source_bytes: how many and how large;
    metadata: a short hash of each section; given: the same of the values that the user's own files give, None in
    records from before it was written; options: those that decide the content or its storage; version: of this project.
    """

    metadata: Mapping[str, str]
    options: Mapping[str, Any]
    source: str = ""
    source_files: int = 0
    source_bytes: int = 0
    version: str = __version__
    given: Mapping[str, str] | None = None

    def with_source(self, state: FileStates) -> SessionInputs:
        """The same from the source in another state."""
        size = sum(size for size, _ in state.values())
        return replace(self, source=state_digest(state), source_files=len(state), source_bytes=size)


def section_hashes(sections: Mapping[str, Any]) -> dict[str, str]:
    """A short hash of every section, but for those that go elsewhere than into NWB files."""
    return {
        name: hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[
            :_HASH_CHARACTERS
        ]
        for name, value in sections.items()
        if name not in _OTHER_SECTIONS
    }


def state_lines(state: FileStates) -> list[str]:
    """A readable form: a line per file with size, time and name."""
    return [f"{size} {mtime_ns} {name}" for name, (size, mtime_ns) in state.items()]


def state_of_lines(lines: Iterable[str]) -> FileStates:
    """The state that `state_lines` wrote. Raises ValueError on a line that is not of that form."""
    split = [line.split(" ", 2) for line in lines]
    return {name: (int(size), int(mtime_ns)) for size, mtime_ns, name in split}


def state_digest(state: FileStates) -> str:
    """One value for the whole state."""
    text = "".join(f"{line}\n" for line in state_lines(state))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def changes(old: FileStates, new: FileStates) -> tuple[str, ...]:
    """What differs between two states, in words; empty where nothing does."""
    changed = {
        name: f"{old[name][0]} bytes then, {size} now" if old[name][0] != size else "another time of change"
        for name, (size, mtime_ns) in new.items()
        if name in old and old[name] != (size, mtime_ns)
    }
    return _in_words(old, new, changed)


def content_changes(root: Path, names: Iterable[str], recorded: Mapping[str, str], *, workers: int) -> tuple[str, ...]:
    """What of some files below `root` differs from the SHA-256 recorded by name, in words, whatever their times say.

    Links to nothing, pipes and the like have no content: they count as files that are not there.

    Raises source-not-readable.
    """
    files = [name for name in names if (root / name).is_file()]
    with ThreadPoolExecutor(max_workers=workers) as pool:
        try:
            hashes = dict(zip(files, pool.map(lambda name: sha256_of(root / name), files), strict=True))
        except OSError as failure:
            raise error(kinds.SOURCE_NOT_READABLE, file=failure.filename, found=failure) from failure
        finally:
            pool.shutdown(cancel_futures=True)
    changed = {name: "other content" for name in files if name in recorded and hashes[name] != recorded[name]}
    return _in_words(recorded, hashes, changed)


def take_state(root: Path, paths: Iterable[Path]) -> FileStates:
    """The state of files, each below `root` or anywhere else; a folder means all files below it.

    The output of a conversion in such a folder is no part of it. A file that is a link counts as what it points to, a
    link to nothing as itself. Raises source-not-readable.
    """
    states = {}
    for path in paths:
        for file, status in _with_status(path):
            name = file.removeprefix(f"{root}{os.sep}").replace(os.sep, "/")
            states[name] = (status.st_size, status.st_mtime_ns)
    return dict(sorted(states.items()))


def _with_status(path: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Every file at or below `path` with its status, but for what macOS and Windows leave: it comes and goes."""
    try:
        if not path.is_dir():
            check_is_file(path)
            yield str(path), path.stat()
            return
    except OSError as failure:
        raise error(kinds.SOURCE_NOT_READABLE, file=failure.filename or path, found=failure) from failure
    for entry in raw_files_below(path):
        if entry.obstacle is not Obstacle.SYSTEM_FILE:
            yield str(entry.path), entry.status


def _in_words(old: Iterable[str], new: Iterable[str], changed: Mapping[str, str]) -> tuple[str, ...]:
    words = [f"source file {name}: {how}" for name, how in changed.items()]
    words += [f"source file {name} appeared" for name in sorted(set(new) - set(old))]
    words += [f"source file {name} is gone" for name in sorted(set(old) - set(new))]
    if len(words) > _SHOWN_CHANGES:
        return (*words[:_SHOWN_CHANGES], f"and {len(words) - _SHOWN_CHANGES} more source files")
    return tuple(words)
