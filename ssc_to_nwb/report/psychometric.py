"""The psychometric curve: how often the animal chose right, by the position of the pole."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb.analysis.psychometric import choice_curve
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.nwb_table import SessionTable
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.blocks import Picture
from ssc_to_nwb.report.figure import add_legend, page_figure, picture

_POSITION = "pole_position_mm"


def psychometric_picture(trials: SessionTable) -> Picture | None:
    """Right choices by pole position with their counts, and the trials at each; None without positions or answers."""
    position = trials.numbers(_POSITION)
    side, response = trials.texts("correct_side"), trials.texts("response")
    curve = choice_curve(position=position, correct_side=side, response=response)
    if not curve.answers.size:
        return None
    low, high = curve.interval()
    with page_figure(height=3.2) as figure:
        axes = figure.subplots()
        axes.axhline(50, color=palette.MUTED, linestyle=":", linewidth=1)
        for name, color in palette.SIDES.items():
            there = position[(side == name) & np.isfinite(position)]
            height = 103 if name == "right" else -3
            axes.plot(
                there, np.full(there.size, height), linestyle="", marker="|", markersize=6, color=color,
                label=f"{name} trials (n = {there.size})", clip_on=False,
            )  # fmt: skip
        share = 100 * curve.share_right
        around = np.stack([share - 100 * low, 100 * high - share]).clip(min=0)
        answers = int(curve.answers.sum())
        axes.errorbar(
            curve.position, share, yerr=around, color=palette.INK, linewidth=1.6, elinewidth=1, marker="o",
            markersize=5, label=f"right choices (n = {plural(answers, 'answer')})",
        )  # fmt: skip
        for x, y, count in zip(curve.position.tolist(), share.tolist(), curve.answers.tolist(), strict=True):
            below = y > 85
            axes.annotate(
                f"{count}", (x, y), xytext=(7, -4 if below else 5), textcoords="offset points", fontsize=9,
                va="top" if below else "bottom",
            )  # fmt: skip
        axes.set(ylim=(-6, 106), xlabel="pole position (mm)", ylabel="right choices (% of answers)")
        add_legend(axes)
        alt = f"Share of right choices at {curve.answers.size} positions of the pole, with 95 % intervals"
        caption = (
            "Choice by the position of the pole, with the number of answers at each point and Wilson's 95 % interval; "
            "ticks: the positions of all trials by their correct side. The side of the answer is the correct side in "
            "a hit and the other one in an error. Position in mm as the file has it, from motor steps"
        )
        return picture(figure, name="psychometric", alt=alt, caption=caption)
