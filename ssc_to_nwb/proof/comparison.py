"""All that the checks of one file share: what they found, the session read again, and its leaves by rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import Sources
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.rule import Leaf
from ssc_to_nwb.ledger.ledger import LedgerEntry
from ssc_to_nwb.matlab.tree import MatCell, MatChar, MatValue
from ssc_to_nwb.proof.proof import Proof
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.source_unit import SourceUnit
from ssc_to_nwb.session.context import SessionContext
from ssc_to_nwb.session.session import Session

OPHYS = f"/processing/{naming.OPHYS_MODULE}"
SOURCE = f"/processing/{naming.SOURCE_MODULE}"


@dataclass(kw_only=True)
class Comparison(Proof):
    """One file and its source.

    view: the file as the ways back see it; leaves: the source's leaves by the rule that the ledger has for them;
    value_digests: takes SHA-256 of the values of data sets of frames, as they are read.
    """

    context: SessionContext
    sources: Sources
    facts: SessionFacts
    leaves: Mapping[str, Sequence[Leaf]]
    view: FileView
    value_digests: dict[str, str]

    @cached_property
    def source_values(self) -> dict[str, MatValue]:
        """The source's leaves by path."""
        return {leaf.path: leaf.value for leaves in self.leaves.values() for leaf in leaves}

    @cached_property
    def entries(self) -> dict[str, LedgerEntry]:
        """What the ledger says of each leaf, by its path."""
        return {entry.source: entry for entry in self.sources.ledger.leaves}

    @cached_property
    def kept(self) -> frozenset[str]:
        """Paths of the leaves that must be kept verbatim."""
        return frozenset(path for path, entry in self.entries.items() if entry.kept)

    @property
    def session(self) -> Session:
        """The session as it was read for this comparison."""
        return self.context.session

    @property
    def milliseconds(self) -> SourceUnit:
        """The unit of the source model's times."""
        zero = self.context.metadata.assumptions.clock_zero_offset_s
        return SourceUnit(per_second=1000.0, zero_offset_s=zero)


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
