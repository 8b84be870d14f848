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

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, error
from ssc_to_nwb.problems.system_errors import system_errors_named

PACKED_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".zip")
_BLOCK_BYTES = 2**20
_ZIP_ENCRYPTED = 0x1
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
    with _opened(path) as packed:
        status = path.stat()
        for name, size, _ in _entries(packed, path):
            if name in sizes:
                raise error(kinds.PACKED_TWICE, file=path, field=name, found="two entries of that name")
            sizes[name] = size
    members = tuple(PackedMember(name=name, size=size) for name, size in sizes.items())
    return PackedFile(path=path, size=status.st_size, mtime_ns=status.st_mtime_ns, members=members)


def unpack(path: Path, targets: Mapping[str, Path], *, on_bytes: Callable[[int], None]) -> None:
    """Write the members named in `targets` to the paths given there, whose folders are made.

    on_bytes is called with the number of bytes after each block, and may raise to stop the work. Raises
    packed-unreadable, packed-unsafe, packed-too-large; disk-full, output-not-writable.
    """
    missing = set(targets)
    with _opened(path) as packed:
        for name, size, opened in _entries(packed, path):
            if name in missing:
                missing.remove(name)
                with system_errors_named(targets[name]):
                    targets[name].parent.mkdir(parents=True, exist_ok=True)
                with opened() as source:
                    _write(_blocks(source, size, name=name, path=path), targets[name], on_bytes=on_bytes)
            if not missing:
                break
        if missing:
            raise error(kinds.PACKED_UNREADABLE, file=path, expected=min(missing), found="no such entry any more")


def _write(blocks: Iterator[bytes], target: Path, *, on_bytes: Callable[[int], None]) -> None:
    with system_errors_named(target):
        file = target.open("xb")
    with file:
        for block in blocks:
            with system_errors_named(target):
                file.write(block)
                file.flush()
            on_bytes(len(block))


def _blocks(source: IO[bytes], size: int, *, name: str, path: Path) -> Iterator[bytes]:
    """The content of an entry, never more of it than it announces. Raises packed-too-large, EOFError."""
    left = size
    while block := source.read(min(_BLOCK_BYTES, left + 1)):
        left -= len(block)
        if left < 0:
            raise error(kinds.PACKED_TOO_LARGE, file=path, field=name, expected=f"{size} bytes")
        yield block
    if left:
        raise EOFError(f"{name} ends after {size - left} of {size} bytes")


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile | tarfile.TarFile]:
    """A packed file, with whatever its damage makes the readers raise as packed-unreadable."""
    from isal import igzip_lib, igzip_threaded

    damage = (*_DAMAGE, cast("type[Exception]", igzip_lib.IsalError))
    try:
        with ExitStack() as stack:
            if path.name.lower().endswith(".zip"):
                yield stack.enter_context(zipfile.ZipFile(path))
            elif path.name.lower().endswith(".tar"):
                yield stack.enter_context(tarfile.open(path, mode="r:"))
            else:
                stream = stack.enter_context(igzip_threaded.open(path, "rb"))
                yield stack.enter_context(tarfile.open(fileobj=stream, mode="r|"))
    except SscError:
        raise
    except damage as failure:
        found = f"{type(failure).__name__}: {failure}" if str(failure) else "it ends too early"
        raise error(kinds.PACKED_UNREADABLE, file=path, found=found) from failure


def _entries(
    packed: zipfile.ZipFile | tarfile.TarFile, path: Path
) -> Iterator[tuple[str, int, Callable[[], IO[bytes]]]]:
    """Name, announced size and content of the regular files, in their order. Raises packed-unsafe."""
    if isinstance(packed, tarfile.TarFile):
        for member in packed:
            _check_name(member.name, path)
            # Stricter than the standard library's filter for data, which Python 3.11.0 to 3.11.3 do not have.
            if not (member.isreg() or member.isdir()):
                raise error(kinds.PACKED_UNSAFE, file=path, field=member.name, found="a link or a device")
            if member.isreg():
                yield PurePosixPath(member.name).as_posix(), member.size, partial(_content, packed, member)
        return
    for info in packed.infolist():
        _check_name(info.filename, path)
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise error(kinds.PACKED_UNSAFE, file=path, field=info.filename, found="a link or a device")
        if info.is_dir():
            continue
        if info.flag_bits & _ZIP_ENCRYPTED:
            raise error(kinds.PACKED_UNREADABLE, file=path, field=info.filename, found="an encrypted entry")
        size = info.file_size
        # zipfile cuts an entry off at its announced size: with more room it shows whether there is more.
        info.file_size += 2 * _BLOCK_BYTES
        yield PurePosixPath(info.filename).as_posix(), size, partial(packed.open, info)


def _content(packed: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    file = packed.extractfile(member)
    if file is None:
        raise tarfile.TarError(f"{member.name} has no content")
    return file


def _check_name(name: str, path: Path) -> None:
    """The name must stay below the folder it is unpacked to, on any system. Raises packed-unsafe."""
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or any(character in name for character in ("\\", ":", "\0")):
        raise error(kinds.PACKED_UNSAFE, file=path, field=name, found="a name that leads out of the folder")
