"""Writes the pages that are made from the code: docs/field_map.md, and the table of problems in the README."""

from __future__ import annotations

from pathlib import Path

from ssc_to_nwb.ledger.page import map_page
from ssc_to_nwb.problems.page import main as write_problems

ROOT = Path(__file__).parents[1]
FIELD_MAP_HEAD = (
    "# The map: from each field of the source to its place in the NWB file\n\n"
    "Made from the claims in `ssc_to_nwb/data_types` by `scripts/write_docs.py`. The ledger beside every NWB file\n"
    "says the same for each single field of that session.\n\n"
)


def main() -> None:
    """Write them all."""
    (ROOT / "docs" / "field_map.md").write_text(FIELD_MAP_HEAD + map_page(), encoding="utf-8")
    write_problems([str(ROOT / "README.md")])


if __name__ == "__main__":
    main()
