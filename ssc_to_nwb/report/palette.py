"""Colours and style of the figures: the set of Okabe and Ito, distinct for colour-blind eyes, lighter on a dark page.

A figure is drawn with the light colours; in the page each becomes a CSS variable, which the style sheet sets for light,
dark and print.
"""

from __future__ import annotations

from typing import Any

# By CSS variable: the light colour, which no other has, and the dark one.
THEME: dict[str, tuple[str, str]] = {
    "ink": ("#1b1b1a", "#eceae5"),
    "muted": ("#6a6a67", "#aaa8a2"),
    "grid": ("#dcdcd8", "#3b3b38"),
    "left": ("#0072b2", "#5ab4ec"),
    "right": ("#d55e00", "#ff9a4d"),
    "hit": ("#008f68", "#35cfa0"),
    "error": ("#b0387f", "#ec7fbd"),
    "no-lick": ("#8a8a86", "#8f8f8b"),
    "protraction": ("#17608a", "#7cc8f2"),
    "retraction": ("#a65a00", "#f0b35a"),
    "pole": ("#e6e4dc", "#34342f"),
    "water": ("#3a9bd9", "#7cc4f5"),
    "series-1": ("#0073b3", "#5bb5ed"),
    "series-2": ("#d45f00", "#ff9b4e"),
    "series-3": ("#009070", "#36d0a1"),
    "series-4": ("#a3427c", "#e58cc0"),
    "series-5": ("#8c6d00", "#e0c04a"),
}
INK, MUTED, GRID, LEFT, RIGHT, HIT, ERROR, NO_LICK, PROTRACTION, RETRACTION, POLE, WATER, *SERIES = (
    light for light, _ in THEME.values()
)
NO_VALUE = "#c9c8c2"

# Of a figure in a page and of one of its own alike, for matplotlib.
STYLE: dict[Any, Any] = {
    "font.size": 10,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "none",
}

OUTCOMES = {"hit": HIT, "error": ERROR, "no_lick": NO_LICK, "none": GRID}
SIDES = {"left": LEFT, "right": RIGHT}
OUTCOME_LABELS = {"hit": "hit", "error": "error", "no_lick": "no lick", "none": "no type"}


def css_variables(*, dark: bool) -> str:
    """`--ink: #1b1b1a; --muted: ...` for the style sheet."""
    return " ".join(f"--{name}: {colours[dark]};" for name, colours in THEME.items())


def series(number: int) -> str:
    """The colour of one of several traces, by its place."""
    return SERIES[number % len(SERIES)]
