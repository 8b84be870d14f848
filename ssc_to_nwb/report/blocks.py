"""What a page is made of: sections with pictures, tables and paragraphs, which are plain texts, in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An inline picture. `alt` says what it shows to who cannot see it; wide ones scroll sideways on a phone.

    controls: check boxes above the picture, which change it by the style sheet alone; below: what is folded
    away below the caption.
    """

    svg: Markup
    alt: str
    caption: str = ""
    wide: bool = True
    controls: Markup | None = None
    below: Markup | None = None
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """Small pictures side by side, with a legend below them all."""

    pictures: tuple[Picture, ...]
    legend: Markup
    kind: Literal["gallery"] = "gallery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; Cells are texts, or links as `Link`.

    numeric names the columns that are set flush right; unbroken those whose cells stay on one line.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str | Link, ...], ...]
    caption: str = ""
    numeric: tuple[str, ...] = ()
    unbroken: tuple[str, ...] = ()
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A cell that leads somewhere."""

    text: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """A list of findings, each with its weight."""

    items: tuple[Note, ...]
    kind: Literal["notes"] = "notes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One finding."""

    weight: Literal["info", "warning"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCopy:
    """A text that is marked whole by one click, so that it can be copied."""

    text: str
    kind: Literal["copy"] = "copy"


Block = str | Picture | Gallery | Table | Notes | ToCopy


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Name of a section in links, in the list of sections, and above the section."""

    anchor: str
    short: str
    title: str

    def section(self, *blocks: Block, folded: bool = False) -> Section:
        """The section with these blocks."""
        return Section(heading=self, blocks=blocks, folded=folded)

    def lacking(self, what: str) -> Section:
        """The section of something that the file lacks: it says so."""
        return self.section(f"This file holds no {what}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the page; a folded one opens with a click."""

    heading: Heading
    blocks: tuple[Block, ...]
    folded: bool = False
