"""The README's table of problems."""

from __future__ import annotations

from pathlib import Path

import pytest

from ssc_to_nwb.problems.catalogue import catalogue
from ssc_to_nwb.problems.page import BEGIN, END, main, problems_table, table_in, with_table

README = Path(__file__).parents[2] / "README.md"


def test_a_row_per_entry_with_all_its_texts() -> None:
    head, rule, *rows = problems_table().splitlines()
    assert head == "| Identifier | Severity | What | Why | What to do |"
    assert rule == "| --- | --- | --- | --- | --- |"
    assert [row.split("`")[1] for row in rows] == list(catalogue())
    kind = catalogue()["mask-empty"]
    assert f"| `mask-empty` | info | {kind.title} | {kind.reason} | {kind.remedy} |" in rows


def test_rows_have_five_cells_whatever_the_texts_hold() -> None:
    for row in problems_table().splitlines():
        assert row.replace("\\|", "").count("|") == 6
    assert "sub-&lt;subject>" in problems_table()


def test_the_table_is_put_between_the_markers(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"# Title\n\n{BEGIN}\nold\n{END}\n\nmore\n", encoding="utf-8")
    main([str(page)])
    text = page.read_text(encoding="utf-8")
    assert text == f"# Title\n\n{BEGIN}\n{problems_table()}\n{END}\n\nmore\n"
    assert with_table(text) == text


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="problems:begin"):
        with_table("# Title")


def test_the_readme_s_table_is_up_to_date() -> None:
    """Where it is not: python -m ssc_to_nwb.problems.page README.md"""
    table = table_in(README.read_text(encoding="utf-8")) if README.is_file() else None
    if table is None:
        pytest.skip("the README has no table of problems")
    assert table == problems_table()
