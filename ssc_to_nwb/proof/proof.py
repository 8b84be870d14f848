"""The bookkeeping of a verification: what was compared with which source field, and what differed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, ProblemKind, SscError
from ssc_to_nwb.restoring.following import differing_numbers, differing_values
from ssc_to_nwb.restoring.nwb_reader import NwbReader, ObjectError
from ssc_to_nwb.restoring.source_unit import SourceUnit

VerifyMode = Literal["full", "sample", "off"]
# Problems shown of one object; the others are counted.
_SHOWN_PER_OBJECT = 5
# What a check may meet on a file that is not built as it should be.
_BROKEN = (KeyError, IndexError, ValueError, TypeError, AttributeError, OverflowError, OSError, RuntimeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """What came of comparing one NWB file with its source.

    objects: number of values compared, by path of the object in the file; leaves: number of source fields proven;
    frames: of the imaging stacks compared, and frames_total: those there are (pages of either channel count one);
    digest: of the whole content, where asked for and nothing differs; left_out: problems beyond the number shown.
    """

    file: Path
    mode: VerifyMode
    problems: tuple[Problem, ...] = ()
    left_out: int = 0
    objects: dict[str, int] = field(default_factory=dict)
    leaves: int = 0
    frames: int = 0
    frames_total: int = 0
    seconds: float = 0.0
    digest: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the file was compared and nothing differed."""
        return not self.problems and self.mode != "off"

    @property
    def values(self) -> int:
        """Number of values compared."""
        return sum(self.objects.values())

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form; objects in short."""
        return {
            "file": str(self.file),
            "mode": self.mode,
            "ok": self.ok,
            "problems": [problem.as_dict() for problem in self.problems],
            "problems_left_out": self.left_out,
            "objects": len(self.objects),
            "values": self.values,
            "leaves": self.leaves,
            "frames": self.frames,
            "frames_total": self.frames_total,
            "seconds": round(self.seconds, 3),
        }


@dataclass(kw_only=True)
class Proof:
    """Compares, counts and collects.

    reader: of the NWB file; proven, proven_kept: paths of source fields that were compared with their places in the
    file, with their verbatim copies.
    """

    file_name: str
    reader: NwbReader
    proven: set[str] = field(default_factory=set)
    proven_kept: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    left_out: int = 0
    _per_object: Counter[str] = field(default_factory=Counter)

    # -- problems

    def problem(
        self,
        kind: ProblemKind,
        path: str,
        *,
        expected: object = None,
        found: object = None,
        leaf: str | None = None,
    ) -> None:
        """Note that the object at `path` is not what the source, at `leaf`, calls for."""
        self._per_object[path] += 1
        if self._per_object[path] > _SHOWN_PER_OBJECT:
            self.left_out += 1
            return
        self.problems.append(
            Problem(
                kind=kind,
                file=self.file_name,
                field=path,
                expected=None if expected is None else str(expected),
                found=None if found is None else str(found),
                detail=None if leaf is None else f"source field {leaf}",
            )
        )

    def guarded(self, path: str, check: Callable[..., object], *arguments: Any, **named: Any) -> None:
        """Run a check about the object at `path`; what stops it is a finding of the comparison, not an error of it."""
        try:
            check(*arguments, **named)
        except SscError as failure:
            # A source file that can't be read any more.
            self.problems.append(failure.problem)
        except ObjectError as failure:
            missing = failure.found == "nothing"
            kind = kinds.VERIFY_OBJECT_MISSING if missing else kinds.VERIFY_TYPE_DIFFERS
            self.problem(kind, failure.path, expected=failure.expected, found=failure.found)
        except _BROKEN as failure:
            self.problem(
                kinds.VERIFY_UNREADABLE, path, expected="an object that can be compared",
                found=f"{type(failure).__name__}: {failure}",
            )  # fmt: skip

    # -- comparisons; each returns whether it held; accounts: whether nothing else of the values is left to be compared

    def _count(self, path: str, values: int, *, accounts: bool) -> None:
        self.counts[path] += values
        if accounts:
            self.reader.accounted.add(path)

    def numbers(
        self,
        path: str,
        *,
        expected: np.ndarray,
        found: np.ndarray,
        leaf: str | None = None,
        tolerance: np.ndarray | float = 0.0,
        accounts: bool = False,
    ) -> bool:
        """Compare arrays element by element; NaN equals NaN. `tolerance` is absolute, per element or for all."""
        self._count(path, int(expected.size), accounts=accounts)
        difference = differing_numbers(expected, found, tolerance)
        if difference is None:
            return True
        kind = kinds.VERIFY_SHAPE_DIFFERS if difference.in_size else kinds.VERIFY_VALUE_DIFFERS
        self.problem(kind, path, expected=difference.expected, found=difference.found, leaf=leaf)
        return False

    def times(
        self,
        path: str,
        *,
        expected: np.ndarray,
        seconds: np.ndarray,
        unit: SourceUnit,
        leaf: str | None = None,
    ) -> bool:
        """Compare times: `expected` in the source's unit, `seconds` as they are in the file.

        Where all times of the source are whole, as the column `whole` of the source struct has it, they come back
        exactly, once what is within the rounding of a whole number is rounded to it. Others may differ by the rounding
        of the way there and back, 4 units in the last place of the stored seconds.
        """
        found, rounding = unit.restored(seconds, whole=_all_whole(expected))
        return self.numbers(path, expected=expected, found=found, leaf=leaf, tolerance=rounding)

    def equal(self, path: str, *, expected: Any, found: Any, leaf: str | None = None, accounts: bool = False) -> bool:
        """Compare two plain values: texts, numbers, tuples, lists."""
        self._count(path, len(expected) if isinstance(expected, list | tuple) else 1, accounts=accounts)
        difference = differing_values(expected, found)
        if difference is None:
            return True
        self.problem(
            kinds.VERIFY_VALUE_DIFFERS, path, expected=difference.expected, found=difference.found, leaf=leaf
        )  # fmt: skip
        return False

    def dtype(self, path: str, found: np.dtype, *, expected: DTypeLike, leaf: str | None = None) -> bool:
        """Compare element types; byte order does not matter."""
        wanted = np.dtype(expected).newbyteorder("=")
        if wanted == np.dtype(found).newbyteorder("="):
            return True
        self.problem(kinds.VERIFY_TYPE_DIFFERS, path, expected=wanted, found=found, leaf=leaf)
        return False

    def attribute(self, path: str, name: str, expected: Any) -> bool:
        """Compare an attribute."""
        found = self.reader.attribute(path, name)
        self.counts[path] += 1
        same = found == expected and isinstance(found, str) == isinstance(expected, str)
        if not same:
            self.problem(
                kinds.VERIFY_ATTRIBUTE_DIFFERS, path, expected=f"{name} = {expected!r}", found=repr(found)
            )  # fmt: skip
        return same

    def links_to(self, path: str, target: str) -> None:
        """See that a link points to `target`."""
        found = self.reader.link(path)
        self.counts[path] += 1
        if found != target:
            self.problem(kinds.VERIFY_LINK_DIFFERS, path, expected=target, found=found)


def _all_whole(times: np.ndarray) -> bool:
    """Whether all times, NaN aside, are whole numbers."""
    there = times[~np.isnan(times)]
    return bool((there == np.rint(there)).all())
