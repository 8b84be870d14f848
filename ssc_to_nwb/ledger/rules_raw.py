"""Rules for the raw files beside a session file: those of the data types, and what is of none."""

from __future__ import annotations

from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.rule import Disposition, Rule

SESSION_FILE = Rule(
    identifier="session-file",
    patterns=("<animal>_<date>_session.mat",),
    disposition=Disposition.WRITTEN,
    text="Every field of the session struct, by the rules above.",
)
LEFT_OUT = Rule(
    identifier="raw-file-left-out",
    patterns=("any other file",),
    disposition=Disposition.LEFT_OUT,
    text="Stays outside, with the reason named for each file.",
)
SYSTEM_FILE = Rule(
    identifier="system-file",
    patterns=("._*", ".DS_Store", "__MACOSX/*", "Thumbs.db", "desktop.ini"),
    disposition=Disposition.LEFT_OUT,
    text="What macOS and Windows leave beside data is named and not counted: it comes and goes.",
)


def raw_rules() -> tuple[Rule, ...]:
    """All of them, those of the data types in their order."""
    of_types = [rule for _, rules in registry.having("layout", "RAW_RULES") for rule in rules]
    return (SESSION_FILE, *of_types, LEFT_OUT, SYSTEM_FILE)
