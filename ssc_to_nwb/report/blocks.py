"""What the sections of a page are made of: pictures, tables, and paragraphs, which are plain texts.

The templates know each kind of block by its `kind`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from markupsafe import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An inline picture, which scrolls sideways on a phone; `alt` says what it shows to who cannot see it."""

    svg: Markup
    alt: str
    caption: str = ""
    kind: ClassVar = "picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planes:
    """Planes side by side, each as `planes.html.j2` takes it; scale: what the last colour of the outlines is."""

    cards: tuple[Mapping[str, Any], ...]
    scale: str
    kind: ClassVar = "planes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A cell of a table that leads somewhere."""

    text: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; numeric: places of the columns that are set flush right; unbroken: of those that stay on one line."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str | Link]]
    caption: str = ""
    numeric: Sequence[int] = ()
    unbroken: Sequence[int] = ()
    kind: ClassVar = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """Findings: the warnings, and what is good to know."""

    warnings: tuple[str, ...]
    infos: tuple[str, ...]
    kind: ClassVar = "notes"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCopy:
    """A text that is marked whole by one click, so that it can be copied."""

    text: str
    kind: ClassVar = "copy"


Block = str | Picture | Planes | Table | Notes | ToCopy
