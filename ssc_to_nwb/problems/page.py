"""The README's table of problems, made from the catalogue.

    python -m ssc_to_nwb.problems.page README.md

writes it anew between the two markers of the file.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ssc_to_nwb.problems.catalogue import catalogue
from ssc_to_nwb.problems.model import ProblemKind

BEGIN, END = "<!-- problems:begin -->", "<!-- problems:end -->"
_HEAD = "| Identifier | Severity | What | Why | What to do |\n| --- | --- | --- | --- | --- |"


def problems_table() -> str:
    """Every entry of the catalogue as a row of a markdown table, in the order of the path data take."""
    return "\n".join([_HEAD, *(_row(kind) for kind in catalogue().values())])


def table_in(text: str) -> str | None:
    """What stands between the markers of a page; None where it has none."""
    if BEGIN not in text or END not in text:
        return None
    return text.split(BEGIN, 1)[1].split(END, 1)[0].strip()


def with_table(text: str) -> str:
    """The page with the table anew between its markers. Raises ValueError where it has none."""
    if table_in(text) is None:
        raise ValueError(f"the page has no {BEGIN} and {END}")
    before, rest = text.split(BEGIN, 1)
    return f"{before}{BEGIN}\n{problems_table()}\n{END}{rest.split(END, 1)[1]}"


def _row(kind: ProblemKind) -> str:
    cells = (f"`{kind.identifier}`", kind.severity.value, kind.title, kind.reason, kind.remedy)
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    """One line, without what markdown or HTML would take for its own; code between backticks stays as it is."""
    parts = " ".join(text.split()).replace("|", "\\|").split("`")
    return "`".join(part if position % 2 else part.replace("<", "&lt;") for position, part in enumerate(parts))


def main(paths: list[str]) -> None:
    """Write the table into each page."""
    for path in map(Path, paths):
        path.write_text(with_table(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
