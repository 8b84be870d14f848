"""From a MATLAB value to the tree that is shown of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ssc_to_nwb.describe.node import Node, as_sizes, elements_of
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


def hash_items(value: MatValue, name: str) -> Iterator[tuple[str, MatValue]]:
    """Key and value of each entry of a Hash in a struct, as far as they are there; the key is empty where none is."""
    found = value.fields.get(name) if isinstance(value, MatStruct) else None
    if isinstance(found, MatStruct):
        # Keys and values of unequal number are just what somebody may want to report.
        names, values = key_names(found), found.fields.get("value")
        for place, one in enumerate(values.items if isinstance(values, MatCell) else ()):
            yield names[place] if place < len(names) else "", one


def key_names(value: MatStruct) -> tuple[str, ...]:
    """The keys of a Hash, as far as they are there."""
    keys = value.fields.get("keyNames")
    return tuple("".join(char_rows(key)) for key in keys.items) if isinstance(keys, MatCell) else ()


def people_in(value: MatValue) -> Iterator[str]:
    """Texts of a session struct that name people."""
    for key, one in hash_items(value, "metaDataHash"):
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


def outline(value: MatValue, *, name: str, masking: Masking) -> Node:
    """The tree of a value, without its values; name: of the field that it is in, at whatever depth of cells."""
    node = Node(kind=matlab_class(value), sizes=as_sizes(matlab_shape(value)))
    if isinstance(value, MatUnsupported):
        # The name of a class may be anybody's own; of a text, the reason has bytes.
        reason = "its encoding is not certain" if node.kind == "char" else value.reason
        return replace(node, kind=f"{masking.name(node.kind)} (cannot be read: {reason})")
    if isinstance(value, MatStruct):
        return replace(node, fields=_fields(value, masking))
    if isinstance(value, MatStructArray):
        nodes = (Node(kind=node.kind, fields=_fields(element, masking)) for element in value.elements)
        return replace(node, elements=elements_of(nodes))
    if isinstance(value, MatCell):
        paths = [item for item in value.items if isinstance(item, str)] if name in _PATH_FIELDS else []
        if paths and len(paths) == len(value.items):
            return replace(node, kind="cell of paths", texts=tuple(masking.path_forms(paths)))
        return replace(node, elements=elements_of(outline(item, name=name, masking=masking) for item in value.items))
    if isinstance(value, np.ndarray | MatSparse):
        return _with_facts(node, value.values if isinstance(value, MatSparse) else value, name)
    rows = [row for text in char_rows(value) if (row := text.rstrip("\0 "))]
    if name in _PATH_FIELDS:
        return replace(node, texts=tuple(masking.path_forms(rows)))
    shown = masking.name if name in _NAME_FIELDS else masking.text if name in _TEXT_FIELDS else None
    return node if shown is None else replace(node, texts=tuple(map(shown, rows)))


def _fields(value: MatStruct, masking: Masking) -> tuple[tuple[str, Node], ...]:
    nodes: dict[str, Node] = {}
    for name, child in value.fields.items():
        shown = masking.name(name)
        alike = sum(other == shown or other.startswith(f"{shown} (") for other in nodes)
        nodes[f"{shown} ({alike + 1})" if alike else shown] = outline(child, name=name, masking=masking)
    return tuple(nodes.items())


def _with_facts(node: Node, value: np.ndarray, name: str) -> Node:
    """With what may be said of numbers."""
    if not value.size or value.dtype.kind not in "biuf":
        return node
    flags, finite = set(), value
    if value.dtype.kind == "f":
        is_nan = np.isnan(value)
        if is_nan.any():
            flags.add("all NaN" if is_nan.all() else "NaN")
        if np.isinf(value).any():
            flags.add("infinite values")
        if name in _INDEX_FIELDS | _TIME_FIELDS:
            finite = value[np.isfinite(value)]
    spans: tuple[tuple[float, float], ...] = ()
    if name in _TIME_FIELDS and finite.size:
        flags |= _time_flags(finite)
    if name in _INDEX_FIELDS and finite.size:
        if finite.dtype.kind == "f" and (finite != np.floor(finite)).any():
            # No indices: their range would be data.
            flags.add("fractions")
        else:
            spans = ((float(finite.min()), float(finite.max())),)
    return replace(node, flags=frozenset(flags), spans=spans)


def _time_flags(times: np.ndarray) -> set[str]:
    steps = np.diff(times.reshape(-1, order="F").astype(np.float64))
    marks = {
        "goes back": steps < 0,
        "repeats": steps == 0,
        "zeros behind the first": times.reshape(-1)[1:] == 0,
        "fractions": times != np.floor(times),
    }
    return {mark for mark, found in marks.items() if found.any()}
