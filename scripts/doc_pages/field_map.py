"""The map from the fields of the source to the objects of the NWB file."""

from __future__ import annotations

from doc_pages.markdown import page
from ssc_to_nwb.ledger.page import map_page


def field_map_page() -> str:
    """The whole page, made from the rules."""
    introduction = (
        "Where each field of the source goes. The page is made from the rules that the conversion uses; the\n"
        "[ledger](records.md#ledger) beside every NWB file says the same for each single field of that session."
    )
    return page("Field map", introduction, map_page().rstrip("\n"))
