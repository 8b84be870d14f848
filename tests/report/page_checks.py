"""What a test asks of a page: its text, links, ids and pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path


@dataclass
class ParsedPage(HTMLParser):
    """Everything of a page that the tests look at."""

    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    unlabelled: list[str] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag has."""
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        self.sources += [given[name] for name in ("src", "href", "xlink:href") if name in given and tag != "a"]
        if tag in ("svg", "img") and not (given.get("aria-label") or given.get("alt")):
            self.unlabelled.append(str(given))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """As an opening tag."""
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        """Note the text."""
        self.text += data


def parse_page(path: Path) -> ParsedPage:
    """Read a page."""
    page = ParsedPage()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    return page
