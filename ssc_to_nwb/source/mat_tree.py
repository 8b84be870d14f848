"""MATLAB values as a plain tree, the same for files of format 5, 7 and 7.3.

A value is one of: `MatStruct` (a 1x1 struct), `MatStructArray`, `MatCell`, `str` (a row of char, the empty char
included), or a numpy array in MATLAB's own shape (two dimensions or more) and MATLAB's own class.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class MatStruct:
    """A 1x1 struct; `fields` keeps MATLAB's order."""

    fields: dict[str, MatValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatStructArray:
    """A struct array of any other size; `elements` in column-major order."""

    shape: tuple[int, ...]
    field_names: tuple[str, ...]
    elements: tuple[MatStruct, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatCell:
    """A cell array; `items` in column-major order."""

    shape: tuple[int, ...]
    items: tuple[MatValue, ...]


MatValue: TypeAlias = "MatStruct | MatStructArray | MatCell | str | np.ndarray"


def walk_leaves(value: MatValue, path: str) -> Iterator[tuple[str, MatValue]]:
    """Yield every leaf with its path in MATLAB's notation, such as `s.a.value{2}(3).id`.

    Leaves are numbers, texts, and the empty cells, structs and struct arrays, which are a value of their own.
    """
    if isinstance(value, MatStruct) and value.fields:
        for name, child in value.fields.items():
            yield from walk_leaves(child, f"{path}.{name}")
    elif isinstance(value, MatStructArray) and value.elements:
        for number, element in enumerate(value.elements, start=1):
            yield from walk_leaves(element, f"{path}({number})")
    elif isinstance(value, MatCell) and value.items:
        for number, item in enumerate(value.items, start=1):
            yield from walk_leaves(item, f"{path}{{{number}}}")
    else:
        yield path, value


def leaf_bytes(value: MatValue) -> int:
    """Size of a leaf in bytes: of the array, or of the text in UTF-16 as MATLAB holds it."""
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    if isinstance(value, str):
        return 2 * len(value)
    return 0


def describe(value: MatValue) -> str:
    """What a value is, for messages: `2x18 float64`, `text 'abc'`, `1x3 cell`, `struct with fields a, b`."""
    if isinstance(value, str):
        return f"text {value[:60]!r}"
    if isinstance(value, MatStruct):
        return f"struct with fields {', '.join(value.fields) or '(none)'}"
    if isinstance(value, MatStructArray):
        return f"{_size(value.shape)} struct array"
    if isinstance(value, MatCell):
        return f"{_size(value.shape)} cell"
    return f"{_size(value.shape)} {value.dtype}"


def _size(shape: tuple[int, ...]) -> str:
    return "x".join(str(length) for length in shape)
