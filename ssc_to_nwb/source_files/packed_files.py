"""Packed files (.tar, .tar.gz, .tgz, .zip) as downloads come: what they hold, and taking parts of them out safely.

Nothing is taken on trust: names that lead elsewhere, links and devices are refused, and so are a name that occurs
twice and an entry that yields more bytes than it announces.
"""

from __future__ import annotations

import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath, PurePosixPath
from typing import IO, Any, cast

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, error
from ssc_to_nwb.problems.system_errors import system_errors_named

PACKED_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".zip")
PACKED_KINDS = ", ".join(PACKED_SUFFIXES)
_OTHER_KINDS = re.compile(r"\.(tar\.\w+|tbz2?|tb2|txz|tzst|tlz|7z|rar|mat\.(gz|bz2|xz|zst|z))$", re.IGNORECASE)
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
class PackedFile:
    """A packed file with its size and time; members: of the regular files in it, the bytes they announce by name."""

    path: Path
    size: int
    mtime_ns: int
    members: Mapping[str, int]


def is_packed(path: PurePath) -> bool:
    """Whether the name is that of a packed file."""
    return path.name.lower().endswith(PACKED_SUFFIXES)


def is_packed_otherwise(path: PurePath) -> bool:
    """Whether the name is that of a packed file, or a packed session file, of a kind that is not read."""
    return _OTHER_KINDS.search(path.name) is not None and not is_packed(path)


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
    return PackedFile(path=path, size=status.st_size, mtime_ns=status.st_mtime_ns, members=sizes)


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
                    _write(source, targets[name], size=size, field=name, path=path, on_bytes=on_bytes)
            if not missing:
                break
        if missing:
            raise error(kinds.PACKED_UNREADABLE, file=path, expected=min(missing), found="no such entry any more")


def _write(
    source: IO[bytes], target: Path, *, size: int, field: str, path: Path, on_bytes: Callable[[int], None]
) -> None:
    """Write the content of an entry, never more of it than it announces. Raises packed-too-large, EOFError."""
    left = size
    with system_errors_named(target):
        # Closing a file with a buffer would write once more to a full disk, and pass for damage of the packed file.
        file = target.open("xb", buffering=0)
    with file:
        while block := source.read(min(_BLOCK_BYTES, left + 1)):
            left -= len(block)
            if left < 0:
                raise error(kinds.PACKED_TOO_LARGE, file=path, field=field, expected=f"{size} bytes")
            with system_errors_named(target):
                unwritten = memoryview(block)
                while unwritten:
                    unwritten = unwritten[file.write(unwritten) :]
            on_bytes(len(block))
    if left:
        raise EOFError(f"{field} ends after {size - left} of {size} bytes")


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
        found = str(failure) or "it ends too early"
        raise error(kinds.PACKED_UNREADABLE, file=path, expected="a whole packed file", found=found) from failure


_Entry = tuple[str, int, Callable[[], IO[bytes]]]


def _entries(packed: zipfile.ZipFile | tarfile.TarFile, path: Path) -> Iterator[_Entry]:
    """Name, announced size and content of the regular files, in their order. Raises packed-unsafe.

    A name must stay below the folder it is unpacked to, on any system. That is stricter than the standard library's
    filter for data, which Python 3.11.0 to 3.11.3 do not have.
    """
    for file_type, (name, size, opened) in _all(packed, path):
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or any(character in name for character in ("\\", ":", "\0")):
            raise error(kinds.PACKED_UNSAFE, file=path, field=name, found="a name that leads out of the folder")
        if file_type not in (stat.S_IFREG, stat.S_IFDIR):
            raise error(kinds.PACKED_UNSAFE, file=path, field=name, found="a link or a device")
        if file_type == stat.S_IFREG:
            yield pure.as_posix(), size, opened


def _all(packed: zipfile.ZipFile | tarfile.TarFile, path: Path) -> Iterator[tuple[int, _Entry]]:
    """All entries, each with the type of file that it is, 0 for none that may be unpacked."""
    if isinstance(packed, tarfile.TarFile):
        for member in packed:
            file_type = stat.S_IFREG if member.isreg() else stat.S_IFDIR if member.isdir() else 0
            yield file_type, (member.name, member.size, cast("Any", partial(packed.extractfile, member)))
        return
    for info in packed.infolist():
        if info.flag_bits & _ZIP_ENCRYPTED:
            raise error(kinds.PACKED_UNREADABLE, file=path, field=info.filename, found="an encrypted entry")
        file_type = stat.S_IFMT(info.external_attr >> 16) or stat.S_IFREG
        size = info.file_size
        # zipfile cuts an entry off at its announced size: with more room it shows whether there is more.
        info.file_size += 2 * _BLOCK_BYTES
        yield stat.S_IFDIR if info.is_dir() and file_type == stat.S_IFREG else file_type, (
            info.filename, size, partial(packed.open, info),
        )  # fmt: skip
