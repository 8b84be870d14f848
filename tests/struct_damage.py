"""Random damage of a session struct, of the kinds that other programs or careless hands leave behind."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matlab_oddities import NEVER_FILLED, Chars, sparse

from ssc_to_nwb.testing.matlab import EMPTY, Cell, StructArray, row

Node = Any


@dataclass(frozen=True)
class Slot:
    """A place in the struct: its path, and how to read and replace what is there."""

    path: str
    get: Callable[[], Node]
    put: Callable[[Node], None]
    drop: Callable[[], None] | None = None


def slots(node: Node, path: str = "s") -> Iterator[Slot]:
    """Every place below a node of the generator's tree, structs, cells and leaves alike."""
    if isinstance(node, dict):
        for name in list(node):
            yield Slot(
                f"{path}.{name}",
                lambda n=name: node[n],
                lambda v, n=name: node.update({n: v}),
                lambda n=name: node.pop(n),
            )
            yield from slots(node[name], f"{path}.{name}")
    elif isinstance(node, Cell):
        for number in range(len(node)):
            yield Slot(f"{path}{{{number + 1}}}", lambda k=number: node[k], lambda v, k=number: node.__setitem__(k, v))
            yield from slots(node[number], f"{path}{{{number + 1}}}")
    elif isinstance(node, StructArray):
        for number, element in enumerate(node):
            # Elements have the same fields, so that none can be dropped from one alone.
            yield from (replace(slot, drop=None) for slot in slots(element, f"{path}({number + 1})"))


def _shorter(value: Node) -> Node:
    if isinstance(value, np.ndarray) and value.ndim >= 2 and value.shape[1]:
        return value[:, :-1]
    if isinstance(value, Cell) and len(value):
        return Cell(list(value)[:-1])
    if isinstance(value, StructArray) and len(value):
        return StructArray(list(value)[:-1], field_names=value.field_names)
    return value[:-1] if isinstance(value, str) else EMPTY


def _longer(value: Node) -> Node:
    if isinstance(value, np.ndarray) and value.ndim == 2 and value.size:
        return np.append(value, value[:, -1:], axis=1)
    if isinstance(value, Cell) and len(value):
        return Cell([*value, value[0]])
    if isinstance(value, StructArray) and len(value):
        return StructArray([*value, copy.deepcopy(value[0])])
    return f"{value}x" if isinstance(value, str) else row([1, 2, 3])


def _char_matrix(value: Node) -> Node:
    texts = [one for one in value if isinstance(one, str)] if isinstance(value, Cell) else ["ab", "cde"]
    width = max([1, *map(len, texts)])
    return Chars.matrix(*(text.ljust(width) for text in texts or ["ab", "cd"]))


def _transposed(value: Node) -> Node:
    if isinstance(value, np.ndarray) and value.ndim >= 2:
        return np.swapaxes(value, 0, 1)
    return Cell(list(value), shape=(len(value), 1)) if isinstance(value, Cell) and len(value) else value


def _one_element(change: Callable[[np.ndarray, np.random.Generator], float]) -> Callable[..., Node]:
    def damage(value: Node, rng: np.random.Generator) -> Node:
        if not isinstance(value, np.ndarray) or not value.size or value.dtype.kind not in "biuf":
            return row([change(np.ones(1), rng)])
        changed = value.astype(np.float64)
        changed.flat[rng.integers(value.size)] = change(changed, rng)
        return changed

    return damage


DAMAGES: dict[str, Callable[[Node, np.random.Generator], Node]] = {
    "emptied": lambda _v, _r: EMPTY,
    "an empty cell": lambda _v, _r: Cell(),
    "an empty text": lambda _v, _r: "",
    "a text": lambda _v, _r: "nonsense",
    "a number": lambda _v, _r: row([7]),
    "a fraction": lambda _v, _r: row([0.5]),
    "a list": lambda _v, _r: row([3, 1, 2]),
    "a struct": lambda _v, _r: {"a": row([1])},
    "a struct without fields": lambda _v, _r: {},
    "no struct array": lambda _v, _r: StructArray([], field_names=("id",)),
    "logical": lambda v, _r: v.astype(bool) if isinstance(v, np.ndarray) else np.array([[True]]),
    "single": lambda v, _r: v.astype(np.float32) if isinstance(v, np.ndarray) else np.zeros((1, 1), dtype=np.float32),
    "small integers": lambda v, _r: np.nan_to_num(v).astype(np.int8) if isinstance(v, np.ndarray) else v,
    "sparse": lambda v, _r: sparse(v) if isinstance(v, np.ndarray) and v.ndim == 2 else v,
    "a char matrix": lambda v, _r: _char_matrix(v),
    "an empty row of char": lambda _v, _r: Chars([], shape=(1, 0)),
    "padded with NUL": lambda v, _r: f"{v}\0" if isinstance(v, str) else "x\0",
    "UTF-8 byte by byte": lambda v, _r: Chars.row((v if isinstance(v, str) else "ä").encode()),
    "structs without fields": lambda _v, _r: StructArray([{}] * 2),
    "never filled": lambda _v, _r: NEVER_FILLED,
    "three axes": lambda _v, _r: np.ones((2, 3, 2)),
    "in a cell": lambda v, _r: Cell([v]),
    "out of its cell": lambda v, _r: v[0] if isinstance(v, Cell) and len(v) else v,
    "shorter": lambda v, _r: _shorter(v),
    "longer": lambda v, _r: _longer(v),
    "transposed": lambda v, _r: _transposed(v),
    "reversed": lambda v, _r: v[:, ::-1].copy() if isinstance(v, np.ndarray) and v.ndim >= 2 else v,
    "NaN in it": _one_element(lambda _a, _r: np.nan),
    "all NaN": lambda v, _r: np.full(v.shape, np.nan) if isinstance(v, np.ndarray) else row([np.nan]),
    "infinity in it": _one_element(lambda _a, _r: np.inf),
    "zero in it": _one_element(lambda _a, _r: 0.0),
    "negative in it": _one_element(lambda _a, _r: -3.0),
    "huge in it": _one_element(lambda _a, _r: 1e300),
    "a fraction in it": _one_element(lambda _a, _r: 1.25),
    "repeated in it": _one_element(lambda a, _r: float(a.flat[0])),
}


def damage(struct: Node, *, seed: int) -> str:
    """Change the struct at one random place, and say what was done."""
    rng = np.random.default_rng(seed)
    places = list(slots(struct))
    # The long lists of names and numbers deep down are many; every depth gets its turn.
    depth = int(rng.integers(1, 9))
    chosen = [slot for slot in places if slot.path.count(".") + slot.path.count("{") == depth] or places
    slot = chosen[rng.integers(len(chosen))]
    if slot.drop is not None and rng.random() < 0.15:
        slot.drop()
        return f"seed {seed}: {slot.path} dropped"
    name = list(DAMAGES)[rng.integers(len(DAMAGES))]
    slot.put(DAMAGES[name](slot.get(), rng))
    return f"seed {seed}: {slot.path}: {name}"
