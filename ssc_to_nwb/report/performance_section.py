"""Outcomes of the trials over the session, how well the animal did, and its choices by the place of the pole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ssc_to_nwb.analysis.psychometric import (
    LEAST_ANSWERS,
    WINDOW,
    choice_curve,
    is_answer,
    running_performance,
    share_correct,
)
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import integers_of, numbers_of, texts_of
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.blocks import Block, Picture, Table
from ssc_to_nwb.report.figure import add_legend, count_in_whole_numbers, page_figure, picture

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def performance_section(session: NwbSession) -> Iterator[Block]:
    """Every trial with its outcome, the running share of correct answers, and the counts."""
    trials = session.trials
    if not len(trials):
        yield "This file holds no trials."
        return
    outcome = texts_of(trials, "response")
    answers = plural(int(is_answer(outcome).sum()), "answer")
    share = share_correct(outcome)
    text = f"Of {answers} {100 * share:.0f} % were correct." if np.isfinite(share) else "None has an answer."
    yield f"{plural(len(trials), 'trial')}. {text}"
    yield _figure(trials)
    yield _counts(trials)
    yield from psychometric_picture(trials)


def _outcome_names(outcome: np.ndarray) -> list[str]:
    """The outcomes (T,) that occur: the known ones in the order of the legend, then whatever else a file has."""
    known = list(palette.OUTCOME_LABELS)
    return sorted(set(outcome.tolist()), key=lambda name: (known.index(name) if name in known else len(known), name))


def _of_sides(trials: pd.DataFrame, both: str) -> Iterator[tuple[str, np.ndarray, str]]:
    """Name, trials (T,) and colour of each side's trials, and then of all trials, under the name given."""
    side = texts_of(trials, "correct_side")
    yield from ((f"{name} trials", side == name, colour) for name, colour in palette.SIDES.items())
    yield both, np.ones(len(trials), dtype=bool), palette.INK


def _figure(trials: pd.DataFrame) -> Picture:
    outcome, side = texts_of(trials, "response"), texts_of(trials, "correct_side")
    numbers = integers_of(trials, "trial_number")
    with page_figure(height=3.6) as figure:
        marks, curve = figure.subplots(2, 1, sharex=True, height_ratios=(1, 1.3))
        rows = _outcome_names(outcome)
        heights = np.array([rows.index(one) for one in outcome])
        style: dict[str, Any] = {"linestyle": "", "marker": "|"}
        for (name, colour), shift in zip(palette.SIDES.items(), (-0.2, 0.2), strict=True):
            there, label = side == name, f"{name} trials"
            marks.plot(
                numbers[there], heights[there] + shift, markersize=7, markeredgewidth=1.4, color=colour, label=label,
                **style,
            )  # fmt: skip
        there = ~np.isin(side, list(palette.SIDES))
        marks.plot(numbers[there], heights[there], color=palette.INK, **style)
        marks.set_yticks(range(len(rows)), [palette.OUTCOME_LABELS.get(name, name) for name in rows])
        marks.set_ylim(len(rows) - 0.4, -0.6)
        add_legend(marks)
        _draw_curve(curve, trials)
        alt = f"Outcome of each of {len(trials)} trials by side, and the running share of correct answers"
        caption = (
            f"Outcomes, and correct answers among the answers in a window of {WINDOW} trials of either side, where it "
            f"has {LEAST_ANSWERS} answers; a line of one side counts the answers of that side in the same window. n = "
            f"{plural(len(trials), 'trial')}; in the legend: answers in the session"
        )
        return picture(figure, name="performance", alt=alt, caption=caption)


def _draw_curve(curve: Axes, trials: pd.DataFrame) -> None:
    """The running share of correct answers, of both sides and of each."""
    outcome, numbers = texts_of(trials, "response"), integers_of(trials, "trial_number")
    curve.axhline(50, color=palette.MUTED, linestyle=":", linewidth=1)
    *sides, both = _of_sides(trials, "both sides")
    for label, chosen, colour in (both, *sides):
        share = running_performance(outcome, chosen=chosen)[chosen]
        if np.isfinite(share).any():
            width = 1.6 if chosen is both[1] else 1.1
            style: dict[str, Any] = {"color": colour, "linewidth": width, "marker": ".", "markersize": 3}
            answers = np.count_nonzero(chosen & is_answer(outcome))
            curve.plot(numbers[chosen], 100 * share, label=f"{label} (n = {answers})", **style)
    margin = 0.5 + 0.02 * float(np.ptp(numbers))
    curve.set(
        xlim=(numbers.min() - margin, numbers.max() + margin), xlabel="trial number",
        ylim=(-4, 104), ylabel="correct answers (%)",
    )  # fmt: skip
    count_in_whole_numbers(curve.xaxis)
    if curve.get_lines()[1:]:
        add_legend(curve)
    else:
        curve.text(0.5, 0.6, f"fewer than {LEAST_ANSWERS} answers", transform=curve.transAxes, ha="center")


def _counts(trials: pd.DataFrame) -> Table:
    outcome = texts_of(trials, "response")
    names = _outcome_names(outcome)
    rows = []
    for label, chosen, _ in _of_sides(trials, "all trials"):
        counts = [np.count_nonzero(outcome[chosen] == name) for name in names]
        share = share_correct(outcome[chosen])
        correct = f"{100 * share:.0f} %" if np.isfinite(share) else "-"
        rows.append((label, *map(str, counts), str(np.count_nonzero(chosen)), correct))
    headings = ("", *(palette.OUTCOME_LABELS.get(name, name) for name in names), "trials", "correct")
    return Table(headings=headings, rows=rows, numeric=range(1, len(headings)))


def psychometric_picture(trials: pd.DataFrame) -> Iterator[Picture]:
    """Right choices by pole position with their counts, and the trials at each; nothing without answers."""
    position = numbers_of(trials, "pole_position_mm")
    side, response = texts_of(trials, "correct_side"), texts_of(trials, "response")
    curve = choice_curve(position=position, correct_side=side, response=response)
    if not curve.answers.size:
        return
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
            place, vertical = ((7, -4), "top") if y > 85 else ((7, 5), "bottom")
            axes.annotate(f"{count}", (x, y), xytext=place, textcoords="offset points", fontsize=9, va=vertical)
        axes.set(ylim=(-6, 106), xlabel="pole position (mm)", ylabel="right choices (% of answers)")
        add_legend(axes)
        alt = f"Share of right choices at {curve.answers.size} positions of the pole, with 95 % intervals"
        caption = (
            "Choice by the position of the pole, with the number of answers at each point and Wilson's 95 % interval; "
            "ticks: the positions of all trials by their correct side. The side of the answer is the correct side in "
            "a hit and the other one in an error. Position in mm as the file has it, from motor steps"
        )
        yield picture(figure, name="psychometric", alt=alt, caption=caption)
