"""A MATLAB file described for people who cannot have it: its tree, what differs from the known layout, the census."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ssc_to_nwb.describe.compare import differences
from ssc_to_nwb.describe.hdf5_file import Objects, nwb_objects, object_lines
from ssc_to_nwb.describe.known_layout import SESSION
from ssc_to_nwb.describe.outline import hash_items, outline, people_in
from ssc_to_nwb.describe.shown_text import Masking
from ssc_to_nwb.describe.variables import Variable, format_of, read_variables, words_of
from ssc_to_nwb.matlab.mat_file import VARIABLE_NAMES, is_session_like
from ssc_to_nwb.matlab.tree import MatStruct
from ssc_to_nwb.metadata.census import CensusComparison, SubvolumeSize, compare_with_census
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, SscError, error
from ssc_to_nwb.session.session import read_session
from ssc_to_nwb.session.time_series import may_be_imaged
from ssc_to_nwb.source_files.disk_walk import check_is_file
from ssc_to_nwb.source_files.session_files import key_of_file

MOST_LINES = 150
_MOST_DIFFERENCES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a file is like.

    session: the session that its name says, None where it says none; the name itself is then not shown; file_format:
    of MATLAB; refusal: identifier and field of the first problem for which a conversion refuses the session, empty
    where it reads it, None where that was not tried; arrays: sizes of the imaged arrays, in their order; census: None
    where there is no session in the file; objects: of a file that is NWB instead, None elsewhere.
    """

    session: str | None
    file_format: str
    byte_size: int
    variables: tuple[Variable, ...]
    refusal: str | None = None
    arrays: tuple[SubvolumeSize, ...] = ()
    census: CensusComparison | None = None
    objects: Objects | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "session": self.session,
            "format": self.file_format,
            "bytes": self.byte_size,
            "refusal": self.refusal,
            "variables": [variable.as_dict() for variable in self.variables],
            "arrays": [{"rois": size.rois, "frames": size.frames} for size in self.arrays],
            "census": None if self.census is None else self.census.as_dict(),
            **({} if self.objects is None else {"nwb_objects": self.objects}),
        }

    def lines(self) -> list[str]:
        """A text of at most MOST_LINES lines, to be pasted into an issue."""
        if self.objects is not None:
            return [f"NWB file, {self.byte_size:,} bytes", *object_lines(self.objects)]
        name = self.session or "not shown, it is no session's"
        head = [
            f"MATLAB file of format {self.file_format}, {self.byte_size:,} bytes; name: {name}",
            *self._summary(),
            "",
        ]
        tree = [line for variable in self.variables for line in variable.lines()]
        room = MOST_LINES - len(head)
        if len(tree) > room:
            tree = [*tree[: room - 1], f"… and {len(tree) - room + 1} more lines; --json has all"]
        return [*head, *tree]

    def _summary(self) -> Iterator[str]:
        compared = [variable for variable in self.variables if variable.differences is not None]
        if not compared:
            yield "known layout: not compared, no variable looks like a session struct"
        for variable in compared:
            found = variable.differences or ()
            count = f"{len(found)} differences" if len(found) != 1 else "1 difference"
            yield f"known layout: {variable.name} has {count if found else 'no difference'}"
            yield from (f"  {one}" for one in found[:_MOST_DIFFERENCES])
            if len(found) > _MOST_DIFFERENCES:
                yield f"  … and {len(found) - _MOST_DIFFERENCES} more"
        if self.refusal is not None:
            yield f"conversion: {f'refuses it, {self.refusal}' if self.refusal else 'reads it'}"
        if self.arrays:
            yield f"ROIs x frames: {'; '.join(str(size) for size in self.arrays[:30])}"
        if self.census is not None:
            yield f"census: {self.census}"


def describe_file(path: Path) -> Description:
    """Describe a MATLAB file of any format, of whatever layout, as far as it can be read.

    Raises mat-unreadable, and source-not-readable where no file is there.
    """
    check_is_file(path)
    try:
        byte_size, file_format = path.stat().st_size, format_of(path)
        variables = read_variables(path)
    except OSError as failure:
        raise error(kinds.MAT_UNREADABLE, file=path, found=failure) from failure
    people = [text for variable in variables if variable.value is not None for text in people_in(variable.value)]
    masking = Masking(people)
    key = key_of_file(path.name)
    session = None if key is None else str(key)
    likely = [variable for variable in variables if variable.value is not None and is_session_like(variable.value)]
    arrays = tuple(_array_sizes(likely[0])) if likely else ()
    return Description(
        session=session,
        file_format=file_format,
        byte_size=byte_size,
        variables=tuple(_described(variable, masking) for variable in variables),
        arrays=arrays,
        refusal=None if key is None else _refusal(path),
        census=compare_with_census(session, _subvolumes(arrays, session)) if session and likely else None,
        objects=nwb_objects(path) if file_format == "7.3" else None,
    )


def _refusal(path: Path) -> str:
    """The first problem that reading the session meets, without what was found; empty where there is none."""
    try:
        read_session(path, log=ProblemLog())
    except SscError as failure:
        return words_of(failure)
    return ""


def _described(variable: Variable, masking: Masking) -> Variable:
    """The variable without its value, which nothing of what is shown may come from."""
    name, value = variable.name, variable.value
    shown = replace(variable, name=masking.name(name) if name.isidentifier() else name, value=None)
    if value is None:
        return shown
    compared = is_session_like(value) or name in VARIABLE_NAMES
    return replace(
        shown,
        node=outline(value, name=name, masking=masking),
        differences=differences(value, known=SESSION, name=name, masking=masking) if compared else None,
    )


def _array_sizes(variable: Variable) -> Iterator[SubvolumeSize]:
    """Rows and columns of the arrays of imaged subvolumes, in their order."""
    if variable.value is None:
        return
    for key, item in hash_items(variable.value, "timeSeriesArrayHash"):
        matrix = item.fields.get("valueMatrix") if isinstance(item, MatStruct) else None
        if isinstance(matrix, np.ndarray) and matrix.ndim == 2 and may_be_imaged(key):
            yield SubvolumeSize(rois=matrix.shape[0], frames=matrix.shape[1])


def _subvolumes(arrays: tuple[SubvolumeSize, ...], session: str) -> tuple[SubvolumeSize, ...]:
    """One size of each subvolume: where events or raw fluorescence follow dF/F, all sizes repeat in the same order."""
    for parts in (2, 3):
        length = len(arrays) // parts
        if length and len(arrays) == parts * length and arrays == arrays[:length] * parts:
            found = compare_with_census(session, arrays[:length])
            if found.agrees or not compare_with_census(session, arrays).agrees:
                return arrays[:length]
    return arrays
