"""Sessions of which something is packed: what belongs to which, and where it goes when it is unpacked.

A packed file is read as if it were unpacked where it lies. What is unpacked there already counts, and its packed twin
is passed over.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.session_key import SessionKey
from ssc_to_nwb.source_files.disk_walk import is_raw_folder, named_files
from ssc_to_nwb.source_files.packed_files import PackedFile, is_packed, packed_stem
from ssc_to_nwb.source_files.session_files import SessionFile, key_of_file
from ssc_to_nwb.system_files import is_system_path


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedPart:
    """A member of a packed file: its name there, its bytes, and where it goes below the folder of its session."""

    packed: Path
    name: str
    size: int
    target: str

    @property
    def is_raw(self) -> bool:
        """Whether it is a raw file; else it is the session file."""
        return "/" in self.target

    @property
    def of_system(self) -> bool:
        """Whether macOS or Windows left it there: it is unpacked to be named, and nothing hangs on it."""
        return is_system_path(PurePosixPath(self.target).parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedSession:
    """A session of which something is packed.

    file_name: of the session file; unpacked_mat: where that needs no unpacking, else None; mat, raw: the packed parts.
    """

    key: SessionKey
    file_name: str
    unpacked_mat: Path | None
    mat: PackedPart | None
    raw: tuple[PackedPart, ...]

    def parts(self, *, raw: bool) -> tuple[PackedPart, ...]:
        """What has to be unpacked; without `raw` the session file at most."""
        return (*((self.mat,) if self.mat else ()), *(self.raw if raw else ()))

    def unpacked_size(self, *, raw: bool) -> int:
        """Bytes that unpacking takes."""
        return sum(part.size for part in self.parts(raw=raw))

    def packed_files(self, *, raw: bool = True) -> tuple[Path, ...]:
        """The packed files that hold some of the session."""
        return tuple(sorted({part.packed for part in self.parts(raw=raw)}))

    @property
    def raw_sizes(self) -> dict[str, int]:
        """Bytes of the packed raw files by their path below the session's folder."""
        return {part.target.removeprefix(f"{self.key}/"): part.size for part in self.raw if not part.of_system}

    def origin(self, file: str, unpacked: Path) -> str:
        """Where a file of the folder `unpacked` comes from, as text; any other file as it is."""
        below = file.removeprefix(f"{unpacked}{os.sep}").replace(os.sep, "/")
        if self.unpacked_mat is not None and below == self.file_name:
            return str(self.unpacked_mat)
        places = (str(part.packed / part.name) for part in self.parts(raw=True) if part.target == below)
        return next(places, file)

    def sources(self, *, raw: bool) -> tuple[Path, ...]:
        """The files and folders that the session comes from, as they lie there."""
        return (*((self.unpacked_mat,) if self.unpacked_mat else ()), *self.packed_files(raw=raw))

    def session_file(self, unpacked: Path) -> SessionFile:
        """The session as it is once its parts are unpacked to the folder `unpacked`, its session file always there."""
        folder = unpacked / str(self.key) if self.raw else None
        return SessionFile(path=unpacked / self.file_name, key=self.key, raw_folder=folder)


def find_packed_files(source: Path, *, output: Path | None = None) -> tuple[Path, ...]:
    """The packed files in a folder and its subfolders, or the one given, sorted; `output` is not searched."""
    files = [source] if source.is_file() else sorted(named_files(source, output=output))
    return tuple(filter(is_packed, files))


def group_by_session(packed_files: Iterable[PackedFile]) -> dict[SessionKey, list[PackedPart]]:
    """What belongs to which session, by the names, session files first; what belongs to none is of no use here."""
    groups: dict[SessionKey, list[PackedPart]] = {}
    for packed in packed_files:
        for name, size in packed.members.items():
            placed = _place(PurePosixPath(name), packed.path)
            if placed is not None:
                part = PackedPart(packed=packed.path, name=name, size=size, target=placed[1])
                groups.setdefault(placed[0], []).append(part)
    return {key: sorted(parts, key=lambda part: part.is_raw) for key, parts in groups.items()}


def _place(name: PurePosixPath, packed: Path) -> tuple[SessionKey, str] | None:
    """The session a member belongs to and its place; a raw file's from a folder's name or the packed file's."""
    if not any(is_raw_folder(part) for part in name.parts[:-1]):
        key = key_of_file(name.name)
        if key is not None:
            return key, name.name
    for position, part in enumerate(name.parts[:-1]):
        key = SessionKey.from_name(part)
        if key is not None:
            return key, "/".join((str(key), *name.parts[position + 1 :]))
    key = SessionKey.at_start_of(packed_stem(packed))
    return None if key is None else (key, f"{key}/{name}")


def packed_session(
    key: SessionKey, parts: Sequence[PackedPart], *, unpacked: SessionFile | None, folder: Path
) -> PackedSession | None:
    """The session put together from its packed and its unpacked parts; None where nothing packed is needed.

    folder: of the packed file. Raises packed-twice, packed-partly-unpacked.
    """
    single = _without_doubles(parts)
    mats, raw = ([part for part in single if part.is_raw is is_raw] for is_raw in (False, True))
    if len(mats) > 1:
        raise error(kinds.PACKED_TWICE, file=mats[1].packed, field=mats[1].target, found=f"also in {mats[0].packed}")
    mat = mats[0] if mats else None
    if unpacked is not None:
        if mat is not None:
            _check_size(unpacked.path.stat().st_size, mat, file=unpacked.path)
        mat, file_name, raw_folder = None, unpacked.path.name, unpacked.raw_folder
    elif mat is not None:
        file_name, beside = mat.target, folder / str(key)
        raw_folder = beside if beside.is_dir() else None
    else:
        return None
    own = [part for part in raw if not part.of_system]
    if raw_folder is not None and _is_unpacked(own, raw_folder):
        own = []
        if mat is not None:
            expected = f"{mat.target} beside it"
            raise error(kinds.PACKED_PARTLY_UNPACKED, file=raw_folder, expected=expected, found=f"it in {mat.packed}")
    if mat is None and not own:
        return None
    return PackedSession(
        key=key,
        file_name=file_name,
        unpacked_mat=None if unpacked is None else unpacked.path,
        mat=mat,
        raw=tuple(raw) if own else (),
    )


def _without_doubles(parts: Sequence[PackedPart]) -> list[PackedPart]:
    """Each target once. Raises packed-twice where two parts of other sizes have one target."""
    kept: dict[str, PackedPart] = {}
    for part in parts:
        first = kept.setdefault(part.target, part)
        if not part.of_system:
            _check_size(part.size, first, file=part.packed, field=part.target)
    return list(kept.values())


def _check_size(size: int, part: PackedPart, *, file: Path, field: str | None = None) -> None:
    """See that a file has the size of the packed part that it repeats. Raises packed-twice."""
    if size != part.size:
        expected = f"{part.size} bytes, as in {part.packed}"
        raise error(kinds.PACKED_TWICE, file=file, field=field, expected=expected, found=f"{size} bytes")


def _is_unpacked(parts: Sequence[PackedPart], folder: Path) -> bool:
    """Whether all parts lie unpacked in a session's folder; false where none does. Raises packed-partly-unpacked."""
    lacking = []
    for part in parts:
        path = folder.parent / part.target
        if not path.is_file():
            lacking.append(part)
        else:
            _check_size(path.stat().st_size, part, file=path)
    if lacking and (len(lacking) < len(parts) or any(folder.iterdir())):
        raise error(
            kinds.PACKED_PARTLY_UNPACKED,
            file=folder,
            expected=f"all {len(parts)} files of {lacking[0].packed}",
            found=f"{len(lacking)} are lacking, {lacking[0].target} for one",
        )
    return not lacking
