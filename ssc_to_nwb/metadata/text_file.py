"""Where the metadata files are; the text of one, whatever its encoding says of itself, else an error with the line."""

from __future__ import annotations

import codecs
import stat
from pathlib import Path

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, error

# Far above what the sessions of both data sets need. YAML is read with many times the memory of its text.
MOST_BYTES = 2**20
# The marks at the start of a text that say how it is encoded; those of UTF-32 begin as those of UTF-16 do.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def metadata_folder() -> Path:
    """The folder of the packaged metadata files: inside the installed package, or beside it in a checkout."""
    installed = Path(__file__).parent / "data"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "metadata"


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, or in UTF-16 or UTF-32 with the mark that says so.

    Raises metadata-file-unreadable (missing, no file, too large) and metadata-file-encoding.
    """
    content = _read_bytes(path)
    mark, encoding = next((pair for pair in _MARKS if content.startswith(pair[0])), (b"", "utf-8"))
    content = content.removeprefix(mark)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as failure:
        raise _not_decoded(path, failure, marked=bool(mark)) from failure
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        found = "a NUL character, as in UTF-16 without its mark"
        raise error(kinds.METADATA_FILE_ENCODING, file=f"{path}, line {line}", expected="UTF-8", found=found)
    return text


def _read_bytes(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise error(kinds.METADATA_FILE_UNREADABLE, file=path, expected="a file", found="a folder or a device")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as failure:
        # ValueError: a NUL character in the path.
        raise error(kinds.METADATA_FILE_UNREADABLE, file=path, found=failure) from failure
    if len(content) > MOST_BYTES:
        size = f"{path.stat().st_size:,} bytes"
        raise error(kinds.METADATA_FILE_UNREADABLE, file=path, expected=f"at most {MOST_BYTES:,} bytes", found=size)
    return content


def _not_decoded(path: Path, failure: UnicodeDecodeError, *, marked: bool) -> SscError:
    """The error, with the line and the byte; what a byte is in Latin-1 shows the user which character it is."""
    good = failure.object[: failure.start].decode(failure.encoding, "replace")
    byte = failure.object[failure.start]
    found = f"the byte 0x{byte:02X}"
    if not marked and byte >= 0xA0:
        found += f", which is {chr(byte)!r} in Latin-1"
    name = failure.encoding.upper().removesuffix("-LE").removesuffix("-BE")
    return error(
        kinds.METADATA_FILE_ENCODING,
        file=f"{path}, line {good.count(chr(10)) + 1}",
        expected=f"{name}, as its first bytes say" if marked else "UTF-8",
        found=found,
    )
