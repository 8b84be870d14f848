"""Opens a MATLAB file of any format and finds the session struct in it."""

from __future__ import annotations

from pathlib import Path

from ssc_to_nwb.problems import source_kinds as kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.source.mat5 import read_mat5
from ssc_to_nwb.source.mat73 import read_mat73
from ssc_to_nwb.source.mat_tree import MatStruct, MatValue, describe

# Of the session struct: `s` is what ssc-1 has, `dat` a derived variant of ssc-2.
VARIABLE_NAMES = ("s", "dat")
_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_HEADER_BYTES = 128


def read_mat(path: Path) -> dict[str, MatValue]:
    """All variables of a MATLAB file; the format is told from the file's first bytes, not from its name.

    Raises mat-unreadable where the file is neither, is cut short or can't be opened.
    """
    try:
        with path.open("rb") as file:
            head = file.read(512 + len(_HDF5_SIGNATURE))
    except OSError as failure:
        raise error(kinds.MAT_UNREADABLE, file=path, found=failure) from failure
    if head.startswith(_HDF5_SIGNATURE) or head[512:] == _HDF5_SIGNATURE:
        return read_mat73(path)
    # Format 5 keeps a version (0x0100) and the byte order mark at the end of its 128-byte header.
    if len(head) >= _HEADER_BYTES and head[126:128] in (b"IM", b"MI"):
        return read_mat5(path)
    raise error(
        kinds.MAT_UNREADABLE,
        file=path,
        expected="a MATLAB file of format 5, 7 or 7.3",
        found=f"{len(head)} bytes that begin with {head[:20]!r}" if head else "an empty file",
    )


def read_session_struct(path: Path, *, variable_names: tuple[str, ...] = VARIABLE_NAMES) -> tuple[str, MatStruct]:
    """Name and value of the session struct: the first of `variable_names` that the file holds.

    Raises mat-variable-missing or field-type.
    """
    variables = read_mat(path)
    for name in variable_names:
        if name not in variables:
            continue
        value = variables[name]
        if not isinstance(value, MatStruct):
            raise error(kinds.FIELD_TYPE, file=path, field=name, expected="a 1x1 struct", found=describe(value))
        return name, value
    raise error(
        kinds.VARIABLE_MISSING,
        file=path,
        expected=" or ".join(f"a variable {name}" for name in variable_names),
        found=", ".join(variables) or "no variable at all",
    )
