"""Colours and style of the figures: the set of Okabe and Ito, distinct for colour-blind eyes, lighter on a dark page.

A figure is drawn with the light colours; in the page each becomes a CSS variable, which the style sheet sets for light,
dark and print.
"""

from __future__ import annotations

from typing import Any

INK = "#1b1b1a"
MUTED = "#6a6a67"
GRID = "#dcdcd8"
LEFT = "#0072b2"
RIGHT = "#d55e00"
HIT = "#008f68"
ERROR = "#b0387f"
NO_LICK = "#8a8a86"
PROTRACTION = "#17608a"
RETRACTION = "#a65a00"
POLE = "#e6e4dc"
WATER = "#3a9bd9"
SERIES = ("#0073b3", "#d45f00", "#009070", "#a3427c", "#8c6d00")

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

# Light colour, CSS variable, dark colour.
THEME: tuple[tuple[str, str, str], ...] = (
    (INK, "ink", "#eceae5"),
    (MUTED, "muted", "#aaa8a2"),
    (GRID, "grid", "#3b3b38"),
    (LEFT, "left", "#5ab4ec"),
    (RIGHT, "right", "#ff9a4d"),
    (HIT, "hit", "#35cfa0"),
    (ERROR, "error", "#ec7fbd"),
    (NO_LICK, "no-lick", "#8f8f8b"),
    (PROTRACTION, "protraction", "#7cc8f2"),
    (RETRACTION, "retraction", "#f0b35a"),
    (POLE, "pole", "#34342f"),
    (WATER, "water", "#7cc4f5"),
    (SERIES[0], "series-1", "#5bb5ed"),
    (SERIES[1], "series-2", "#ff9b4e"),
    (SERIES[2], "series-3", "#36d0a1"),
    (SERIES[3], "series-4", "#e58cc0"),
    (SERIES[4], "series-5", "#e0c04a"),
)


def css_variables(*, dark: bool) -> str:
    """`--ink: #1b1b1a; --muted: ...` for the style sheet."""
    return " ".join(f"--{name}: {in_dark if dark else light};" for light, name, in_dark in THEME)
