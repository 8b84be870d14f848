"""From the table of kept fields back to the leaves that are kept verbatim, exactly."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import numpy as np

from ssc_to_nwb.mapping.rule import KEPT_TABLE
from ssc_to_nwb.problems import verify_kinds as kinds
from ssc_to_nwb.source.mat_tree import MatCell, MatStruct, MatStructArray, MatValue
from ssc_to_nwb.verify.comparison import SOURCE, Comparison

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
    elif isinstance(value, MatStruct | MatStructArray):
        names = list(value.field_names) if isinstance(value, MatStructArray) else []
        work.proof.equal(place, expected={"fields": names}, found=found, leaf=path)
    else:
        work.proof.equal(place, expected=[] if isinstance(value, MatCell) else value, found=found, leaf=path)


def _decode(work: Comparison, texts: dict[str, str]) -> Any:
    """The value of a row as it was in MATLAB; ValueError where it can't be decoded."""
    content = json.loads(texts["value"])
    name = texts["matlab_class"]
    if name in ("char", "cell", "struct"):
        return content
    shape = tuple(int(length) for length in texts["shape"].split("x"))
    if isinstance(content, dict) and "table" in content:
        values = work.table(f"{SOURCE}/{content['table']}").column("value")
        return values.reshape(shape, order="F")
    if isinstance(content, dict):
        parts = [_array(content[part], np.dtype("float32" if name == "single" else "float64")) for part in _COMPLEX]
        return (parts[0] + 1j * parts[1]).astype("complex64" if name == "single" else "complex128").reshape(shape)
    return _array(content, np.dtype(_TYPES.get(name, name))).reshape(shape)


_COMPLEX = ("real", "imag")


def _array(content: Any, dtype: np.dtype) -> np.ndarray:
    if dtype.kind != "f":
        return np.array(content, dtype=dtype)
    plain = np.array(content, dtype=object)
    flat = [_SPECIALS[one] if one is None or isinstance(one, str) else one for one in plain.reshape(-1).tolist()]
    return np.array(flat, dtype=np.float64).reshape(plain.shape).astype(dtype)


def _class(value: MatValue) -> str:
    if isinstance(value, str):
        return "char"
    if isinstance(value, np.ndarray):
        names = {"float64": "double", "float32": "single", "bool": "logical", "complex128": "double"}
        return names.get(value.dtype.name, "single" if value.dtype.name == "complex64" else value.dtype.name)
    return "cell" if isinstance(value, MatCell) else "struct"


def _shape(value: MatValue) -> str:
    if isinstance(value, str):
        return f"1x{len(value)}" if value else "0x0"
    return "x".join(str(length) for length in getattr(value, "shape", (1, 1)))


def _hash_keys(leaves: dict[str, MatValue]) -> dict[tuple[str, int], str]:
    """Keys of every Hash, by its path and the key's place."""
    keys = {}
    for path, value in leaves.items():
        holder, separator, place = path.rpartition(".keyNames")
        if separator and isinstance(value, str) and (not place or place.startswith("{")):
            keys[holder, int(place[1:-1]) if place else 1] = value
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


def large_tables(work: Comparison) -> list[str]:
    """Names of the tables of large arrays, from the values that name them."""
    texts = work.table(KEPT_TABLE).texts("value")
    return [str(json.loads(text)["table"]) for text in texts if text.startswith('{"table"')]
