"""The bookkeeping of a verification: what was compared with which source field, and what differed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ssc_to_nwb.matlab.tree import MatValue
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, ProblemKind, SscError
from ssc_to_nwb.restoring.comparing import differing_numbers, differing_values
from ssc_to_nwb.restoring.nwb_reader import NwbReader, ObjectError
from ssc_to_nwb.restoring.source_unit import SourceUnit

# Problems shown of one object; the others are counted.
_SHOWN_PER_OBJECT = 5
# What a check may meet on a file that is not built as it should be.
_BROKEN = (KeyError, IndexError, ValueError, TypeError, AttributeError, OverflowError, OSError, RuntimeError)


@dataclass(slots=True, kw_only=True)
class Proof:
    """Compares, counts and collects.

    reader: of the NWB file; leaves: the source's leaves by path, read again; proven, proven_kept: paths of leaves that
    were compared with their places in the file, with their verbatim copies.
    """

    file_name: str
    reader: NwbReader
    leaves: dict[str, MatValue]
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

    # -- comparisons; each returns whether it held

    def prove(self, leaves: Iterable[str]) -> None:
        """Note that these source fields were compared."""
        self.proven.update(leaves)

    def prove_kept(self, leaf: str) -> None:
        """Note that the verbatim copy of this source field was compared."""
        self.proven_kept.add(leaf)

    def numbers(
        self,
        path: str,
        *,
        expected: np.ndarray,
        found: np.ndarray,
        leaf: str | None = None,
        tolerance: np.ndarray | float = 0.0,
    ) -> bool:
        """Compare arrays element by element; NaN equals NaN. `tolerance` is absolute, per element or for all."""
        self.counts[path] += int(expected.size)
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

    def equal(self, path: str, *, expected: Any, found: Any, leaf: str | None = None) -> bool:
        """Compare two plain values: texts, numbers, tuples, lists."""
        self.counts[path] += len(expected) if isinstance(expected, list | tuple) else 1
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

    def described(self, path: str, *parts: str) -> None:
        """See that an object has a description, and that it holds these texts of the source."""
        found = self.reader.attribute(path, "description")
        self.counts[path] += 1
        wanted = [part for part in parts if part]
        if not isinstance(found, str) or not found.strip() or found.strip().lower() in _PLACEHOLDERS:
            self.problem(kinds.VERIFY_ATTRIBUTE_DIFFERS, path, expected="a description", found=repr(found))
        else:
            for part in wanted:
                if part not in found:
                    self.problem(
                        kinds.VERIFY_ATTRIBUTE_DIFFERS, path, expected=f"a description with {part!r}", found=found
                    )  # fmt: skip

    def typed(self, path: str, neurodata_type: str) -> None:
        """See that an object is of a neurodata type."""
        self.attribute(path, "neurodata_type", neurodata_type)

    def links_to(self, path: str, target: str) -> None:
        """See that a link points to `target`."""
        found = self.reader.link(path)
        self.counts[path] += 1
        if found != target:
            self.problem(kinds.VERIFY_LINK_DIFFERS, path, expected=target, found=found)


_PLACEHOLDERS = ("no description", "placeholder", "todo", "tbd", "none", "description")


def _all_whole(times: np.ndarray) -> bool:
    """Whether all times, NaN aside, are whole numbers."""
    there = times[~np.isnan(times)]
    return bool((there == np.rint(there)).all())
