"""The catalogue of problems: each entry known once, by a name that lasts, with a reason and a remedy."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import ssc_to_nwb
from ssc_to_nwb.api.explanation import catalogue
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.catalogue import FROM_SOURCE, TO_ARCHIVE, area_of, read_area
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


def constant_of(kind: ProblemKind) -> str:
    return kind.identifier.upper().replace("-", "_")


def test_every_kind_has_a_constant_named_like_its_identifier() -> None:
    assert all(getattr(kinds, constant_of(kind)) == kind for kind in KINDS)


def test_an_identifier_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = read_area("check")[1]
    monkeypatch.setattr(registry, "read_area", lambda name: (name, checks))
    with pytest.raises(ValueError, match="identifier"):
        catalogue()


def test_every_table_of_kinds_is_read() -> None:
    files = {path.stem for path in (PACKAGE / "problems" / "areas").iterdir()}
    assert files == {*FROM_SOURCE, *TO_ARCHIVE}


def test_an_entry_of_a_table_has_all_its_texts() -> None:
    assert (
        ProblemKind(
            identifier="disk-full",
            severity=Severity.ERROR,
            title="The disk is full",
            reason="There is no space left, or no quota. What was written of this session was removed.",
            remedy="Free some space and run the same command again. Finished sessions are not converted again.",
        )
        == kinds.DISK_FULL
    )
    assert kinds.TIF_UNREADABLE.remedy.startswith("Copy or download the file again and compare its checksum; with --")
    assert kinds.VALUES_NAN.severity is Severity.WARNING


def test_a_kind_that_no_table_has_is_an_error() -> None:
    with pytest.raises(AttributeError, match="NO_SUCH_KIND"):
        _ = kinds.NO_SUCH_KIND


def test_every_data_type_with_kinds_is_an_area() -> None:
    files = {path.parent.name for path in (PACKAGE / "data_types").glob("*/problems.toml")}
    assert {one.name for one in registry.data_types() if area_of(one.package) is not None} == files


def test_the_code_and_the_catalogue_name_the_same_kinds() -> None:
    """An entry that nothing reports would be a promise that nobody keeps; one that is not there, an internal error."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
    used = {node.attr for node in attributes} | {node.name for node in nodes if isinstance(node, ast.alias)}
    known = {constant_of(kind) for kind in KINDS}
    assert known - used == set()
    of_modules = [(node.value.id, node.attr) for node in attributes if isinstance(node.value, ast.Name)]
    of_kinds = {name for module, name in of_modules if re.fullmatch(r"(\w+_)?kinds", module)}
    assert {name for name in of_kinds if name.isupper()} - known == set()
