"""Sessions that lie in packed files, wholly or in part, beside sessions that lie unpacked.

A packed file is read as if it were unpacked where it lies. What is unpacked there already counts, and its packed twin
is passed over.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.session_key import SessionKey
from ssc_to_nwb.source_files.packed_files import PackedFile, PackedMember, is_packed, packed_stem
from ssc_to_nwb.source_files.search import files_to_search, is_named, is_raw_folder
from ssc_to_nwb.source_files.session_files import (
    SessionFile,
    dataset_of,
    key_of_file,
)
from ssc_to_nwb.system_files import is_system_path


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedPart:
    """A member of a packed file, and where it goes below the folder a session is unpacked to."""

    packed: Path
    member: PackedMember
    target: str

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
    folder: Path
    file_name: str
    unpacked_mat: Path | None
    mat: PackedPart | None
    raw: tuple[PackedPart, ...]

    def parts(self, *, raw: bool) -> tuple[PackedPart, ...]:
        """What has to be unpacked; without `raw` the session file at most."""
        return (*((self.mat,) if self.mat else ()), *(self.raw if raw else ()))

    def unpacked_size(self, *, raw: bool) -> int:
        """Bytes that unpacking takes."""
        return sum(part.member.size for part in self.parts(raw=raw))

    @property
    def packed_files(self) -> tuple[Path, ...]:
        """The packed files that hold some of the session."""
        return _packed_files(self.parts(raw=True))

    @property
    def raw_sizes(self) -> dict[str, int]:
        """Bytes of the packed raw files by their path below the session's folder."""
        prefix = f"{self.key}/"
        return {part.target.removeprefix(prefix): part.member.size for part in self.raw if not part.of_system}

    def origin(self, file: str, unpacked: Path) -> str:
        """Where a file of the folder `unpacked` comes from, as text; any other file as it is."""
        below = file.removeprefix(f"{unpacked}{os.sep}").replace(os.sep, "/")
        if self.unpacked_mat is not None and below == self.file_name:
            return str(self.unpacked_mat)
        for part in self.parts(raw=True):
            if part.target == below:
                return str(part.packed / part.member.name)
        return file

    def sources(self, *, raw: bool) -> tuple[Path, ...]:
        """The files and folders that the session comes from, as they lie there."""
        paths = [self.unpacked_mat] if self.unpacked_mat else []
        return (*paths, *_packed_files(self.parts(raw=raw)))

    def session_file(self, unpacked: Path) -> SessionFile:
        """The session as it is once its parts are unpacked to the folder `unpacked`, its session file always there."""
        path = unpacked / self.file_name
        return SessionFile(
            path=path,
            key=self.key,
            dataset=dataset_of(path),
            raw_folder=unpacked / str(self.key) if self.raw else None,
        )


def _packed_files(parts: Iterable[PackedPart]) -> tuple[Path, ...]:
    return tuple(sorted({part.packed for part in parts}))


@dataclass(slots=True, kw_only=True)
class PackedFinds:
    """What packed files hold of one session."""

    mats: list[PackedPart] = field(default_factory=list)
    raw: list[PackedPart] = field(default_factory=list)


def find_packed_files(source: Path, *, output: Path | None = None) -> tuple[Path, ...]:
    """The packed files in a folder and its subfolders, or the one given, sorted; `output` is not searched."""
    if source.is_file():
        return (source,) if is_packed(source) else ()
    entries = files_to_search(source, output=output)
    return tuple(sorted(entry.path for entry in entries if is_named(entry) and is_packed(entry.path)))


def group_by_session(packed_files: Iterable[PackedFile]) -> dict[SessionKey, PackedFinds]:
    """What belongs to which session, by the names; members that belong to none are of no use here."""
    groups: dict[SessionKey, PackedFinds] = {}
    for packed in packed_files:
        for member in packed.members:
            name = PurePosixPath(member.name)
            key = None if any(is_raw_folder(part) for part in name.parts[:-1]) else key_of_file(name.name)
            if key is not None:
                part = PackedPart(packed=packed.path, member=member, target=name.name)
                groups.setdefault(key, PackedFinds()).mats.append(part)
            elif (placed := _raw_place(name, packed.path)) is not None:
                key, below = placed
                part = PackedPart(packed=packed.path, member=member, target=f"{key}/{below}")
                groups.setdefault(key, PackedFinds()).raw.append(part)
    return groups


def packed_session(
    key: SessionKey, found: PackedFinds, *, unpacked: SessionFile | None, folder: Path
) -> PackedSession | None:
    """The session put together from its packed and its unpacked parts; None where nothing packed is needed.

    folder: of the packed file. Raises packed-twice, packed-partly-unpacked.
    """
    mats = _without_doubles(found.mats)
    raw = _without_doubles(found.raw)
    if len(mats) > 1:
        raise error(kinds.PACKED_TWICE, file=mats[1].packed, field=mats[1].target, found=f"also in {mats[0].packed}")
    if unpacked is None and not mats:
        return None
    mat = mats[0] if mats else None
    if unpacked is not None and mat is not None:
        _check_twin(unpacked.path, mat)
        mat = None
    unpacked_raw = None if unpacked is None else unpacked.raw_folder
    if unpacked is None and (folder / str(key)).is_dir():
        unpacked_raw = folder / str(key)
    own = [part for part in raw if not part.of_system]
    raw = raw if own else []
    if unpacked_raw is not None and _is_unpacked(own, unpacked_raw):
        raw = []
        if mat is not None:
            raise error(
                kinds.PACKED_PARTLY_UNPACKED,
                file=unpacked_raw,
                expected=f"{mat.target} beside it",
                found=f"it in {mat.packed}",
            )
    if mat is None and not raw:
        return None
    return PackedSession(
        key=key,
        folder=folder,
        file_name=mat.target if mat else unpacked.path.name if unpacked else "",
        unpacked_mat=None if unpacked is None else unpacked.path,
        mat=mat,
        raw=tuple(raw),
    )


def _raw_place(name: PurePosixPath, packed: Path) -> tuple[SessionKey, str] | None:
    """The session a raw file belongs to, from a folder's name or the packed file's, and its path below."""
    for position, part in enumerate(name.parts[:-1]):
        key = SessionKey.from_name(part)
        if key is not None:
            return key, "/".join(name.parts[position + 1 :])
    key = SessionKey.at_start_of(packed_stem(packed))
    return None if key is None else (key, name.as_posix())


def _without_doubles(parts: Sequence[PackedPart]) -> list[PackedPart]:
    """Each target once. Raises packed-twice where two parts of other sizes have one target."""
    kept: dict[str, PackedPart] = {}
    for part in parts:
        first = kept.setdefault(part.target, part)
        if first.member.size != part.member.size and not part.of_system:
            raise error(
                kinds.PACKED_TWICE,
                file=part.packed,
                field=part.target,
                expected=f"{first.member.size} bytes, as in {first.packed}",
                found=f"{part.member.size} bytes",
            )
    return list(kept.values())


def _check_twin(path: Path, part: PackedPart) -> None:
    size = path.stat().st_size
    if size != part.member.size:
        raise error(
            kinds.PACKED_TWICE,
            file=path,
            expected=f"{part.member.size} bytes, as in {part.packed}",
            found=f"{size} bytes",
        )


def _is_unpacked(parts: Sequence[PackedPart], folder: Path) -> bool:
    """Whether all parts lie unpacked in a session's folder; false where none does. Raises packed-partly-unpacked."""
    lacking = []
    for part in parts:
        path = folder.parent / part.target
        if not path.is_file():
            lacking.append(part)
        else:
            _check_twin(path, part)
    if lacking and (len(lacking) < len(parts) or any(folder.iterdir())):
        raise error(
            kinds.PACKED_PARTLY_UNPACKED,
            file=folder,
            expected=f"all {len(parts)} files of {lacking[0].packed}",
            found=f"{len(lacking)} are lacking, {lacking[0].target} for one",
        )
    return not lacking
