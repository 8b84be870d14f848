"""The form of a MATLAB struct from the table of the source struct alone, with pandas and nothing of the package.

And the form of a tree that was read from the source, to compare it with.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from ssc_to_nwb.matlab.leaves import matlab_class, matlab_shape
from ssc_to_nwb.matlab.tree import MatCell, MatStruct, MatStructArray, MatValue

# Path, class, size and, of a struct, its field names.
Node = tuple[str, str, str, tuple[str, ...] | None]


def form_of_table(table: pd.DataFrame) -> list[Node]:
    """Every container and leaf in the struct's order, found from the outermost container inwards."""
    rows: dict[str, tuple[str, str, Any]] = {}
    for _, row in table.iterrows():
        paths = list(paths_of(row["path"]))
        sizes = [size for item in row["size"].split(", ") for size in repeated(item)]
        sizes = sizes * len(paths) if len(sizes) == 1 else sizes
        content = json.loads(row["value"]) if row["value"] else None
        names = content.get("fields") if isinstance(content, dict) else None
        for path, size in zip(paths, sizes, strict=True):
            assert path not in rows, path
            rows[path] = (row["matlab_class"], size, names)
    found = list(walk_table(rows, table["path"].iloc[0]))
    assert len(found) == len(rows)
    return found


def walk_table(rows: dict[str, tuple[str, str, Any]], path: str) -> Iterator[Node]:
    name, size, fields = rows[path]
    yield path, name, size, None if fields is None else tuple(fields)
    count = math.prod(map(int, size.split("x")))
    if name == "cell":
        for place in range(1, count + 1):
            yield from walk_table(rows, f"{path}{{{place}}}")
    if name == "struct":
        for element in [path] if size == "1x1" else [f"{path}({place})" for place in range(1, count + 1)]:
            for field in fields:
                yield from walk_table(rows, f"{element}.{field}")


def paths_of(path: str) -> Iterator[str]:
    """`s.a{1..2}(3..4)` as `s.a{1}(3)`, `s.a{1}(4)`, `s.a{2}(3)`, `s.a{2}(4)`."""
    parts = re.split(r"(\d+\.\.\d+)", path)
    choices = [counted(part) if number % 2 else [part] for number, part in enumerate(parts)]
    return ("".join(chosen) for chosen in itertools.product(*choices))


def counted(part: str) -> list[str]:
    first, last = part.split("..")
    return [str(place) for place in range(int(first), int(last) + 1)]


def repeated(item: str) -> list[str]:
    """`1x3*2` as `1x3`, `1x3`."""
    text, _, count = item.partition("*")
    return [text] * int(count or 1)


def form_of_tree(value: MatValue, path: str) -> Iterator[Node]:
    """Every container and leaf of a tree, as `form_of_table` gives them."""
    size = "x".join(map(str, matlab_shape(value)))
    names: tuple[str, ...] | None = None
    below: list[tuple[str, MatValue]] = []
    if isinstance(value, MatCell):
        below = [(f"{{{place}}}", item) for place, item in enumerate(value.items, start=1)]
    elif isinstance(value, MatStruct):
        names = tuple(value.fields)
        below = [(f".{name}", item) for name, item in value.fields.items()]
    elif isinstance(value, MatStructArray):
        names = value.field_names
        below = [
            (f"({place}).{name}", item)
            for place, element in enumerate(value.elements, start=1)
            for name, item in element.fields.items()
        ]
    yield path, matlab_class(value), size, names
    for step, item in below:
        yield from form_of_tree(item, path + step)
