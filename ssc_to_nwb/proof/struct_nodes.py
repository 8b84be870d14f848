"""What the source's struct is like, node by node, in verification's own words: paths, classes, sizes, keys."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np

from ssc_to_nwb.matlab.tree import MatCell, MatChar, MatSparse, MatStruct, MatStructArray, MatValue
from ssc_to_nwb.proof.comparison import texts_of

_HASH_PART = re.compile(r"(value|descrHash|descr|keyNames)(?:\{(\d+)\})?([{(].*)?")


def nodes(value: MatValue, path: str) -> Iterator[tuple[str, MatValue]]:
    """A value and all below it, with their paths: containers before what they hold."""
    yield path, value
    if isinstance(value, MatStruct):
        for name, child in value.fields.items():
            yield from nodes(child, f"{path}.{name}")
    elif isinstance(value, MatCell):
        for place, item in enumerate(value.items, start=1):
            yield from nodes(item, f"{path}{{{place}}}")
    elif isinstance(value, MatStructArray):
        for place, element in enumerate(value.elements, start=1):
            for name, child in element.fields.items():
                yield from nodes(child, f"{path}({place}).{name}")


@cache
def _class_name(dtype: np.dtype) -> str:
    return {"float64": "double", "float32": "single", "bool": "logical"}.get(dtype.name, dtype.name)


def class_of(value: MatValue) -> str:
    """MATLAB's class."""
    if isinstance(value, str | MatChar):
        return "char"
    if isinstance(value, np.ndarray | MatSparse):
        stored = value if isinstance(value, np.ndarray) else value.values
        name = _class_name(stored.dtype)
        return name if stored is value else f"sparse {name}"
    return "cell" if isinstance(value, MatCell) else "struct"


def size_of(value: MatValue) -> str:
    """MATLAB's size, such as 1x3."""
    if isinstance(value, str):
        # MATLAB counts units of UTF-16: a character beyond the first plane is two of them.
        return f"1x{sum(1 + (ord(letter) > 0xFFFF) for letter in value)}" if value else "0x0"
    return "x".join(str(length) for length in getattr(value, "shape", (1, 1)))


def whole_of(value: MatValue) -> str:
    """Whether all numbers, NaN aside, are whole; empty without numbers."""
    stored = value.values if isinstance(value, MatSparse) else value
    if not isinstance(stored, np.ndarray):
        return ""
    if stored.dtype.kind in "biu":
        return "yes"
    if stored.size == 1:
        # Most fields are one number each.
        number = stored.item()
        return "yes" if math.isnan(number) or (math.isfinite(number) and number % 1 == 0) else "no"
    # Part by part: an array of traces is large, and seldom whole.
    for part in np.nditer(stored, flags=["external_loop", "buffered", "zerosize_ok"], buffersize=1 << 18):
        numbers = np.asarray(part)
        with np.errstate(invalid="ignore"):
            if not (np.isnan(numbers) | (np.mod(numbers, 1) == 0)).all():
                return "no"
    return "yes"


def field_names(value: MatValue) -> list[str] | None:
    """Fields of a struct or struct array, in their order; None for all else."""
    if isinstance(value, MatStruct):
        return list(value.fields)
    return list(value.field_names) if isinstance(value, MatStructArray) else None


def hash_keys(leaves: Mapping[str, MatValue]) -> dict[tuple[str, int], str]:
    """Keys of every Hash, by its path and the key's place."""
    keys = {}
    for path, value in leaves.items():
        holder, separator, place = path.rpartition(".keyNames")
        if separator and (not place or place.startswith("{")):
            for number, key in enumerate(texts_of(value), start=int(place[1:-1]) if place else 1):
                keys[holder, number] = key
    return keys


class KeyPaths:
    """The keys on the way to a node: of `value{3}`, `descr{3}`, `descrHash{3}` and `keyNames{3}` the third.

    A cell of all values has no key of them.
    """

    def __init__(self, leaves: Mapping[str, MatValue]) -> None:
        self._keys = hash_keys(leaves)
        # Most nodes are fields of records, whose way is the same but for the last part.
        self._above: dict[str, tuple[str, ...]] = {}

    def of(self, path: str, value: MatValue) -> str:
        """The keys on the way to this value, from the outermost, with slashes between."""
        holder, _, part = path.rpartition(".")
        match = _HASH_PART.fullmatch(part)
        of_all = match is not None and match[2] is None and isinstance(value, MatCell) and bool(value.items)
        return "/".join(self._way(holder) if of_all else self._way(path))

    def _way(self, path: str) -> tuple[str, ...]:
        if path not in self._above:
            holder, dot, part = path.rpartition(".")
            match = _HASH_PART.fullmatch(part) if dot else None
            key = None if match is None else self._keys.get((holder, int(match[2] or 1)))
            self._above[path] = (*(self._way(holder) if dot else ()), *((key,) if key else ()))
        return self._above[path]
