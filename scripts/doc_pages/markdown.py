"""Markdown that the generated pages share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

GENERATED = "<!-- Made by scripts/write_docs.py: change the code, not this page. -->"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown of one line."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def text(words: str) -> str:
    """One line of plain text, with what Markdown or HTML would read as markup escaped; code in backticks is kept."""
    parts = " ".join(words.split()).replace("|", "\\|").split("`")
    return "`".join(part if position % 2 else _escaped(part) for position, part in enumerate(parts))


def _escaped(part: str) -> str:
    for mark, written in (("<", "&lt;"), ("*", "\\*"), ("_", "\\_")):
        part = part.replace(mark, written)
    return part


def page(title: str, *sections: str) -> str:
    """A whole page."""
    return "\n\n".join([GENERATED, f"# {title}", *sections]) + "\n"
