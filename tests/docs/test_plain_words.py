"""Texts that people read have none of some words that give away a translation, or that make a sentence hard to read.

What to write instead: say, name, show, know (tell); is, are (stand); has (bear); again (anew); correct, replace (mend);
video (film); "at least this severity" (as grave as); "cannot be determined" (can't be told).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import ssc_to_nwb

ROOT = Path(__file__).parents[2]
PACKAGE = Path(ssc_to_nwb.__file__).parent
WORDS = re.compile(
    r"(?<!\.)\b(tells?|told|telling|stands?|stood|bears?|bearing|borne|anew|mend|mends|mended|films?|filmed|as grave as"
    r"|did not live to)\b",
    re.IGNORECASE,
)
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(path for path in (ROOT / "docs").rglob("*.md") if path.relative_to(ROOT / "docs").parts[0] != "_build"),
        *(ROOT / "docs").rglob("*.ipynb"),
        *(ROOT / ".github").rglob("*.md"),
        *(ROOT / "metadata").rglob("*.yaml"),
        *(ROOT / "metadata").rglob("*.md"),
        *(PACKAGE / "report" / "templates").glob("*"),
    ]
)
MODULES = sorted(PACKAGE.rglob("*.py"))
# Folders whose comments and docstrings are free of the words too.
WHOLE = ("api", "cli", "describe", "metadata", "problems", "reading", "report", "source_files", "tif", "validate")


def test_the_words_are_found() -> None:
    assert [one[0] for one in WORDS.finditer("It stands there anew; understand, tell-tale, bear it, standard.")] == [
        "stands", "anew", "tell", "bear",
    ]  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages(page: Path) -> None:
    assert _found(page.read_text(encoding="utf-8")) == []


def test_texts_of_the_program() -> None:
    """Every string that is no docstring: messages, help, descriptions inside NWB files."""
    wrong = [
        f"{path.relative_to(PACKAGE)}, line {line}: {word}"
        for path in MODULES
        for line, text in _strings(path)
        for word in _found(text)
    ]
    assert wrong == []


def test_comments_and_docstrings() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)}: {line}"
        for path in MODULES
        if path.relative_to(PACKAGE).parts[0] in WHOLE
        for line in _found(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def _found(text: str) -> list[str]:
    """The lines that have one of the words."""
    return [line.strip() for line in text.splitlines() if WORDS.search(line)]


def _strings(path: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value
