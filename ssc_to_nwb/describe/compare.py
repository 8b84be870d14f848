"""Where a session struct differs from the known layout: fields missing and extra, other classes and sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ssc_to_nwb.describe.known_layout import Known
from ssc_to_nwb.describe.outline import key_names
from ssc_to_nwb.describe.shown_text import Masking
from ssc_to_nwb.grouping import grouped
from ssc_to_nwb.json_lines import AsJson
from ssc_to_nwb.matlab.leaves import matlab_class, matlab_shape
from ssc_to_nwb.matlab.tree import MatCell, MatChar, MatSparse, MatStruct, MatStructArray, MatValue

What = Literal["missing", "extra", "class", "size", "key missing", "key unknown"]
_SAYS = dict.fromkeys(("missing", "key missing"), "is missing") | dict.fromkeys(
    ("extra", "key unknown"), "is not known"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference(AsJson):
    """One way in which a file differs: the same at `count` places, of which `path` is the first."""

    what: What
    path: str
    expected: str = ""
    found: str = ""
    count: int = 1

    def __str__(self) -> str:
        places = f" and {self.count - 1} more" if self.count > 1 else ""
        says = _SAYS.get(self.what, "")
        expected = f"expected {self.expected}, found {self.found}" if self.expected and self.found else ""
        details = expected or (f"expected {self.expected}" if self.expected else self.found)
        return f"{self.path}{places}: {says}{', ' if says and details else ''}{details}"


def differences(value: MatValue, *, known: Known, name: str, masking: Masking) -> tuple[Difference, ...]:
    """All that differs, with equal differences of neighbouring elements put together."""
    found = _Comparison(masking).value(value, known, name, {})
    # Sizes differ from element to element: the first one is shown for all.
    groups = grouped(found, lambda one: (one.what, re.sub(r"\d+(?=[})])", "*", one.path)))
    return tuple(replace(group[0], count=len(group)) for group in groups.values())


class _Comparison:
    def __init__(self, masking: Masking) -> None:
        self._masking = masking

    def value(
        self, value: MatValue, known: Known, path: str, lengths: dict[str, int], *, keys: Sequence[str] = ()
    ) -> Iterator[Difference]:
        """What differs in a value and all below it.

        lengths: what the letters of sizes mean so far; keys: of the Hash that the value belongs to.
        """
        if not known.kinds:
            return
        shape = matlab_shape(value)
        if known.may_be_empty and 0 in shape:
            return
        if _kind_of(value) not in known.kinds:
            yield Difference(what="class", path=path, expected=_words(known), found=_found(value))
            return
        scope = {**lengths, **dict.fromkeys(known.fresh, -1)} if known.fresh else lengths
        expected = None if known.size is None or isinstance(value, str | MatChar) else _fit(known.size, shape, scope)
        if expected is not None:
            yield Difference(what="size", path=path, expected=expected, found=_found(value))
        if isinstance(value, MatStruct) and known.fields:
            yield from self._fields(value, known, path, scope)
        yield from self._elements(value, known, path, scope, keys)

    def _fields(self, value: MatStruct, known: Known, path: str, lengths: dict[str, int]) -> Iterator[Difference]:
        names = {name for alternatives in known.fields for name in alternatives.split("|")}
        keys = key_names(value)
        for alternatives, inner in known.fields.items():
            name = next((one for one in alternatives.split("|") if one in value.fields), None)
            if name is not None:
                yield from self.value(value.fields[name], inner, f"{path}.{name}", lengths, keys=keys)
            elif alternatives not in known.optional:
                yield Difference(what="missing", path=f"{path}.{alternatives}", expected=_words(inner))
        for name, child in value.fields.items():
            if name not in names:
                yield Difference(what="extra", path=f"{path}.{self._masking.name(name)}", found=_found(child))
        yield from self._keys(keys, known, path)

    def _elements(
        self, value: MatValue, known: Known, path: str, lengths: dict[str, int], keys: Sequence[str]
    ) -> Iterator[Difference]:
        if known.items is None:
            return
        for place, (child_path, child) in enumerate(_elements_of(value, known, path)):
            key = keys[place] if place < len(keys) else ""
            inner = known.items(child, key) if callable(known.items) else known.items
            yield from self.value(child, inner, child_path, lengths)

    def _keys(self, found: Sequence[str], known: Known, path: str) -> Iterator[Difference]:
        for key in known.keys:
            if key not in found:
                yield Difference(what="key missing", path=f"{path} key {key}")
        for key in found if known.keys else ():
            if key not in known.keys:
                yield Difference(what="key unknown", path=f"{path} key {self._masking.name(key)}")


def _elements_of(value: MatValue, known: Known, path: str) -> list[tuple[str, MatValue]]:
    """The elements of a cell or struct array; a struct that may be an array of one is its own element."""
    if isinstance(value, MatCell):
        return [(f"{path}{{{place}}}", item) for place, item in enumerate(value.items, start=1)]
    if isinstance(value, MatStructArray):
        return [(f"{path}({place})", item) for place, item in enumerate(value.elements, start=1)]
    return [(path, value)] if isinstance(value, MatStruct) and not known.fields else []


def _words(known: Known) -> str:
    return f"{known.size or ''} {' or '.join(known.kinds)}".strip()


def _found(value: MatValue) -> str:
    return f"{'x'.join(map(str, matlab_shape(value)))} {matlab_class(value)}"


def _kind_of(value: MatValue) -> str:
    if isinstance(value, MatStructArray):
        return "struct array"
    if isinstance(value, np.ndarray | MatSparse):
        return "number"
    return "text" if isinstance(value, str | MatChar) else matlab_class(value)


def _fit(size: str, shape: tuple[int, ...], lengths: dict[str, int]) -> str | None:
    """What the size was to be, where it is another; letters met for the first time take their length from it."""
    wanted = size.split("x")
    expected, fits = [], len(wanted) == len(shape)
    for part, length in zip(wanted, shape, strict=False):
        if part == "?":
            expected.append("any")
            continue
        if part.isalpha() and lengths.get(part, -1) < 0:
            lengths[part] = length
            expected.append(part)
            continue
        value = lengths[part] if part.isalpha() else int(part)
        fits = fits and value == length
        expected.append(str(value))
    return None if fits else "x".join(expected)
