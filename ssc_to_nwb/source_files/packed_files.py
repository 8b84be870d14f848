"""Packed files (.tar, .tar.gz, .tgz, .zip) as downloads come: what they hold, and taking parts of them out safely.

Nothing is taken on trust: names that lead elsewhere, links and devices are refused, and so are a name that occurs
twice and an entry that yields more bytes than it announces.
"""

from __future__ import annotations

import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, cast

from ssc_to_nwb.problems import run_kinds as kinds
from ssc_to_nwb.problems.model import SscError, error

PACKED_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".zip")
_BLOCK_BYTES = 2**20
_ZIP_ENCRYPTED = 0x1
# What a damaged packed file makes the readers raise.
_DAMAGE: tuple[type[Exception], ...] = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedMember:
    """A regular file inside a packed file: its name there and the bytes it announces."""

    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedFile:
    """A packed file with its size and time, and what it holds."""

    path: Path
    size: int
    mtime_ns: int
    members: tuple[PackedMember, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    name: str
    size: int
    open: Callable[[], IO[bytes]]


def is_packed(path: Path) -> bool:
    """Whether the name is that of a packed file."""
    return path.name.lower().endswith(PACKED_SUFFIXES)


def packed_stem(path: Path) -> str:
    """The name without the ending: `an197522_2013_03_08` of `an197522_2013_03_08.tar.gz`."""
    for suffix in sorted(PACKED_SUFFIXES, key=len, reverse=True):
        if path.name.lower().endswith(suffix):
            return path.name[: -len(suffix)]
    return path.name


def list_packed(path: Path) -> PackedFile:
    """What a packed file holds, without unpacking it; a .tar.gz has to be read through for that.

    Raises packed-unreadable, packed-unsafe, packed-twice.
    """
    sizes: dict[str, int] = {}
    with _damage_named(path):
        status = path.stat()
        for entry in _entries(path):
            if entry.name in sizes:
                raise error(kinds.PACKED_TWICE, file=path, field=entry.name, found="two entries of that name")
            sizes[entry.name] = entry.size
    members = tuple(PackedMember(name=name, size=size) for name, size in sizes.items())
    return PackedFile(path=path, size=status.st_size, mtime_ns=status.st_mtime_ns, members=members)


def unpack(path: Path, targets: Mapping[str, Path], *, on_bytes: Callable[[int], None]) -> None:
    """Write the members named in `targets` to the paths given there, whose folders are made.

    on_bytes is told the number of bytes after each block, and may raise to stop the work. Raises packed-unreadable,
    packed-unsafe, packed-too-large; OSError of the disk that is written to.
    """
    missing = set(targets)
    with _damage_named(path):
        for entry in _entries(path):
            if entry.name in missing:
                missing.remove(entry.name)
                _write(path, entry, targets[entry.name], on_bytes=on_bytes)
            if not missing:
                break
        if missing:
            raise error(kinds.PACKED_UNREADABLE, file=path, expected=min(missing), found="no such entry any more")


class _TargetError(Exception):
    """Carries an OSError of the disk that is written to past those of the packed file."""


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    from isal import igzip_lib

    damage = (*_DAMAGE, cast("type[Exception]", igzip_lib.IsalError))
    try:
        yield
    except SscError:
        raise
    except _TargetError as failure:
        raise failure.__cause__ or failure from None
    except damage as failure:
        found = f"{type(failure).__name__}: {failure}" if str(failure) else "it ends too early"
        raise error(kinds.PACKED_UNREADABLE, file=path, found=found) from failure


def _write(path: Path, entry: _Entry, target: Path, *, on_bytes: Callable[[int], None]) -> None:
    written = 0
    with ExitStack() as stack:
        source = stack.enter_context(entry.open())
        out = stack.enter_context(_target(target))
        while block := source.read(min(_BLOCK_BYTES, entry.size - written + 1)):
            written += len(block)
            if written > entry.size:
                raise error(kinds.PACKED_TOO_LARGE, file=path, field=entry.name, expected=f"{entry.size} bytes")
            _put(out, block)
            on_bytes(len(block))
    if written < entry.size:
        raise EOFError(f"{entry.name} ends after {written} of {entry.size} bytes")


@contextmanager
def _target(path: Path) -> Iterator[IO[bytes]]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("xb")
    except OSError as failure:
        raise _TargetError from failure
    try:
        yield file
    finally:
        _close(file)


def _put(file: IO[bytes], block: bytes) -> None:
    try:
        file.write(block)
    except OSError as failure:
        raise _TargetError from failure


def _close(file: IO[bytes]) -> None:
    try:
        file.close()
    except OSError as failure:
        raise _TargetError from failure


def _entries(path: Path) -> Iterator[_Entry]:
    """The regular files of a packed file, in its order. Raises packed-unsafe."""
    return _zip_entries(path) if path.name.lower().endswith(".zip") else _tar_entries(path)


def _zip_entries(path: Path) -> Iterator[_Entry]:
    with zipfile.ZipFile(path) as packed:
        for info in packed.infolist():
            kind = stat.S_IFMT(info.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise error(kinds.PACKED_UNSAFE, file=path, field=info.filename, found="a link or a device")
            name = _checked_name(info.filename, path)
            if info.is_dir():
                continue
            if info.flag_bits & _ZIP_ENCRYPTED:
                raise error(kinds.PACKED_UNREADABLE, file=path, field=name, found="an encrypted entry")
            size = info.file_size
            # zipfile cuts an entry off at its announced size: with more room it shows whether there is more.
            info.file_size += 2 * _BLOCK_BYTES
            yield _Entry(name=name, size=size, open=partial(packed.open, info))


def _tar_entries(path: Path) -> Iterator[_Entry]:
    with ExitStack() as stack:
        if path.name.lower().endswith(".tar"):
            packed = stack.enter_context(tarfile.open(path, mode="r:"))
        else:
            from isal import igzip_threaded

            stream = stack.enter_context(igzip_threaded.open(path, "rb"))
            packed = stack.enter_context(tarfile.open(fileobj=stream, mode="r|"))
        for info in packed:
            if not (info.isreg() or info.isdir()):
                raise error(kinds.PACKED_UNSAFE, file=path, field=info.name, found="a link or a device")
            name = _checked_name(info.name, path)
            if info.isreg():
                yield _Entry(name=name, size=info.size, open=partial(_opened, packed, info))


def _opened(packed: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    file = packed.extractfile(info)
    if file is None:
        raise tarfile.TarError(f"{info.name} has no content")
    return file


def _checked_name(name: str, path: Path) -> str:
    """The name, which must stay below the folder it is unpacked to on any system. Raises packed-unsafe."""
    pure = PurePosixPath(name)
    unsafe = pure.is_absolute() or ".." in pure.parts or any(character in name for character in ("\\", ":", "\0"))
    if unsafe:
        raise error(kinds.PACKED_UNSAFE, file=path, field=name, found="a name that leads out of the folder")
    return pure.as_posix()
