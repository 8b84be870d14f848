"""The page of problems: every entry of the catalogue, under a heading that a link can name."""

from __future__ import annotations

from doc_pages.markdown import page, text
from ssc_to_nwb.api.explanation import problem_areas
from ssc_to_nwb.problems.model import ProblemKind

_INTRODUCTION = """\
Every message of `ssc-to-nwb` has an identifier in brackets. `ssc-to-nwb explain IDENTIFIER` prints the same text as
this page. An *error* ends the work on its session or file; a *warning* asks for a look; an *info* states a fact."""


def problems_page() -> str:
    """The whole page."""
    sections = [section for title, kinds in problem_areas().items() for section in (f"## {title}", *map(_entry, kinds))]
    return page("Problems", _INTRODUCTION, *sections)


def _entry(kind: ProblemKind) -> str:
    return "\n\n".join(
        [
            f"### {kind.identifier}",
            f"*{kind.severity.value}*: **{text(kind.title)}.** {text(kind.reason)}",
            f"*What to do*: {text(kind.remedy)}",
        ]
    )
