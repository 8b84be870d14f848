"""All that the checks of one file share: the proof, the session read again, its leaves by rule, and tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import Sources
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.rule import Leaf, Rule
from ssc_to_nwb.ledger.ledger import LedgerEntry
from ssc_to_nwb.matlab.tree import MatCell, MatChar
from ssc_to_nwb.proof.proof import Proof
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.nwb_reader import NwbReader
from ssc_to_nwb.restoring.nwb_table import NwbTable
from ssc_to_nwb.restoring.source_unit import SourceUnit
from ssc_to_nwb.restoring.struct_table import StructTable
from ssc_to_nwb.session.context import SessionContext
from ssc_to_nwb.session.session import Session

TRIALS = f"/intervals/{naming.TRIALS}"
OPHYS = f"/processing/{naming.OPHYS_MODULE}"
BEHAVIOR = f"/processing/{naming.BEHAVIOR_MODULE}"
SOURCE = f"/processing/{naming.SOURCE_MODULE}"
SEGMENTATION = f"{OPHYS}/{naming.IMAGE_SEGMENTATION}"


@dataclass(kw_only=True)
class Comparison:
    """One file and its source.

    view: the file as the ways back see it; leaves: the source's leaves by the rule that the ledger has for them;
    general_fields: keys of metaDataHash whose field of the file was compared; compared: datasets that were compared
    whole with files of the source, or with what the proof knows of these.
    """

    proof: Proof
    reader: NwbReader
    context: SessionContext
    sources: Sources
    facts: SessionFacts
    leaves: Mapping[str, Sequence[Leaf]]
    view: FileView
    general_fields: dict[str, bool] = field(default_factory=dict)
    compared: set[str] = field(default_factory=set)

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

    def table(self, path: str) -> NwbTable:
        """A table of the file, read once."""
        return self.view.table(path)

    @property
    def struct(self) -> StructTable:
        """The table of the source struct, read once."""
        return self.view.struct

    def stamps(self, series: str) -> np.ndarray:
        """Time stamps of a series in seconds, whether it has its own or links to another's."""
        path = f"{series}/timestamps"
        node = self.reader.tree.node(path)
        return self.reader.tree.values(node.target if node is not None and node.target else path)

    @property
    def milliseconds(self) -> SourceUnit:
        """The unit of the source model's times."""
        zero = self.context.metadata.assumptions.clock_zero_offset_s
        return SourceUnit(per_second=1000.0, zero_offset_s=zero)


def leaves_by_rule(ruled: Iterable[tuple[Leaf, Rule]]) -> dict[str, list[Leaf]]:
    """The leaves of a session by rule."""
    groups: dict[str, list[Leaf]] = defaultdict(list)
    for leaf, rule in ruled:
        groups[rule.identifier].append(leaf)
    return dict(groups)


def row(value: object) -> np.ndarray:
    """A source leaf of numbers as a row, in its own class, (n,); an empty cell in the place of none is empty."""
    return np.zeros(0) if isinstance(value, MatCell) else np.asarray(value).reshape(-1)


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
