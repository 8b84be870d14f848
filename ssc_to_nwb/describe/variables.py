"""The variables of a MATLAB file, as far as they can be read: where the file as a whole cannot be, one by one."""

from __future__ import annotations

import re
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ssc_to_nwb.describe.compare import Difference
from ssc_to_nwb.describe.hdf5_file import outline_hdf5
from ssc_to_nwb.describe.node import DAMAGE, Node, as_sizes, lines_of
from ssc_to_nwb.matlab.mat_file import HEAD_BYTES, format_by, read_mat
from ssc_to_nwb.matlab.tree import MatValue
from ssc_to_nwb.problems.model import SscError

# A place in a struct: other fields of problems may be texts of the file.
_PLACE = re.compile(r"\w+([.]\w+|[({]\d+[)}])*")
_HEADER_BYTES, _TAG_BYTES = 128, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable of a file: what it holds, or why it cannot be read.

    value: None where it cannot be read, and once it is described; node: its tree, as far as it is known; differences:
    from the known layout, None where it was not compared.
    """

    name: str
    value: MatValue | None = None
    node: Node | None = None
    error: str | None = None
    differences: tuple[Difference, ...] | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        found = self.differences
        return {
            "name": self.name,
            "tree": None if self.node is None else self.node.as_dict(),
            "error": self.error,
            "differences": None if found is None else [one.as_dict() for one in found],
        }

    def lines(self) -> list[str]:
        """A line for each node of the tree."""
        lines = [] if self.node is None else lines_of(self.name, self.node)
        if self.error is None:
            return lines
        return [f"{self.name}: cannot be read ({self.error})", *(f"  {line}" for line in lines)]


def format_of(path: Path) -> Literal["5", "7", "7.3", "unknown"]:
    """The format of a MATLAB file. Raises OSError."""
    with path.open("rb") as file:
        return format_by(file.read(HEAD_BYTES)) or "unknown"


def read_variables(path: Path) -> tuple[Variable, ...]:
    """All variables; of what cannot be read, whatever can be said. Raises OSError where the file cannot be opened."""
    try:
        return tuple(Variable(name=name, value=value) for name, value in read_mat(path).items())
    except (SscError, *DAMAGE) as failure:
        whole = words_of(failure)
    file_format = format_of(path)
    if file_format == "7.3":
        found = tuple(Variable(name=name, node=node, error=whole) for name, node in outline_hdf5(path))
    elif file_format == "unknown":
        found = tuple(_listed(path, error=whole))
    else:
        with tempfile.TemporaryDirectory(prefix="ssc-to-nwb-") as folder:
            found = tuple(_one_by_one(path, Path(folder) / "variable.mat"))
    return found or (Variable(name="(none)", error=whole),)


def words_of(failure: Exception) -> str:
    """What went wrong, without what was found: that may be bytes of the file, or its path."""
    if not isinstance(failure, SscError):
        return type(failure).__name__
    problem = failure.problem
    parts = [problem.kind.identifier]
    if problem.field and _PLACE.fullmatch(problem.field):
        parts.append(f"at {problem.field}")
    raised = re.match(r"\w+(Error|Exception)\b", problem.found or "")
    if raised is not None:
        parts.append(f"({raised[0]})")
    return " ".join(parts)


def _one_by_one(path: Path, place: Path) -> Iterator[Variable]:
    """The variables of a file of format 5, each read from a file of its own at `place`."""
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
        order = "<" if header[126:128] == b"IM" else ">"
        number = 0
        while file.tell() + _TAG_BYTES <= size:
            number += 1
            tag = file.read(_TAG_BYTES)
            (length,) = struct.unpack(f"{order}I", tag[4:])
            left = size - file.tell()
            with place.open("wb") as alone:
                alone.write(header + tag)
                alone.write(file.read(min(length, left)))
            yield from _of_single(place, number=number, cut=length > left)


def _of_single(path: Path, *, number: int, cut: bool) -> Iterator[Variable]:
    try:
        for name, value in read_mat(path).items():
            yield Variable(name=name, value=value)
        return
    except (SscError, *DAMAGE) as failure:
        error = "the file ends within it" if cut else words_of(failure)
    listed = tuple(_listed(path, error=error))
    yield from listed or (Variable(name=f"(number {number})", error=error),)


def _listed(path: Path, *, error: str) -> Iterator[Variable]:
    """Names, classes and sizes, as scipy lists them without reading on."""
    import scipy.io
    from scipy.io.matlab import MatReadError

    try:
        listed = scipy.io.whosmat(str(path))
    except (*DAMAGE, MatReadError):
        return
    for name, shape, kind in listed:
        yield Variable(name=name, node=Node(kind=kind, sizes=as_sizes(shape)), error=error)
