"""The catalogue of problems: each entry known once, by a name that lasts, with a reason and a remedy."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import ssc_to_nwb
from ssc_to_nwb.api import explanation
from ssc_to_nwb.api.explanation import catalogue
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.problems import check_kinds
from ssc_to_nwb.problems.model import ProblemKind, Severity

KINDS = tuple(catalogue().values())
PACKAGE = Path(ssc_to_nwb.__file__).parent


def test_identifiers_are_kebab_case() -> None:
    assert [kind.identifier for kind in KINDS if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", kind.identifier)] == []


def test_every_entry_has_a_title_a_reason_and_a_remedy_of_one_line() -> None:
    for kind in KINDS:
        assert isinstance(kind.severity, Severity), kind
        assert not kind.title.endswith("."), kind
        for text in (kind.title, kind.reason, kind.remedy):
            assert text.split(), kind
            assert text == text.strip(), kind
            assert "\n" not in text, kind


def test_the_keys_are_the_identifiers() -> None:
    assert all(key == kind.identifier for key, kind in catalogue().items())


def modules_of_kinds() -> list[ModuleType]:
    """Those of the parts, and those of the data types."""
    of_parts = [import_module(f"ssc_to_nwb.problems.{path.stem}") for path in (PACKAGE / "problems").glob("*_kinds.py")]
    return of_parts + [one.module("problems") for one, _ in registry.having("problems", "AREA")]


def kinds_in(module: ModuleType) -> dict[str, ProblemKind]:
    return {name: value for name, value in vars(module).items() if isinstance(value, ProblemKind)}


def test_the_constants_are_named_like_the_identifiers() -> None:
    for module in modules_of_kinds():
        constants = kinds_in(module)
        assert list(constants) == [kind.identifier.upper().replace("-", "_") for kind in constants.values()], module


def test_an_identifier_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explanation, "_TO_ARCHIVE", {"checks": check_kinds, "twice": check_kinds})
    with pytest.raises(ValueError, match="identifier"):
        catalogue()


def test_every_module_of_kinds_is_in_the_catalogue() -> None:
    assert {name for module in modules_of_kinds() for name in kinds_in(module)} == {
        key.upper().replace("-", "_") for key in catalogue()
    }


def test_every_data_type_with_kinds_is_an_area() -> None:
    files = {path.parent.name for path in (PACKAGE / "data_types").glob("*/problems.py")}
    assert {one.name for one, _ in registry.having("problems", "AREA")} == files


def test_every_constant_of_kinds_is_used_somewhere() -> None:
    """An entry that nothing reports would be a promise that nobody keeps."""
    used = {
        node.attr if isinstance(node, ast.Attribute) else node.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Attribute, ast.alias))
    }
    assert {name for module in modules_of_kinds() for name in kinds_in(module)} - used == set()
