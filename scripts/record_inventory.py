"""Writes the inventories of the objects of converted sessions, tests/inventories/*.txt: after a change that is meant.

python scripts/record_inventory.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import inventory


def main() -> None:
    """Write the inventory of every case whose source is here."""
    for case in inventory.CASES:
        if inventory.is_here(case):
            with tempfile.TemporaryDirectory() as folder:
                lines = inventory.lines_of(inventory.converted(case, Path(folder)))
            inventory.record_path(case).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
