"""Docstrings of what users and engineers call: a section for parameters, results and errors, as numpydoc has them.

ruff sees to it that every public object has a docstring, and to its form. Here every parameter and every field is
named, and the problems that are raised exist.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import ssc_to_nwb
from ssc_to_nwb.api.explanation import catalogue

PACKAGE = Path(ssc_to_nwb.__file__).parent
# Modules that a lab's own program may call: of `api`, what the package exports, and the objects that it gives out.
PUBLIC = sorted(
    path for pattern in ("api/*.py", "data_types/interfaces.py", "testing/dataset.py") for path in PACKAGE.glob(pattern)
)
EXPORTED = {(one.__module__, one.__name__) for name in ssc_to_nwb.__all__ if callable(one := getattr(ssc_to_nwb, name))}
# What a MATLAB file and a session hold, and the interfaces: their fields. Functions say what they do in a few lines.
OBJECTS = sorted(
    path
    for name in ("events", "imaging_stacks", "rois", "subvolumes", "trials", "whisker")
    for path in (PACKAGE / "data_types" / name).glob("source.py")
) + sorted(
    path
    for pattern in (
        "matlab/field.py", "matlab/tree.py", "session/context.py",
        "session/raw_data.py", "session/session.py",
    )
    for path in PACKAGE.glob(pattern)
)  # fmt: skip
# Modules of whose functions and classes a lab's own program may call those that the reference lists.
LISTED_IN_PART = sorted(
    path for pattern in ("reading/*.py", "analysis/*.py", "clock.py", "image_axes.py") for path in PACKAGE.glob(pattern)
)
LISTED = {
    line.strip()
    for page in (PACKAGE.parent / "docs" / "reference").glob("*.md")
    for line in page.read_text(encoding="utf-8").splitlines()
    if re.fullmatch(r" {3}[\w.]+", line)
}
# What every interface has; neuroconv or the assembly calls it.
_INHERITED = {"add", "add_to_nwbfile"}
_SECTION = r"^{}\n-+\n(.*?)(?=^\w[\w ]*\n-{{3,}}$|\Z)"


def section(docstring: str, name: str) -> list[str]:
    """The lines of a section that are not indented: `first, second : int`."""
    found = re.search(_SECTION.format(name), docstring, re.MULTILINE | re.DOTALL)
    return [line for line in (found[1] if found else "").splitlines() if line[:1].strip()]


def named(docstring: str, name: str) -> set[str]:
    """Parameters or fields of a section."""
    return {word.strip().lstrip("*") for line in section(docstring, name) for word in line.split(" : ")[0].split(",")}


def gaps(tree: ast.Module, *, fields_alone: bool = False) -> Iterator[str]:
    """What the docstrings of a module do not name."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not fields_alone and not node.name.startswith("_"):
            yield from _of_function(node, node.name)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            text = ast.get_docstring(node) or ""
            missing = _fields(node) - named(text, "Attributes") - named(text, "Parameters")
            # A class that the reference does not list may name its fields in prose: `first, second: what they are`.
            missing -= {name for names in re.findall(r"((?:\w+,\s+)*\w+): ", text) for name in re.split(r",\s+", names)}
            yield from (f"{node.name}: {name}" for name in sorted(missing))
            for method in () if fields_alone else node.body:
                if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                    if method.name in _INHERITED:
                        continue
                    yield from _of_function(method, f"{node.name}.{method.name}")


def _fields(node: ast.ClassDef) -> set[str]:
    declared = [item for item in node.body if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)]
    # A fact has its text with it.
    described = {item for item in declared if item.value is not None and ast.unparse(item.value).startswith("fact(")}
    targets = {
        item.target.id
        for item in declared
        if item not in described and not ast.unparse(item.annotation).startswith("ClassVar")
    }
    return {name for name in targets if not name.startswith("_")}


def _of_function(node: ast.FunctionDef, name: str) -> Iterator[str]:
    if any("property" in ast.unparse(decorator) for decorator in node.decorator_list):
        return
    text = ast.get_docstring(node) or ""
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    parameters = {one.arg for one in every if one is not None} - {"self", "cls"}
    # Those that are made from an options object are named in its place.
    if not any(ast.unparse(decorator).startswith("takes(") for decorator in node.decorator_list):
        yield from (f"{name}: {one}" for one in sorted(parameters - named(text, "Parameters")))
    returns = "None" if node.returns is None else ast.unparse(node.returns)
    # The summary of a function without parameters says what it returns.
    if parameters and returns != "None" and not (section(text, "Returns") or section(text, "Yields")):
        yield f"{name}: what it returns"


def test_gaps_are_found() -> None:
    code = '''
class View:
    """A view.

    Attributes
    ----------
    path : Path
        The file.
    """

    path: Path
    name: str

    def read(self, first, second=1, *rest) -> int:
        """Read.

        Parameters
        ----------
        first, *rest : int
            Where.
        """
'''
    assert list(gaps(ast.parse(code))) == ["View: name", "View.read: second", "View.read: what it returns"]


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_parameters_results_and_fields_are_named(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if path.parent.name == "api":
        module = f"ssc_to_nwb.api.{path.stem}"
        tree.body = [
            node for node in tree.body if not isinstance(node, ast.FunctionDef) or (module, node.name) in EXPORTED
        ]
    assert list(gaps(tree)) == []


@pytest.mark.parametrize("path", LISTED_IN_PART, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_what_the_reference_lists_names_its_parameters_results_and_fields(path: Path) -> None:
    module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tree.body = [node for node in tree.body if f"{module}.{getattr(node, 'name', '')}" in LISTED]
    assert list(gaps(tree)) == []


def test_the_reference_is_read() -> None:
    assert {"clock.Clock", "analysis.whisking.whisking_amplitude", "reading.trial.read_trial"} <= LISTED


@pytest.mark.parametrize("path", OBJECTS, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_fields_of_what_a_session_holds_are_named(path: Path) -> None:
    assert list(gaps(ast.parse(path.read_text(encoding="utf-8")), fields_alone=True)) == []


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_the_problems_that_are_named_exist(path: Path) -> None:
    nodes = [
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)
    ]
    errors = [re.search(r"^SscError\n((?: {4}.*\n?)+)", ast.get_docstring(node) or "", re.MULTILINE) for node in nodes]
    names = {name for found in errors if found for name in re.findall(r"\b[a-z0-9]+(?:-[a-z0-9]+)+\b", found[1])}
    assert names - catalogue().keys() == set()
