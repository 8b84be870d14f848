"""Outcomes of the trials over the session, how well the animal did, and its choices by the place of the pole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ssc_to_nwb.analysis.psychometric import choice_curve
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import integers_of, numbers_of, texts_of
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.blocks import Block, Picture, Table
from ssc_to_nwb.report.figure import add_legend, count_in_whole_numbers, page_figure, picture

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_WINDOW, _LEAST_ANSWERS = 21, 3


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


def is_answer(outcome: np.ndarray) -> np.ndarray:
    """Which outcomes (T,) are answers, bool (T,)."""
    return np.isin(outcome, ["hit", "error"])


def outcome_names(outcome: np.ndarray) -> list[str]:
    """The outcomes (T,) that occur: the known ones in the order of the legend, then whatever else a file has."""
    there = set(outcome.tolist())
    return [*(name for name in palette.OUTCOME_LABELS if name in there), *sorted(there - set(palette.OUTCOME_LABELS))]


def share_correct(outcome: np.ndarray) -> float:
    """Share of hits among hits and errors; NaN where there are neither."""
    answered = is_answer(outcome)
    return float(np.mean(outcome[answered] == "hit")) if answered.any() else float("nan")


def running_performance(outcome: np.ndarray, *, chosen: np.ndarray | None = None, window: int = _WINDOW) -> np.ndarray:
    """Share of hits among the answers in a window of trials centred on each, (T,); NaN with fewer than 3 answers.

    chosen: bool (T,), the trials whose answers count. The window is of all trials, so that it spans the same part of
    the session whichever of them are chosen.
    """
    counted = np.ones(outcome.size, dtype=bool) if chosen is None else chosen
    kernel = np.ones(min(window, 2 * ((outcome.size - 1) // 2) + 1))
    hits = np.convolve(counted & (outcome == "hit"), kernel, mode="same")
    answers = np.convolve(counted & is_answer(outcome), kernel, mode="same")
    shares: np.ndarray = np.divide(
        hits, answers, out=np.full(outcome.size, np.nan), where=answers > _LEAST_ANSWERS - 0.5
    )
    return shares


def _figure(trials: pd.DataFrame) -> Picture:
    outcome, side = texts_of(trials, "response"), texts_of(trials, "correct_side")
    numbers = integers_of(trials, "trial_number")
    with page_figure(height=3.6) as figure:
        marks, curve = figure.subplots(2, 1, sharex=True, height_ratios=(1, 1.3))
        rows = outcome_names(outcome)
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
            f"Outcomes, and correct answers among the answers in a window of {_WINDOW} trials of either side, where it "
            f"has {_LEAST_ANSWERS} answers; a line of one side counts the answers of that side in the same window. n = "
            f"{plural(len(trials), 'trial')}; in the legend: answers in the session"
        )
        return picture(figure, name="performance", alt=alt, caption=caption)


def _draw_curve(curve: Axes, trials: pd.DataFrame) -> None:
    """The running share of correct answers, of both sides and of each."""
    outcome, side = texts_of(trials, "response"), texts_of(trials, "correct_side")
    numbers = integers_of(trials, "trial_number")
    curve.axhline(50, color=palette.MUTED, linestyle=":", linewidth=1)
    lines = [("both sides", side == side, palette.INK)]
    lines += [(f"{name} trials", side == name, colour) for name, colour in palette.SIDES.items()]
    for label, chosen, colour in lines:
        share = running_performance(outcome, chosen=chosen)[chosen]
        if np.isfinite(share).any():
            width = 1.1 if label != "both sides" else 1.6
            style: dict[str, Any] = {"color": colour, "linewidth": width, "marker": ".", "markersize": 3}
            answers = np.count_nonzero(chosen & is_answer(outcome))
            curve.plot(numbers[chosen], 100 * share, label=f"{label} (n = {answers})", **style)
    curve.set_ylim(-4, 104)
    curve.set_ylabel("correct answers (%)")
    curve.set_xlabel("trial number")
    margin = 0.5 + 0.02 * float(np.ptp(numbers))
    curve.set_xlim(numbers.min() - margin, numbers.max() + margin)
    count_in_whole_numbers(curve.xaxis)
    if curve.get_lines()[1:]:
        add_legend(curve)
    else:
        curve.text(0.5, 0.6, f"fewer than {_LEAST_ANSWERS} answers", transform=curve.transAxes, ha="center")


def _counts(trials: pd.DataFrame) -> Table:
    outcome, side = texts_of(trials, "response"), texts_of(trials, "correct_side")
    names = outcome_names(outcome)
    rows = []
    for label, chosen in (*((f"{name} trials", side == name) for name in palette.SIDES), ("all trials", side == side)):
        counts = [int((outcome[chosen] == name).sum()) for name in names]
        share = share_correct(outcome[chosen])
        correct = f"{100 * share:.0f} %" if np.isfinite(share) else "-"
        rows.append((label, *map(str, counts), str(int(chosen.sum())), correct))
    headings = ("", *(palette.OUTCOME_LABELS.get(name, name) for name in names), "trials", "correct")
    return Table(headings=headings, rows=tuple(rows), numeric=headings[1:])


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
        yield picture(figure, name="psychometric", alt=alt, caption=caption)
