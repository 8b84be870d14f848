"""Writes the pages that are made from the code; `tests/docs` checks that they are up to date."""

from __future__ import annotations

from pathlib import Path

from doc_pages.checks import checks_page
from doc_pages.field_map import field_map_page
from doc_pages.metadata_keys import metadata_page
from doc_pages.problems import problems_page

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
PAGES = {
    REFERENCE / "field_map.md": field_map_page,
    REFERENCE / "problems.md": problems_page,
    REFERENCE / "metadata.md": metadata_page,
    REFERENCE / "checks.md": checks_page,
}


def main() -> None:
    """Write them all."""
    for path, page in PAGES.items():
        path.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
