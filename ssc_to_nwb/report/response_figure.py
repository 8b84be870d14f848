"""Mean dF/F of the responsive and of the other ROIs around each kind of event."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.analysis.session_responses import EventResponses, triggered_dff
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.save_figure import save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Planes may differ in their frame rate, so that their means are brought onto one grid.
_GRID_S = np.arange(-1.0, 2.0, 0.1)


def save_responses(session: NwbSession, by_event: Mapping[str, EventResponses], path: Path) -> None:
    """Write the picture by the name's ending. Raises picture-format-unknown, and OSError where it cannot be written."""
    save_figure(lambda figure: draw_responses(session, by_event, figure=figure), path)


def draw_responses(session: NwbSession, by_event: Mapping[str, EventResponses], *, figure: Figure) -> None:
    """Draw into an empty figure: a panel per kind of event."""
    figure.set_size_inches(4.2 * len(by_event), 3.4)
    panels = figure.subplots(1, len(by_event), sharey=True, squeeze=False)[0]
    for axes, (event, found) in zip(panels, by_event.items(), strict=True):
        _draw_event(axes, session, found)
        axes.set_title(f"{event}: {found.responsive_count} of {found.tested_count} ROIs")
        axes.set_xlabel(f"time from {event} (s)")
    panels[0].set_ylabel("mean dF/F")
    figure.suptitle(session.title)


def _draw_event(axes: Axes, session: NwbSession, found: EventResponses) -> None:
    parts: dict[str, list[np.ndarray]] = {"responsive": [], "others": []}
    for plane in session.planes:
        cut = triggered_dff(plane, found.event_s)
        if cut is None:
            continue
        traces, triggered = cut
        responsive = found.roi_numbers[found.responsive & (found.plane_names == plane.name)]
        lag_s, known = triggered.mean_lag_s, np.isfinite(triggered.mean_lag_s)
        for mean, number in zip(triggered.mean()[known].T, traces.roi_numbers, strict=True):
            onto_grid = np.interp(_GRID_S, lag_s[known], mean, left=np.nan, right=np.nan)
            parts["responsive" if number in responsive else "others"].append(onto_grid)
    for (label, means), color in zip(parts.items(), (palette.LEFT, palette.NO_LICK), strict=True):
        if means:
            # Trials end before the window does, so that some planes have no frame at its edge.
            mean = np.ma.masked_invalid(np.stack(means)).mean(axis=0)
            axes.plot(_GRID_S, mean.filled(np.nan), color=color, label=f"{label} (n = {len(means)})")
    axes.axvline(0, color=palette.MUTED, linestyle="--", linewidth=0.8)
    axes.legend()
