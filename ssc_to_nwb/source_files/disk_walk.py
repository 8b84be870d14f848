"""Walks a folder as it lies on a disk, other disks that links lead to included, and the folders that hold sessions.

An output folder may lie inside a source: what a conversion has written there is no source. Each file is met once. What
cannot be used is met as well, with the reason, and is never opened: a link to nothing, a link in a circle, a pipe or a
device, and what macOS and Windows leave beside data.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from ssc_to_nwb.naming import RAW_FOLDERS, RUN_FOLDER
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.system_files import REASON as SYSTEM_FILE_REASON
from ssc_to_nwb.system_files import is_system_name

_SPECIAL_FILES = (
    (stat.S_ISFIFO, "a named pipe (FIFO)"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class Obstacle(Enum):
    """Why what lies on a disk cannot be used as a file, with the problem that it is among raw files."""

    SYSTEM_FILE = kinds.RAW_FILE_LEFT_OUT
    DANGLING_LINK = kinds.RAW_LINK_DANGLING
    LINKED_TWICE = kinds.RAW_LINK_LEFT_OUT
    SPECIAL_FILE = kinds.RAW_NOT_A_FILE


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskEntry:
    """A file below the folder that is walked, or what is there in place of one.

    below: path below that folder, with forward slashes; status: of the file that a link leads to, or of the link where
    it leads to none; link_to: where a link leads, None for what is none; leads_out: whether that is outside the folder;
    obstacle, reason: why it cannot be used, in words that name no path of the machine; None and empty for a file.
    """

    path: Path
    below: str
    status: os.stat_result
    link_to: str | None = None
    leads_out: bool = False
    obstacle: Obstacle | None = None
    reason: str = ""


def walk_files(folder: Path, *, enter: Callable[[Path], bool] | None = None) -> Iterator[DiskEntry]:
    """Every file below a folder, by name within each of its folders; linked folders last, each once.

    enter: says of a folder whether it is walked. Raises SscError of kind SOURCE_NOT_READABLE.
    """
    walk = _Walk(root=os.path.realpath(folder), enter=enter)
    yield from walk.tree(os.fspath(folder), "", system=False)
    while walk.waiting:
        link = walk.waiting.popleft()
        yield from walk.tree(os.fspath(link.path), link.below, system=False, link=link)
    yield from walk.met_before


def files_to_search(source: Path, *, output: Path | None = None, raw: bool = False) -> Iterator[DiskEntry]:
    """Each file in the folders of a source that may hold sessions, and what is there in place of one.

    output: the folder of the conversion, passed over with all that is in it, by whatever path it is reached; raw: those
    in folders of raw files too. Raises source-not-readable.
    """

    def enter(folder: Path) -> bool:
        if folder.name == RUN_FOLDER or (is_raw_folder(folder.name) and not raw):
            return False
        return output is None or not same_folder(folder, output)

    return walk_files(source, enter=enter)


def named_files(source: Path, *, output: Path | None) -> list[Path]:
    """The files to search for sessions, links to one that is missing among them: whoever opens that says so."""
    entries = files_to_search(source, output=output)
    return [entry.path for entry in entries if entry.obstacle in (None, Obstacle.DANGLING_LINK)]


def raw_files_below(directory: Path) -> Iterator[DiskEntry]:
    """Each file below a session's directory, but for those of a conversion whose output lies in it.

    Raises source-not-readable.
    """
    return walk_files(directory, enter=lambda folder: not (folder / RUN_FOLDER).is_dir())


def is_raw_folder(folder_name: str) -> bool:
    """Whether a folder of this name holds raw files of a session, among which no session file is looked for."""
    return RAW_FOLDERS.fullmatch(folder_name) is not None


def same_folder(one: Path, other: Path) -> bool:
    """Whether two paths lead to one folder, which need not exist yet."""
    try:
        return one.samefile(other)
    except OSError:
        return os.path.realpath(one) == os.path.realpath(other)


def special_file(mode: int) -> str | None:
    """What a file of this mode is where it is no regular file, in words: reading a pipe, say, would never end."""
    return next((words for is_kind, words in _SPECIAL_FILES if is_kind(mode)), None)


def in_place_of(path: Path) -> str | None:
    """What lies at a path where a file or folder is looked for and not found, in words; None where nothing does."""
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode) and not path.exists():
            return f"a link to {path.readlink()}, which leads to no file"
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    except OSError as failure:
        return str(failure)
    return special_file(mode) or ("a folder" if stat.S_ISDIR(mode) else "a file")


def check_is_file(path: Path) -> None:
    """Check before a file is opened that it is one: a pipe would be waited for, a link may lead to nothing.

    Raises SscError of kind SOURCE_NOT_READABLE.
    """
    try:
        if path.is_file():
            return
        found = in_place_of(path)
    except OSError as failure:
        raise error(kinds.SOURCE_NOT_READABLE, file=path, found=failure) from failure
    raise error(kinds.SOURCE_NOT_READABLE, file=path, expected="a file", found=found or "nothing")


@dataclass(slots=True, kw_only=True)
class _Walk:
    """waiting: links to folders that are still to be walked; walked: identities of the folders that were.

    root: the folder itself, without links; met_before: links to folders that were walked by another name.
    """

    root: str
    enter: Callable[[Path], bool] | None
    waiting: deque[DiskEntry] = field(default_factory=deque)
    walked: set[tuple[int, int]] = field(default_factory=set)
    met_before: list[DiskEntry] = field(default_factory=list)

    def tree(self, folder: str, below: str, *, system: bool, link: DiskEntry | None = None) -> Iterator[DiskEntry]:
        """The files of a folder and of those in it; links to folders are put off. link: the one that leads to it."""
        entries, identity = _entries(folder)
        if identity in self.walked:
            self.met_before += [] if link is None else [link]
            return
        self.walked.add(identity)
        for entry in entries:
            place = f"{below}/{entry.name}" if below else entry.name
            of_system = system or is_system_name(entry.name)
            if not _is_folder(entry):
                yield self._file(entry, place, system=of_system)
            elif of_system or self.enter is None or self.enter(Path(entry.path)):
                if entry.is_symlink():
                    yield from self._linked_folder(entry, place, system=of_system)
                else:
                    yield from self.tree(entry.path, place, system=of_system)

    def _linked_folder(self, entry: os.DirEntry[str], below: str, *, system: bool) -> Iterator[DiskEntry]:
        target = os.path.realpath(entry.path)
        above = os.path.realpath(Path(entry.path).parent)
        if system:
            yield self._entry(entry, below, Obstacle.SYSTEM_FILE, SYSTEM_FILE_REASON)
        elif _holds(target, above):
            yield self._entry(
                entry, below, Obstacle.LINKED_TWICE, "a link to a folder that contains it", link_to=target
            )
        else:
            reason = "a link to a folder that has another name here"
            self.waiting.append(self._entry(entry, below, Obstacle.LINKED_TWICE, reason, link_to=target))

    def _file(self, entry: os.DirEntry[str], below: str, *, system: bool) -> DiskEntry:
        if system:
            return self._entry(entry, below, Obstacle.SYSTEM_FILE, SYSTEM_FILE_REASON)
        try:
            status = entry.stat()
        except OSError as failure:
            if not entry.is_symlink():
                raise error(kinds.SOURCE_NOT_READABLE, file=entry.path, found=failure) from failure
            gone = str(Path(entry.path).readlink())
            return self._entry(entry, below, Obstacle.DANGLING_LINK, "a link that leads to no file", link_to=gone)
        special = special_file(status.st_mode)
        if special is not None:
            return self._entry(entry, below, Obstacle.SPECIAL_FILE, f"{special}, not a file")
        target = os.path.realpath(entry.path) if entry.is_symlink() else None
        out = target is not None and not _holds(self.root, target)
        return DiskEntry(path=Path(entry.path), below=below, status=status, link_to=target, leads_out=out)

    def _entry(
        self, entry: os.DirEntry[str], below: str, obstacle: Obstacle, reason: str, *, link_to: str | None = None
    ) -> DiskEntry:
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError as failure:
            raise error(kinds.SOURCE_NOT_READABLE, file=entry.path, found=failure) from failure
        return DiskEntry(
            path=Path(entry.path), below=below, status=status, link_to=link_to, obstacle=obstacle, reason=reason
        )


def _entries(folder: str) -> tuple[list[os.DirEntry[str]], tuple[int, int]]:
    """What is in a folder, by name, files before folders; and what the system knows the folder by."""
    try:
        status = Path(folder).stat()
        with os.scandir(folder) as entries:
            in_order = sorted(entries, key=lambda entry: (_is_folder(entry), entry.name))
            return in_order, (status.st_dev, status.st_ino)
    except OSError as failure:
        raise error(kinds.SOURCE_NOT_READABLE, file=failure.filename or folder, found=failure) from failure


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link in a circle, or to where nobody may look: met as a file, it says what is wrong.
        return False


def _holds(folder: str, path: str) -> bool:
    """Whether a path is a folder or lies below it; both without links."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
