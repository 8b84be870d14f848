"""The pages that are made from the code are up to date; `scripts/write_docs.py` writes them again."""

from __future__ import annotations

import inspect
import pkgutil
import re
import runpy
import sys
from pathlib import Path

import pytest

from ssc_to_nwb.api.explanation import catalogue, problem_areas

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "scripts"
sys.path.append(str(SCRIPTS))

from doc_pages.markdown import text  # noqa: E402
from doc_pages.problems import problems_page  # noqa: E402

PAGES = runpy.run_path(str(SCRIPTS / "write_docs.py"))["PAGES"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_is_what_the_code_says(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == PAGES[path]()


def test_every_problem_has_a_heading_of_its_own() -> None:
    headings = re.findall(r"^### (\S+)$", problems_page(), re.MULTILINE)
    assert headings == list(catalogue())
    assert sum(map(len, problem_areas().values())) == len(headings) > 100


def test_a_problem_s_texts_are_on_the_page() -> None:
    kind = catalogue()["mask-empty"]
    words = f"*info*: **{text(kind.title)}.** {text(kind.reason)}\n\n*What to do*: {text(kind.remedy)}\n"
    assert words in problems_page()


def test_texts_are_no_markup() -> None:
    assert text("sub-<subject>, a|b, an1975*, no_name\nand `x_*`") == (
        "sub-&lt;subject>, a\\|b, an1975\\*, no\\_name and `x_*`"
    )


def test_the_page_of_the_api_has_every_public_name() -> None:
    import ssc_to_nwb

    page = (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    listed = re.findall(r"^   (\w+)$", page, re.MULTILINE)
    assert sorted(listed) == sorted(ssc_to_nwb.__all__)


@pytest.mark.parametrize("page", ["api", "building_blocks"])
def test_defaults_in_signatures_can_be_read(page: str) -> None:
    """`read=<function read_contents at 0x7f...>` says nothing to a reader."""
    text_of_page = (ROOT / "docs" / "reference" / f"{page}.md").read_text(encoding="utf-8")
    found = 0
    for module, names in re.findall(r"currentmodule:: ([\w.]+)\n(.*?)```", text_of_page, re.DOTALL):
        for name in re.findall(r"^   ([\w.]+)$", names, re.MULTILINE):
            item = pkgutil.resolve_name(f"{module}.{name}")
            for one in inspect.signature(item).parameters.values() if callable(item) else ():
                assert " at 0x" not in repr(one.default), f"{name}: {one}"
                found += 1
    assert found > 10
