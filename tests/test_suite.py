"""What holds for the tests themselves: none of them depends on how fast the machine is."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, settings
from patience import PATIENCE_S

TESTS = Path(__file__).parent
CLOCKS = {"monotonic", "perf_counter", "process_time", "time"}


@cache
def nodes() -> tuple[tuple[str, ast.AST], ...]:
    """The calls, comparisons and keywords of the tests that may be about time, with their places."""
    texts = ((path.relative_to(TESTS), path.read_text(encoding="utf-8")) for path in sorted(TESTS.rglob("*.py")))
    return tuple(
        (f"{name}, line {getattr(node, 'lineno', 0)}", node)
        for name, text in texts
        if re.search(r"\b(settings|timeout|time)\b", text)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call | ast.Compare | ast.keyword)
    )


def reads_a_clock(node: ast.AST) -> bool:
    return any(
        isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr in CLOCKS
        for part in ast.walk(node)
    )


def test_no_example_of_hypothesis_has_a_deadline() -> None:
    assert settings.default is not None
    assert settings.default.deadline is None
    assert HealthCheck.too_slow in settings.default.suppress_health_check
    own = [
        place
        for place, node in nodes()
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "settings"
        if any(keyword.arg == "deadline" for keyword in node.keywords)
    ]
    assert own == []


def test_no_test_fails_because_something_took_long() -> None:
    """Lower bounds hold on any machine, upper ones do not."""
    wrong = [
        place
        for place, node in nodes()
        if isinstance(node, ast.Compare) and any(isinstance(sign, ast.Lt | ast.LtE) for sign in node.ops)
        if isinstance(node.left, ast.BinOp) and reads_a_clock(node.left)
    ]
    assert wrong == []


def test_what_must_happen_is_waited_for_long_enough() -> None:
    short = [
        place
        for place, node in nodes()
        if isinstance(node, ast.keyword) and node.arg == "timeout"
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, int | float)
        if node.value.value < PATIENCE_S
    ]
    assert short == []
    configuration = tomllib.loads((TESTS.parent / "pyproject.toml").read_text(encoding="utf-8"))
    assert configuration["tool"]["pytest"]["ini_options"]["timeout"] > PATIENCE_S
