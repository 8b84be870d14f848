"""The pages that are made from the code are up to date; `scripts/write_docs.py` writes them anew."""

from __future__ import annotations

import runpy
from pathlib import Path

from ssc_to_nwb.ledger.page import map_page

ROOT = Path(__file__).parents[1]


def test_the_field_map_tells_what_the_rules_say() -> None:
    head = runpy.run_path(str(ROOT / "scripts" / "write_docs.py"))["FIELD_MAP_HEAD"]
    assert (ROOT / "docs" / "field_map.md").read_text(encoding="utf-8") == head + map_page()


def test_the_readme_tells_of_every_kind_of_message_that_is_accepted() -> None:
    from ssc_to_nwb.validate.accept import packaged_file, read_entries

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text.split("| message | where | why it is accepted |")[1].split("\n\n")[0]
    told = {line.split("`")[1] for line in table.splitlines() if line.startswith("| `")}
    assert told == {entry.identifier for entry in read_entries(packaged_file())}
