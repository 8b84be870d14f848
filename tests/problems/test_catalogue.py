"""The catalogue of problems: each entry known once, by a name that lasts, with a reason and a remedy."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from types import ModuleType

import pytest

import ssc_to_nwb
from ssc_to_nwb.problems import catalogue as module
from ssc_to_nwb.problems import check_kinds
from ssc_to_nwb.problems.catalogue import catalogue
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


def test_the_constants_are_named_like_the_identifiers() -> None:
    for kinds in sorted((PACKAGE / "problems").glob("*_kinds.py")):
        module = importlib.import_module(f"ssc_to_nwb.problems.{kinds.stem}")
        constants = {name: value for name, value in vars(module).items() if isinstance(value, ProblemKind)}
        assert list(constants) == [kind.identifier.upper().replace("-", "_") for kind in constants.values()], kinds.name


def test_an_identifier_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = ModuleType("twice")
    twice.AGAIN = check_kinds.MASK_EMPTY  # type: ignore[attr-defined]
    monkeypatch.setattr(module, "_AREAS", {"checks": check_kinds, "twice": twice})
    with pytest.raises(ValueError, match="mask-empty"):
        catalogue()


def test_every_file_of_kinds_is_in_the_catalogue() -> None:
    files = {path.stem for path in (PACKAGE / "problems").glob("*_kinds.py")}
    assert {area.__name__.rpartition(".")[2] for area in module._AREAS.values()} == files


def test_every_constant_of_kinds_is_used_somewhere() -> None:
    """An entry that nothing reports would be a promise that nobody keeps."""
    defined = {
        name
        for path in (PACKAGE / "problems").glob("*_kinds.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign)
        for name in (getattr(node.targets[0], "id", "_"),)
        if not name.startswith("_")
    }
    used = {
        node.attr if isinstance(node, ast.Attribute) else node.name
        for path in PACKAGE.rglob("*.py")
        if path.parent.name != "problems" or not path.stem.endswith("_kinds")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Attribute, ast.alias))
    }
    assert defined - used == set()
