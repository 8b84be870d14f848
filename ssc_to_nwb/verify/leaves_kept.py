"""From the table of kept fields back to the leaves that are kept verbatim, exactly."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import numpy as np

from ssc_to_nwb.mapping.rule import KEPT_TABLE
from ssc_to_nwb.problems import verify_kinds as kinds
from ssc_to_nwb.source.mat_tree import MatCell, MatChar, MatSparse, MatStruct, MatStructArray, MatValue
from ssc_to_nwb.verify.comparison import SOURCE, Comparison, texts_of

COLUMNS = ("path", "key", "matlab_class", "shape", "value")
_TYPES = {"double": "float64", "single": "float32", "logical": "bool"}
_SPECIALS = {"Infinity": np.inf, "-Infinity": -np.inf, None: np.nan}


def compare_kept_fields(work: Comparison) -> None:
    """See that the table holds the leaves it must, no others, each once, and gives every one back as it was."""
    if not work.kept:
        return
    table = work.table(KEPT_TABLE)
    columns = {name: table.texts(name) for name in COLUMNS}
    paths = columns["path"]
    expected = [path for path in work.proof.leaves if path in work.kept]
    work.proof.equal(f"{KEPT_TABLE}/path", expected=expected, found=paths)
    for path, times in Counter(paths).items():
        if times > 1:
            work.proof.problem(
                kinds.VERIFY_VALUE_DIFFERS, f"{KEPT_TABLE}/path", expected=f"{path} once", found=f"{times} rows"
            )
    keys = _hash_keys(work.proof.leaves)
    for row, path in enumerate(paths):
        if path not in work.proof.leaves:
            continue
        _compare_row(work, path, {name: texts[row] for name, texts in columns.items()}, keys=keys)
        work.proof.prove_kept(path)


def _compare_row(work: Comparison, path: str, texts: dict[str, str], *, keys: dict[tuple[str, int], str]) -> None:
    value = work.proof.leaves[path]
    work.proof.equal(f"{KEPT_TABLE}/key", expected=_key_path(path, keys), found=texts["key"], leaf=path)
    work.proof.equal(f"{KEPT_TABLE}/matlab_class", expected=_class(value), found=texts["matlab_class"], leaf=path)
    work.proof.equal(f"{KEPT_TABLE}/shape", expected=_shape(value), found=texts["shape"], leaf=path)
    place = f"{KEPT_TABLE}/value"
    found = _decode(work, texts)
    if isinstance(value, np.ndarray) and isinstance(found, np.ndarray):
        work.proof.dtype(place, found.dtype, expected=value.dtype, leaf=path)
        work.proof.numbers(place, expected=value, found=found, leaf=path)
    elif isinstance(value, MatSparse):
        _compare_sparse(work, path, value, found=found)
    elif isinstance(value, MatStruct | MatStructArray):
        names = list(value.field_names) if isinstance(value, MatStructArray) else []
        work.proof.equal(place, expected={"fields": names}, found=found, leaf=path)
    else:
        plain = list(value.rows) if isinstance(value, MatChar) else value
        work.proof.equal(place, expected=[] if isinstance(value, MatCell) else plain, found=found, leaf=path)


def _compare_sparse(work: Comparison, path: str, value: MatSparse, *, found: dict[str, np.ndarray]) -> None:
    """Row, column and value of every number that a sparse matrix stores, in its order."""
    place = f"{KEPT_TABLE}/value"
    work.proof.dtype(place, found["value"].dtype, expected=value.values.dtype, leaf=path)
    counts = np.diff(value.column_start)
    columns = np.array([column + 1 for column, count in enumerate(counts) for _ in range(count)], dtype=np.int64)
    work.proof.numbers(place, expected=value.row_index + 1, found=found["row"], leaf=path)
    work.proof.numbers(place, expected=columns, found=found["column"], leaf=path)
    work.proof.numbers(place, expected=value.values, found=found["value"], leaf=path)


def _decode(work: Comparison, texts: dict[str, str]) -> Any:
    """The value of a row as it was in MATLAB; ValueError where it can't be decoded."""
    content = json.loads(texts["value"])
    name = texts["matlab_class"]
    if name in ("char", "cell", "struct"):
        return content
    shape = tuple(int(length) for length in texts["shape"].split("x"))
    in_table = isinstance(content, dict) and "table" in content
    table = work.table(f"{SOURCE}/{content['table']}") if in_table else None
    sparse_of = name.removeprefix("sparse ")
    dtype = np.dtype(_TYPES.get(sparse_of, sparse_of))
    if sparse_of != name:
        if table is not None:
            return {part: table.column(part) for part in _SPARSE}
        types = dict(zip(_SPARSE, (np.dtype(np.int64), np.dtype(np.int64), dtype), strict=True))
        return {part: _array(content[part], types[part]) for part in _SPARSE}
    if table is not None:
        return table.column("value").reshape(shape, order="F")
    return _array(content, dtype).reshape(shape)


_SPARSE = ("row", "column", "value")


def _array(content: Any, dtype: np.dtype) -> np.ndarray:
    if dtype.kind != "f":
        return np.array(content, dtype=dtype)
    plain = np.array(content, dtype=object)
    flat = [_SPECIALS[one] if one is None or isinstance(one, str) else one for one in plain.reshape(-1).tolist()]
    return np.array(flat, dtype=np.float64).reshape(plain.shape).astype(dtype)


def _class(value: MatValue) -> str:
    if isinstance(value, str | MatChar):
        return "char"
    if isinstance(value, np.ndarray | MatSparse):
        stored = value if isinstance(value, np.ndarray) else value.values
        name = {"float64": "double", "float32": "single", "bool": "logical"}.get(stored.dtype.name, stored.dtype.name)
        return name if stored is value else f"sparse {name}"
    return "cell" if isinstance(value, MatCell) else "struct"


def _shape(value: MatValue) -> str:
    if isinstance(value, str):
        # MATLAB counts units of UTF-16: a character beyond the first plane is two of them.
        return f"1x{sum(1 + (ord(letter) > 0xFFFF) for letter in value)}" if value else "0x0"
    return "x".join(str(length) for length in getattr(value, "shape", (1, 1)))


def _hash_keys(leaves: dict[str, MatValue]) -> dict[tuple[str, int], str]:
    """Keys of every Hash, by its path and the key's place."""
    keys = {}
    for path, value in leaves.items():
        holder, separator, place = path.rpartition(".keyNames")
        if separator and (not place or place.startswith("{")):
            for number, key in enumerate(texts_of(value), start=int(place[1:-1]) if place else 1):
                keys[holder, number] = key
    return keys


def _key_path(path: str, keys: dict[tuple[str, int], str]) -> str:
    """The keys on the way to a leaf: of `value{3}`, `descr{3}`, `descrHash{3}` and `keyNames{3}` the third."""
    found = []
    parts = re.split(r"\.", path)
    for position, part in enumerate(parts[1:], start=1):
        match = re.match(r"(value|descrHash|descr|keyNames)(?:\{(\d+)\})?", part)
        if match is not None and match[0] == part[: len(match[0])] and part[len(match[0]) :][:1] in ("", "{", "("):
            key = keys.get((".".join(parts[:position]), int(match[2] or 1)))
            if key:
                found.append(key)
    return "/".join(found)


def large_tables(work: Comparison) -> dict[int, str]:
    """Names of the tables of large arrays, by the row whose value names them."""
    texts = work.table(KEPT_TABLE).texts("value")
    return {place: str(json.loads(text)["table"]) for place, text in enumerate(texts) if text.startswith('{"table"')}
