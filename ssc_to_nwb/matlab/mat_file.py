"""Opens a MATLAB file of any format and finds the session struct in it."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from isal import igzip_lib

from ssc_to_nwb.hdf5_files import hdf5_fault
from ssc_to_nwb.matlab.bounds import Bounds, MatFormat
from ssc_to_nwb.matlab.leaves import describe, leaf_bytes, matlab_class, matlab_shape, walk_leaves
from ssc_to_nwb.matlab.mat5 import MI_COMPRESSED, DamagedFileError, read_mat5
from ssc_to_nwb.matlab.stored_chars import HDF5_SIGNATURE, MatContents, MatRead
from ssc_to_nwb.matlab.text import TextReader
from ssc_to_nwb.matlab.tree import MatStruct, MatUnsupported, MatValue
from ssc_to_nwb.matlab.write_mat5 import LARGEST_VARIABLE_BYTES, TooLargeForFormat5Error, write_mat5
from ssc_to_nwb.matlab.write_mat73 import write_mat73
from ssc_to_nwb.output_files import whole_file
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.source_files.disk_walk import check_is_file

# Of the session struct: `s` is what ssc-1 has, `dat` a derived variant of ssc-2.
VARIABLE_NAMES = ("s", "dat")
_HEADER_BYTES = 128
HEAD_BYTES = 512 + len(HDF5_SIGNATURE)
# What the readers meet in a damaged file.
_DAMAGE = (
    ValueError, TypeError, KeyError, OSError, RuntimeError, OverflowError, MemoryError, struct.error,
    igzip_lib.IsalError,
)  # fmt: skip


def read_mat(path: Path) -> dict[str, MatValue]:
    """All variables of a MATLAB file of format 5, 7 or 7.3 by name; one that cannot be read is a `MatUnsupported`.

    The file's first bytes show the format, not its name. Raises as `read_contents`.
    """
    return read_contents(path, None).variables


def read_contents(path: Path, text_encoding: str | None) -> MatContents:
    """Read all variables of a MATLAB file, as the conversion does, and say which texts were found to be UTF-8.

    text_encoding: of texts whose encoding the file does not name; None where metadata names none. Raises mat-unreadable
    where the file is of no known format, is cut short or cannot be opened; source-not-readable where there is no file,
    or none that may be read; mat-variable-ambiguous where two variables have one name.
    """
    texts = TextReader(encoding=text_encoding)
    return MatContents(variables=_read(path, texts), inferred_texts=frozenset(texts.inferred))


def _read(path: Path, texts: TextReader) -> dict[str, MatValue]:
    check_is_file(path)
    bounds = None
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        file_format = format_by(head)
        if file_format == "7.3":
            from ssc_to_nwb.matlab.mat73 import read_mat73

            bounds = Bounds(path, "7.3")
            return read_mat73(path, texts=texts, bounds=bounds)
        if file_format is not None:
            bounds = Bounds(path, "5")
            return read_mat5(path, texts=texts, bounds=bounds)
    except PermissionError as failure:
        raise error(kinds.SOURCE_NOT_READABLE, file=path, found=failure.strerror) from failure
    except _DAMAGE as damage:  # type: ignore[misc]
        found, cause = _fault(damage), damage
    else:
        found, cause = f"{len(head)} bytes that begin with {head[:20]!r}" if head else "an empty file", None
    field = None if bounds is None else bounds.field or None
    expected = "a MATLAB file of format 5, 7 or 7.3"
    raise error(kinds.MAT_UNREADABLE, file=path, field=field, expected=expected, found=found) from cause


def format_by(head: bytes) -> Literal["5", "7", "7.3"] | None:
    """The format of a MATLAB file by its first bytes; 7 is 5 with compression. None for what is no MATLAB file."""
    if head.startswith(HDF5_SIGNATURE) or head[512:] == HDF5_SIGNATURE:
        return "7.3"
    # Format 5 keeps a version (0x0100) and the byte order mark at the end of its 128-byte header.
    if len(head) < _HEADER_BYTES or head[126:128] not in (b"IM", b"MI"):
        return None
    first = head[_HEADER_BYTES : _HEADER_BYTES + 4]
    return "7" if int.from_bytes(first, "little" if head[126:128] == b"IM" else "big") == MI_COMPRESSED else "5"


def _fault(damage: Exception) -> str:
    """What is wrong with the file, in words."""
    if isinstance(damage, DamagedFileError):
        return str(damage)
    if isinstance(damage, struct.error):
        return "an array that ends before its time"
    if isinstance(damage, igzip_lib.IsalError):  # type: ignore[arg-type]
        return f"a compressed variable that cannot be unpacked ({damage})"
    return hdf5_fault(damage) if isinstance(damage, OSError) else f"{type(damage).__name__}: {damage}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherVariable:
    """A variable of a session file beside the session struct, and the reason why it is left out.

    matlab_class, shape: as MATLAB has them; bytes: size of its values.
    """

    name: str
    matlab_class: str
    shape: tuple[int, ...]
    bytes: int
    reason: str


class SessionStruct(NamedTuple):
    """The session struct of a file: the name of its variable, its value, and the variables beside it.

    inferred_texts: paths of the texts below it whose bytes were found to be UTF-8 though the file does not say so.
    """

    variable: str
    tree: MatStruct
    others: tuple[OtherVariable, ...]
    inferred_texts: tuple[str, ...]


def read_session_struct(
    path: Path,
    *,
    variable_names: tuple[str, ...] = VARIABLE_NAMES,
    text_encoding: str | None = None,
    read: MatRead | None = None,
) -> SessionStruct:
    """Read the session struct of a file: the variable of one of these names that looks like one.

    text_encoding: of texts whose encoding the file does not name; read: in place of `read_contents`. Raises what that
    raises; mat-variable-missing, mat-variable-ambiguous where several could be meant, field-type; mat-class-unsupported
    or mat-text-undecodable where a value of the struct cannot be read.
    """
    variables, inferred_texts = (read or read_contents)(path, text_encoding)
    name = _choose(variables, file=path, variable_names=variable_names)
    value = variables[name]
    inferred = []
    for leaf_path, leaf in walk_leaves(value, name):
        if isinstance(leaf, MatUnsupported):
            kind = kinds.MAT_TEXT_UNDECODABLE if leaf.matlab_class == "char" else kinds.MAT_CLASS_UNSUPPORTED
            raise error(kind, file=path, field=leaf_path, expected=_EXPECTED[kind], found=describe(leaf))
        if inferred_texts and isinstance(leaf, str) and leaf in inferred_texts:
            inferred.append(leaf_path)
    if not isinstance(value, MatStruct):
        raise error(kinds.FIELD_TYPE, file=path, field=name, expected="a 1x1 struct", found=describe(value))
    others = tuple(_other(other, variables[other]) for other in variables if other != name)
    return SessionStruct(variable=name, tree=value, others=others, inferred_texts=tuple(inferred))


_EXPECTED = {
    kinds.MAT_TEXT_UNDECODABLE: "text whose encoding is certain",
    kinds.MAT_CLASS_UNSUPPORTED: "structs, cells, real numbers and text",
}


def _choose(variables: Mapping[str, MatValue], *, file: Path, variable_names: tuple[str, ...]) -> str:
    """The variable that is the session struct. Where metadata names one alone, that one is meant whatever it holds."""
    sessions = [name for name, value in variables.items() if is_session_like(value)]
    named = [name for name in variable_names if name in variables]
    if len(sessions) > 1 and len(variable_names) > 1:
        raise error(
            kinds.MAT_VARIABLE_AMBIGUOUS, file=file, field=sessions[1], expected="one session struct",
            found=" and ".join(sessions), detail=f"metadata: source: {{variable_names: [{sessions[0]}]}}",
        )  # fmt: skip
    if not named:
        hint = f"; {sessions[0]} looks like a session struct" if sessions else ""
        raise error(
            kinds.MAT_VARIABLE_MISSING,
            file=file,
            expected=" or ".join(f"a variable {name}" for name in variable_names),
            found=(", ".join(variables) or "no variable at all") + hint,
        )
    structs = [name for name in named if isinstance(variables[name], MatStruct)]
    return next((name for name in named if name in sessions), (structs or named)[0])


def is_session_like(value: MatValue) -> bool:
    """Whether a value has at least two of the fields by which a session struct is known."""
    return isinstance(value, MatStruct) and len(_SESSION_FIELDS & value.fields.keys()) > 1


_SESSION_FIELDS = frozenset(
    ("metaDataHash", "trialIds", "trialStartTimes", "timeSeriesArrayHash", "eventSeriesArrayHash")
)


def _other(name: str, value: MatValue) -> OtherVariable:
    reason = "not part of the session struct"
    if isinstance(value, MatUnsupported):
        reason = f"{reason}; {value.reason}, which cannot be read"
    elif is_session_like(value):
        reason = "another session struct; metadata names the one to convert"
    size = sum(leaf_bytes(leaf) for _, leaf in walk_leaves(value, name))
    return OtherVariable(
        name=name, matlab_class=matlab_class(value), shape=matlab_shape(value), bytes=size, reason=reason
    )


def write_mat(
    path: Path,
    *,
    variables: Mapping[str, MatValue],
    file_format: MatFormat | None = None,
    overwrite: bool = False,
) -> MatFormat:
    """Write variables, by name, to a MATLAB file, which is whole or not there; returns the format.

    file_format: None for format 5, compressed, or 7.3 where a variable is too large for that; overwrite: replace a file
    that exists. Raises mat-too-large where format 5 is asked for and a variable is too large for it; output-exists,
    output-not-writable, disk-full; ValueError for a value that no MATLAB file can hold.
    """
    with whole_file(path, overwrite=overwrite) as building:
        if file_format != "7.3":
            try:
                write_mat5(building, variables=variables)
            except TooLargeForFormat5Error as failure:
                if file_format == "5":
                    expected = f"at most {LARGEST_VARIABLE_BYTES} bytes in a variable"
                    raise error(kinds.MAT_TOO_LARGE, file=path, expected=expected, found=failure) from failure
            else:
                return "5"
        write_mat73(building, variables=variables)
        return "7.3"
