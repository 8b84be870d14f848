"""Columns of tables: plain, of texts, and ragged, all of a known type even where they are empty."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hdmf.common import VectorData, VectorIndex


def column(name: str, description: str, values: np.ndarray | Sequence[object]) -> VectorData:
    """A column of numbers, (n,) or (n, ...)."""
    return VectorData(name=name, description=description, data=values)


def text_column(name: str, description: str, texts: Sequence[str]) -> VectorData:
    """A column of texts; hdmf can't tell the type of an empty list, so an empty one is an empty array of text."""
    return VectorData(name=name, description=description, data=list(texts) or np.zeros(0, dtype="U1"))


def ragged_column(name: str, description: str, parts: Sequence[np.ndarray], *, empty: np.ndarray) -> list[VectorData]:
    """A column with an array per row, and its index; `empty` has no element and the right type and further axes."""
    data = column(name, description, np.concatenate([*parts, empty]))
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    return [data, VectorIndex(name=f"{name}_index", data=ends, target=data)]
