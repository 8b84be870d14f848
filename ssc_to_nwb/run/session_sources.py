"""Finds the sessions of a source, unpacked and packed; unpacks the latter while they are converted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ssc_to_nwb import run_files
from ssc_to_nwb.grouping import grouped
from ssc_to_nwb.json_lines import as_json
from ssc_to_nwb.nwb_file.results import SessionOutcome
from ssc_to_nwb.output_files import write_whole
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, ProblemLog, SscError, error
from ssc_to_nwb.problems.system_errors import name_system_error
from ssc_to_nwb.quantities import bytes_text
from ssc_to_nwb.run.machine import free_bytes
from ssc_to_nwb.source_files.disk_walk import Obstacle, files_to_search
from ssc_to_nwb.source_files.packed_files import PackedFile, is_packed, list_packed, packed_stem, unpack
from ssc_to_nwb.source_files.packed_sessions import PackedSession, find_packed_files, group_by_session, packed_session
from ssc_to_nwb.source_files.session_files import (
    NAMES_EXPECTED,
    SessionFile,
    dataset_of,
    find_session_files,
    why_not_taken,
)

if TYPE_CHECKING:
    from ssc_to_nwb.metadata.loader import MetadataFiles
    from ssc_to_nwb.options.sources import SourceRequest

OnBytes = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSource:
    """A session and where it comes from: unpacked files, or some that are packed.

    path: of the session file, or where it would be if it were unpacked; top: the folder that was searched;
    problem: why it cannot be converted; `name` is then that of a packed file where no session is known.
    """

    name: str
    path: Path
    top: Path
    session_file: SessionFile | None = None
    packed: PackedSession | None = None
    problem: Problem | None = None

    @property
    def mat_bytes(self) -> int:
        """Bytes of the session file, 0 where there is none."""
        if self.packed is not None and self.packed.mat is not None:
            return self.packed.mat.size
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    @property
    def dataset(self) -> str:
        """`ssc-1` or `ssc-2`."""
        return dataset_of(self.path)

    @property
    def subject(self) -> str:
        """The animal, as its name has it."""
        return self.name.split("_", 1)[0]

    def failed(self, problem: Problem | None, **facts: Any) -> SessionOutcome:
        """The outcome of a session that was not converted; facts: fields of an outcome."""
        return SessionOutcome(session=self.name, source=self.path, status="failed", error=problem, **facts)

    def origin(self, file: str, unpacked: Path) -> str:
        """Where a file below `unpacked` comes from: what is unpacked is gone when its name is read."""
        return file if self.packed is None else self.packed.origin(file, unpacked)

    def sources(self, *, raw: bool) -> tuple[Path, ...]:
        """Files and folders that make up the session; a folder means all that is in it."""
        if self.packed is not None:
            return self.packed.sources(raw=raw)
        if self.session_file is None:
            return ()
        folder = self.session_file.raw_folder if raw else None
        # Where the session file lies in the folder of its raw files, it is one of those.
        if folder is not None and folder in self.path.parents:
            return (folder,)
        return (self.path, *(() if folder is None else (folder,)))


@dataclass(slots=True, kw_only=True)
class SourceSearch:
    """How sources are searched.

    output: the folder of the conversion, which is not searched where it lies inside a source; what packed files hold is
    noted there from run to run, as a large .tar.gz takes minutes to read through. on_listing: called with each packed
    file before it is read.
    """

    output: Path | None = None
    on_listing: Callable[[Path], None] | None = None
    _listings: dict[str, PackedFile] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with what earlier runs with this output noted; nothing where that can't be read."""
        if self.output is not None:
            with suppress(OSError, ValueError, KeyError, TypeError):
                noted = json.loads(run_files.packed_listing(self.output).read_text(encoding="utf-8"))
                self._listings = {one["path"]: PackedFile(**{**one, "path": Path(one["path"])}) for one in noted}

    def listing(self, packed: Path) -> PackedFile:
        """What a packed file holds, from the notes where size and time are the same.

        Raises packed-*, source-not-readable.
        """
        try:
            status = packed.stat()
        except OSError as failure:
            raise error(kinds.SOURCE_NOT_READABLE, file=packed, found=failure) from failure
        noted = self._listings.get(str(packed))
        if noted is None or (noted.size, noted.mtime_ns) != (status.st_size, status.st_mtime_ns):
            if self.on_listing is not None:
                self.on_listing(packed)
            noted = self._listings[str(packed)] = list_packed(packed)
        return noted

    def save(self) -> None:
        """Note down what packed files hold. Raises output-not-writable, disk-full."""
        if self._listings and self.output is not None:
            path = run_files.packed_listing(self.output)
            write_whole(path, json.dumps(as_json(list(self._listings.values()))))


def find_sources(source: Path, search: SourceSearch) -> tuple[SessionSource, ...]:
    """The sessions of a source, unpacked and packed, sorted by name. A session that cannot be used has its problem.

    Raises source-missing, no-session-found, session-found-twice, session-name-unknown, packed-unreadable.
    """
    source = source.absolute()
    is_file = source.is_file()
    top = source.parent if is_file else source
    files = () if is_file and is_packed(source) else find_session_files(source, output=search.output)
    unpacked = {str(file.key): file for file in files}
    sources = {
        name: SessionSource(name=name, path=file.path, top=top, session_file=file) for name, file in unpacked.items()
    }
    sources |= {found.name: found for found in _packed_sessions(source, unpacked, top=top, search=search)}
    if not sources:
        not_taken = find_not_taken(source, search)
        others = ", ".join(f"{problem.file} ({problem.found})" for problem in not_taken)
        found_there = f"no session among {others}" if others else "no MATLAB file"
        expected = f"files named {NAMES_EXPECTED}, packed or not"
        raise error(kinds.NO_SESSION_FOUND, file=source, expected=expected, found=found_there)
    return tuple(sources[name] for name in sorted(sources))


def find_not_taken(source: Path, search: SourceSearch) -> tuple[Problem, ...]:
    """A warning for each MATLAB or packed file of a source that `find_sources` takes for no session nor searches.

    Packed files that cannot be read are passed over: they are sources with a problem. Raises source-not-readable.
    """
    source = source.absolute()
    reasons: dict[Path, str | None] = {}
    for entry in files_to_search(source, output=search.output, raw=True) if source.is_dir() else ():
        below = PurePosixPath(entry.below)
        is_special = entry.obstacle is Obstacle.SPECIAL_FILE and below.suffix.lower() == ".mat"
        reasons[entry.path] = entry.reason if is_special else why_not_taken(below)
    for path in find_packed_files(source, output=search.output):
        with suppress(SscError):
            members = map(PurePosixPath, search.listing(path).members)
            reasons |= {path / member: why_not_taken(member, is_member=True) for member in members}
    return tuple(
        error(kinds.MAT_NOT_TAKEN, file=path, found=reason, expected=NAMES_EXPECTED).problem
        for path, reason in reasons.items()
        if reason is not None
    )


def _packed_sessions(
    source: Path, unpacked: dict[str, SessionFile], *, top: Path, search: SourceSearch
) -> Iterator[SessionSource]:
    readable: list[PackedFile] = []
    folders: dict[str, Path] = {}
    for path in find_packed_files(source, output=search.output):
        try:
            readable.append(search.listing(path))
        except SscError as failure:
            yield SessionSource(name=packed_stem(path), path=path, top=top, problem=failure.problem)
    for folder, packed_files in grouped(readable, attrgetter("path.parent")).items():
        for key, parts in group_by_session(packed_files).items():
            name = str(key)
            try:
                session = packed_session(key, parts, unpacked=unpacked.get(name), folder=folder)
            except SscError as failure:
                yield SessionSource(name=name, path=folder / parts[0].target, top=top, problem=failure.problem)
                continue
            if session is None:
                continue
            path = session.unpacked_mat or folder / session.file_name
            twin = folders.setdefault(name, folder)
            if twin == folder:
                yield SessionSource(name=name, path=path, top=top, packed=session)
            else:
                problem = error(kinds.PACKED_TWICE, file=parts[0].packed, field=name, found=f"also in {twin}").problem
                yield SessionSource(name=name, path=path, top=top, problem=problem)


@contextmanager
def unpacked_session(source: SessionSource, folder: Path, *, raw: bool, on_bytes: OnBytes) -> Iterator[SessionFile]:
    """The session's files, unpacked to `folder`, its own, while the block runs where some are packed.

    on_bytes is called with bytes unpacked and bytes in all, and may raise to stop the work. Raises space-short,
    packed-*, disk-full, output-not-writable.
    """
    if source.session_file is not None:
        yield source.session_file
        return
    if source.packed is None:
        raise ValueError(f"{source.name} has no files")
    try:
        _unpack(source.packed, folder, raw=raw, on_bytes=on_bytes)
        yield source.packed.session_file(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(session: PackedSession, folder: Path, *, raw: bool, on_bytes: OnBytes) -> None:
    total = session.unpacked_size(raw=raw)
    done = 0

    def count(block_bytes: int) -> None:
        nonlocal done
        done += block_bytes
        on_bytes(done, total)

    try:
        # What an attempt that was killed has left.
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        free = free_bytes(folder)
        if total > free:
            expected = f"{bytes_text(total)} to unpack {session.key}"
            raise error(kinds.SPACE_SHORT, file=folder, expected=expected, found=f"{bytes_text(free)} free")
        for packed, parts in grouped(session.parts(raw=raw), attrgetter("packed")).items():
            unpack(packed, {part.name: folder / part.target for part in parts}, on_bytes=count)
        if session.unpacked_mat is not None:
            # Files of a session are named relative to its session file, so it joins the others.
            shutil.copy2(session.unpacked_mat, folder / session.file_name)
    except OSError as failure:
        raise name_system_error(failure, folder) from failure


def find_chosen(request: SourceRequest, search: SourceSearch) -> tuple[tuple[SessionSource, ...], tuple[Problem, ...]]:
    """The sessions that are asked for, and a warning for each MATLAB file and entry of the metadata that fits none.

    Raises as `find_sources`, and metadata-*.
    """
    source = Path(request.source)
    every = find_sources(source, search)
    sources = choose(every, request.sessions, source=source)
    # A session file by itself is a choice as well.
    chosen = bool(request.sessions) or (source.is_file() and not is_packed(source))
    files = tuple(map(Path, request.metadata_files))
    unused = _unused_metadata(every, files, misspelt_only=chosen)
    return sources, (*find_not_taken(source, search), *unused)


def choose(sources: Sequence[SessionSource], patterns: Sequence[str], *, source: Path) -> tuple[SessionSource, ...]:
    """Those whose names match one of the patterns, all without patterns. Raises no-session-found."""
    chosen = tuple(
        one for one in sources if not patterns or any(fnmatchcase(one.name, pattern) for pattern in patterns)
    )
    if not chosen:
        expected, names = f"a session named {' or '.join(patterns)}", ", ".join(one.name for one in sources)
        raise error(kinds.NO_SESSION_FOUND, file=source, expected=expected, found=names)
    return chosen


def _unused_metadata(
    sources: Sequence[SessionSource], files: Sequence[Path], *, misspelt_only: bool
) -> tuple[Problem, ...]:
    """A warning for each entry of `subjects` and `sessions` in the user's files that fits nothing in the source."""
    from ssc_to_nwb.metadata.loader import read_metadata_files

    readable = [one for one in sources if one.problem is None]
    log = ProblemLog()
    if files and readable:
        names = {"subjects": {one.subject for one in readable}, "sessions": {one.name for one in readable}}
        read = read_metadata_files(dataset=readable[0].dataset, files=files)
        read.report_unused(names, misspelt_only=misspelt_only, log=log)
    return tuple(log.problems)


def checked_metadata(sessions: Iterable[SessionSource], files: Sequence[Path]) -> dict[str, MetadataFiles]:
    """The metadata files of each data set that the sessions are of, the user's on top of the packaged ones.

    Raises metadata-* where a user's file cannot be used, or where every session would meet the same fault. What
    concerns some of the sessions alone is left to them.
    """
    from ssc_to_nwb.metadata.loader import read_metadata_files

    readable = [one for one in sessions if one.problem is None]
    read = {name: read_metadata_files(dataset=name, files=files) for name in {one.dataset for one in readable}}
    faults: set[Problem] = set()
    for one in readable:
        try:
            read[one.dataset].of_session(session=one.name, subject=one.subject)
            break
        except SscError as failure:
            faults.add(failure.problem)
    else:
        if len(faults) == 1:
            raise SscError(faults.pop())
    return read
