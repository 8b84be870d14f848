"""Links of the Markdown files lead to files that are there, and to headings that they have.

The site's build checks the links between its pages; this test also covers README, CONTRIBUTING and the change log.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("[a-z]*/*.md")])
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def links(text: str) -> list[str]:
    """Targets of the links in a text, without those to other sites."""
    found = _LINK.findall(_CODE.sub("", text))
    return [target for target in found if not re.match(r"https?:|mailto:", target)]


def anchors(text: str) -> set[str]:
    """What a link to a heading of the text may name."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_and_headings_are_found() -> None:
    assert links("[a](b.md#c), ![d](e.png), `[no](link)`, [f](https://g.org)") == ["b.md#c", "e.png"]
    assert anchors("# Faults, and why\n\n```bash\n# no heading\n```\n## `x_y` of 2\n") == {"faults-and-why", "x_y-of-2"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    wrong = []
    for target in links(page.read_text(encoding="utf-8")):
        path, _, heading = target.partition("#")
        file = page.parent / path if path else page
        if not file.exists() or (heading and heading not in anchors(file.read_text(encoding="utf-8"))):
            wrong.append(target)
    assert wrong == []


def test_the_readme_is_short() -> None:
    assert (ROOT / "README.md").read_text(encoding="utf-8").count("\n") <= 160
