"""Which cases of a sweep are in the quick level; the others are marked long."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pytest

T = TypeVar("T")


def mostly_long(cases: Iterable[T], *, quick: Callable[[T], bool]) -> list[Any]:
    """The cases, for `parametrize`: those that are not `quick` are run with the long tests alone."""
    return [case if quick(case) else _long(case) for case in cases]


def _long(case: Any) -> Any:
    return pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.long)
