"""From a MATLAB value to the tree that is shown of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ssc_to_nwb.describe.node import Facts, Node, as_sizes, elements_of
from ssc_to_nwb.describe.shown_text import Masking
from ssc_to_nwb.matlab.leaves import matlab_class, matlab_shape
from ssc_to_nwb.matlab.tree import (
    MatCell,
    MatChar,
    MatSparse,
    MatStruct,
    MatStructArray,
    MatUnsupported,
    MatValue,
)

# Fields of indices, whose range is shown, and of times, of which only the order is shown.
_INDEX_FIELDS = frozenset(
    (
        "ids", "id", "roiIds", "trialIds", "timeUnitIds", "trialTimeUnit", "timeUnit", "type", "trial", "eventTrials",
        "sourceFileIdx", "sourceFileFrameIdx", "indicesWithinImage", "trialTypeMat",
    )
)  # fmt: skip
_TIME_FIELDS = frozenset(("time", "trialStartTimes", "eventTimes"))
# Texts of these fields belong to the layout, those of all others to the session.
_NAME_FIELDS = frozenset(("keyNames",))
_TEXT_FIELDS = frozenset(("trialTypeStr", "timeUnitNames", "idStr", "idStrs", "idStrDetailed", "descr"))
_PATH_FIELDS = frozenset(("sourceFileList",))
_PEOPLE_KEY = "experimenters"


def outline(value: MatValue, *, name: str, masking: Masking) -> Node:
    """The tree of a variable, without its values."""
    return _Outline(masking=masking).node(value, field=name)


def people_in(value: MatValue) -> Iterator[str]:
    """Texts of a session struct that name people."""
    metadata = value.fields.get("metaDataHash") if isinstance(value, MatStruct) else None
    if not isinstance(metadata, MatStruct):
        return
    keys, values = metadata.fields.get("keyNames"), metadata.fields.get("value")
    if isinstance(keys, MatCell) and isinstance(values, MatCell):
        # Keys and values of unequal number are just what somebody may want to report.
        for key, one in zip(keys.items, values.items, strict=False):
            if key == _PEOPLE_KEY:
                yield from _texts(one)


def _texts(value: MatValue) -> Iterator[str]:
    if isinstance(value, MatCell):
        for item in value.items:
            yield from _texts(item)
    else:
        yield from char_rows(value)


def char_rows(value: MatValue) -> tuple[str, ...]:
    """The rows of a char array of any form; none for what is no char array."""
    if isinstance(value, str):
        return (value,)
    return value.rows if isinstance(value, MatChar) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outline:
    masking: Masking

    def node(self, value: MatValue, *, field: str) -> Node:
        """The node of a value; field: name of the field that it is in, at whatever depth of cells."""
        kind, sizes = matlab_class(value), as_sizes(matlab_shape(value))
        if isinstance(value, MatUnsupported):
            # The name of a class may be anybody's own; of a text, the reason has bytes.
            reason = "its encoding is not certain" if kind == "char" else value.reason
            return Node(kind=f"{self.masking.name(kind)} (cannot be read: {reason})", sizes=sizes)
        if isinstance(value, MatStruct):
            return Node(kind=kind, sizes=sizes, fields=self._fields(value))
        if isinstance(value, MatStructArray):
            nodes = (Node(kind=kind, sizes=(), fields=self._fields(element)) for element in value.elements)
            return Node(kind=kind, sizes=sizes, elements=elements_of(nodes))
        if isinstance(value, MatCell):
            if field in _PATH_FIELDS and value.items and all(isinstance(item, str) for item in value.items):
                return Node(kind="cell of paths", sizes=sizes, facts=self._path_facts(value))
            return Node(
                kind=kind, sizes=sizes, elements=elements_of(self.node(item, field=field) for item in value.items)
            )
        if isinstance(value, np.ndarray | MatSparse):
            numbers = value.values if isinstance(value, MatSparse) else value
            return Node(kind=kind, sizes=sizes, facts=_number_facts(numbers, field=field))
        return Node(kind=kind, sizes=sizes, facts=self._text_facts(value, field=field))

    def _fields(self, value: MatStruct) -> tuple[tuple[str, Node], ...]:
        nodes: dict[str, Node] = {}
        for name, child in value.fields.items():
            shown = self.masking.name(name)
            alike = sum(other == shown or other.startswith(f"{shown} (") for other in nodes)
            nodes[f"{shown} ({alike + 1})" if alike else shown] = self.node(child, field=name)
        return tuple(nodes.items())

    def _text_facts(self, value: MatValue, *, field: str) -> Facts:
        rows = [row.rstrip("\0 ") for row in char_rows(value)]
        if field in _PATH_FIELDS:
            return Facts(texts=tuple(self.masking.path_forms([row for row in rows if row])))
        if field in _NAME_FIELDS:
            return Facts(texts=tuple(self.masking.name(row) for row in rows if row))
        if field in _TEXT_FIELDS:
            return Facts(texts=tuple(self.masking.text(row) for row in rows if row))
        return Facts()

    def _path_facts(self, value: MatCell) -> Facts:
        return Facts(texts=tuple(self.masking.path_forms([item for item in value.items if isinstance(item, str)])))


def _number_facts(value: np.ndarray, *, field: str) -> Facts:
    if not value.size or value.dtype.kind not in "biuf":
        return Facts()
    flags, finite = set(), value
    if value.dtype.kind == "f":
        is_nan = np.isnan(value)
        if is_nan.any():
            flags.add("all NaN" if is_nan.all() else "NaN")
        if np.isinf(value).any():
            flags.add("infinite values")
        if field in _INDEX_FIELDS | _TIME_FIELDS:
            finite = value[np.isfinite(value)]
    if field in _TIME_FIELDS and finite.size:
        flags |= _time_flags(finite)
    if field not in _INDEX_FIELDS or not finite.size:
        return Facts(flags=frozenset(flags))
    if finite.dtype.kind == "f" and (finite != np.floor(finite)).any():
        # No indices: their range would be data.
        return Facts(flags=frozenset({*flags, "fractions"}))
    return Facts(low=float(finite.min()), high=float(finite.max()), flags=frozenset(flags))


def _time_flags(times: np.ndarray) -> set[str]:
    steps = np.diff(times.reshape(-1, order="F").astype(np.float64))
    flags = set()
    if (steps < 0).any():
        flags.add("goes back")
    if (steps == 0).any():
        flags.add("repeats")
    if (times.reshape(-1)[1:] == 0).any():
        flags.add("zeros behind the first")
    if (times != np.floor(times)).any():
        flags.add("fractions")
    return flags
