"""The methods text on the page, ready to be copied."""

from __future__ import annotations

from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.report.blocks import Block, Heading, Section, Text, ToCopy
from ssc_to_nwb.report.methods import bibliography, methods_text

_HEADING = Heading(anchor="methods", short="Methods", title="Methods, to copy")


def methods_section(session: NwbSession) -> Section:
    """The text, and the entry for a bibliography."""
    blocks: list[Block] = [
        Text(text="From what the file says and nothing else. One click marks the text."),
        ToCopy(text=methods_text(session)),
    ]
    references = bibliography(session)
    if references:
        blocks.append(ToCopy(text=references))
    return _HEADING.section(*blocks)
