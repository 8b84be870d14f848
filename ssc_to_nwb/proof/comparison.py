"""One file against its source: all that its checks share, what they compared, counted, and found to differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import DTypeLike

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import Sources
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.rule import Leaf
from ssc_to_nwb.ledger.ledger import LedgerEntry
from ssc_to_nwb.matlab.tree import MatCell, MatChar, MatValue
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, ProblemKind, SscError
from ssc_to_nwb.restoring.clocks import SourceUnit
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.following import Difference, differing_numbers, differing_values
from ssc_to_nwb.restoring.nwb_reader import NwbReader, ObjectError
from ssc_to_nwb.session.context import SessionContext
from ssc_to_nwb.session.raw_data import RawData
from ssc_to_nwb.session.session import Session

if TYPE_CHECKING:
    from ssc_to_nwb.proof.source_frames import PlaneFrames

OPHYS = f"/processing/{naming.OPHYS_MODULE}"
SOURCE = f"/processing/{naming.SOURCE_MODULE}"
VerifyMode = Literal["full", "sample", "off"]
# Problems shown of one object; the others are counted.
_SHOWN_PER_OBJECT = 5
# What a check may meet on a file that is not built as it should be.
_BROKEN = (KeyError, IndexError, ValueError, TypeError, AttributeError, OverflowError, OSError, RuntimeError)


@dataclass(kw_only=True)
class Comparison:
    """One file and its source: compares, counts and collects.

    leaves: the source's leaves by the rule that the ledger has for them; view: the file as the ways back see it;
    final_path: where the file will be, or is; videos: the folder that holds its videos; progress: takes bytes of frames
    done and in total; value_digests: takes SHA-256 of the values of data sets of frames, as they are read;
    files_left_out: raw files that were left out, with the reasons; frames: those that were found, by plane; proven,
    proven_kept: paths of source fields that were compared with their places in the file, with their verbatim copies.
    """

    sources: Sources
    facts: SessionFacts
    leaves: Mapping[str, Sequence[Leaf]]
    view: FileView
    final_path: Path
    videos: Path
    mode: VerifyMode
    workers: int
    memory_mb: float
    progress: Callable[[int, int], None]
    value_digests: dict[str, str]
    files_left_out: dict[Path, str] = field(default_factory=dict)
    frames: dict[str, PlaneFrames] = field(default_factory=dict)
    proven: set[str] = field(default_factory=set)
    proven_kept: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    left_out: int = 0
    _per_object: Counter[str] = field(default_factory=Counter)

    @property
    def reader(self) -> NwbReader:
        """The file's."""
        return self.view.reader

    @property
    def context(self) -> SessionContext:
        """The session with its metadata, as it was read for this comparison."""
        return self.sources.context

    @property
    def session(self) -> Session:
        """The session as it was read for this comparison."""
        return self.sources.session

    @property
    def raw(self) -> RawData:
        """The raw files. Raises ValueError where there are none."""
        if self.sources.raw is None:
            raise ValueError("no raw files are compared")
        return self.sources.raw

    @cached_property
    def source_values(self) -> dict[str, MatValue]:
        """The source's leaves by path."""
        return {leaf.path: leaf.value for leaves in self.leaves.values() for leaf in leaves}

    @cached_property
    def entries(self) -> dict[str, LedgerEntry]:
        """What the ledger says of each leaf, by its path."""
        return {entry.source: entry for entry in self.sources.leaves}

    @cached_property
    def kept(self) -> frozenset[str]:
        """Paths of the leaves that must be kept verbatim."""
        return frozenset(path for path, entry in self.entries.items() if entry.kept)

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
                file=str(self.final_path),
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

    # -- comparisons; accounts: whether nothing else of the values is left to be compared

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
        return self.holds(path, differing_numbers(expected, found, tolerance), leaf=leaf)

    def times(self, path: str, *, expected_ms: np.ndarray, seconds: np.ndarray) -> None:
        """Compare times: of the source in ms, and in seconds as they are in the file.

        Where all times of the source are whole, as the column `whole` of the source struct has it, they come back
        exactly, once what is within the rounding of a whole number is rounded to it. Others may differ by the rounding
        of the way there and back, 4 units in the last place of the stored seconds.
        """
        unit = SourceUnit(per_second=1000.0, zero_offset_s=self.context.metadata.assumptions.clock_zero_offset_s)
        there = expected_ms[~np.isnan(expected_ms)]
        found, rounding = unit.restored(seconds, whole=bool((there == np.rint(there)).all()))
        self.numbers(path, expected=expected_ms, found=found, tolerance=rounding)

    def equal(self, path: str, *, expected: Any, found: Any, leaf: str | None = None, accounts: bool = False) -> None:
        """Compare two plain values: texts, numbers, tuples, lists."""
        self._count(path, len(expected) if isinstance(expected, list | tuple) else 1, accounts=accounts)
        self.holds(path, differing_values(expected, found), leaf=leaf)

    def columns(
        self,
        path: str,
        *,
        expected: Mapping[str, Sequence[Any]],
        found: Mapping[str, Sequence[Any]],
        leaf: str | None = None,
    ) -> None:
        """Compare columns of a table, by name; nothing else of them is left to be compared."""
        for name, values in expected.items():
            self.equal(f"{path}/{name}", expected=list(values), found=list(found[name]), leaf=leaf, accounts=True)

    def _count(self, path: str, values: int, *, accounts: bool) -> None:
        self.counts[path] += values
        if accounts:
            self.reader.accounted.add(path)

    def holds(
        self, path: str, difference: Difference | None, *, leaf: str | None = None, kind: ProblemKind | None = None
    ) -> bool:
        """Whether nothing differs; else that is a problem of size or of `kind`, verify-value-differs where None."""
        if difference is not None:
            kind = kinds.VERIFY_SHAPE_DIFFERS if difference.in_size else kind or kinds.VERIFY_VALUE_DIFFERS
            self.problem(kind, path, expected=difference.expected, found=difference.found, leaf=leaf)
        return difference is None

    def dtype(self, path: str, found: np.dtype, *, expected: DTypeLike, leaf: str | None = None) -> bool:
        """Compare element types; byte order does not matter."""
        wanted = np.dtype(expected).newbyteorder("=")
        if wanted == np.dtype(found).newbyteorder("="):
            return True
        self.problem(kinds.VERIFY_TYPE_DIFFERS, path, expected=wanted, found=found, leaf=leaf)
        return False

    def attribute(self, path: str, name: str, expected: Any) -> None:
        """Compare an attribute."""
        found = self.reader.attribute(path, name)
        self.counts[path] += 1
        if found != expected or isinstance(found, str) != isinstance(expected, str):
            wanted = f"{name} = {expected!r}"
            self.problem(kinds.VERIFY_ATTRIBUTE_DIFFERS, path, expected=wanted, found=repr(found))

    def links_to(self, path: str, target: str) -> None:
        """See that a link points to `target`."""
        found = self.reader.link(path)
        self.counts[path] += 1
        if found != target:
            self.problem(kinds.VERIFY_LINK_DIFFERS, path, expected=target, found=found)


def numbers_of(value: object) -> np.ndarray:
    """A source leaf of numbers in MATLAB's size; an empty cell in the place of none is empty."""
    return np.zeros((0, 0)) if isinstance(value, MatCell) else np.asarray(value)


def texts_of(value: object) -> list[str]:
    """The texts that a source leaf holds: one, or a row each of a char matrix; NULs and blanks that pad them are none.

    An empty leaf in the place of a text is the empty text.
    """
    if isinstance(value, MatChar):
        rows = [row.rstrip("\0") for row in value.rows]
        return [row.rstrip(" \0") for row in rows] if len(rows) > 1 else (rows or [""])
    return [value if isinstance(value, str) else ""]
