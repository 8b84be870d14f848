"""The libraries are used as they are: nothing of them is replaced, and nothing private is used."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import ssc_to_nwb.dandi

MODULES = sorted(Path(ssc_to_nwb.dandi.__file__).parent.glob("*.py"))
LIBRARIES = {"dandi", "dandischema", "requests", "urllib3", "tenacity", "keyring"}


def library_imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(module, name) of what is imported of a library; the name under which it is known here is the name itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in LIBRARIES:
            for alias in node.names:
                yield node.module, alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] in LIBRARIES:
                    yield alias.name, alias.name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_nothing_private_is_imported(path: Path) -> None:
    names = [f"{module}.{name}" for module, name in library_imports(ast.parse(path.read_text()))]
    assert [
        name for name in names if any(part.startswith("_") and part != "__version__" for part in name.split("."))
    ] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_private_names_are_those_of_this_package(path: Path) -> None:
    """What is called `_name` on anything but `self` (or the class itself) is a field of a class of the same module."""
    tree = ast.parse(path.read_text())
    own = {
        node.name if not isinstance(node, ast.Name) else node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Name)
    }
    wrong = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
        and not (isinstance(node.value, ast.Name) and node.value.id == "self")
        and node.attr not in own
        # Ends a process without waiting for its threads: public in spite of its name.
        and ast.unparse(node) != "os._exit"
    ]
    assert wrong == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_nothing_is_replaced_and_no_class_of_the_http_libraries_extended(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert "mock" not in path.read_text() and "setattr" not in path.read_text()
    http = {name for module, name in library_imports(tree) if module.split(".")[0] in ("requests", "urllib3")}
    bases = [ast.unparse(base) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for base in node.bases]
    assert [base for base in bases if base.split(".")[0] in http] == []
