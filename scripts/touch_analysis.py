"""How many neurons respond to touch and how many to whisking? From NWB files alone.

After Peron, Freeman, Iyer, Guo, Svoboda (2015), doi:10.1016/j.neuron.2015.03.027: of the pyramidal neurons of layer
2/3, 17 % represented touch and as many whisking, by an encoding model. Here each ROI's dF/F after the first touch of a
trial, and after the onset of whisking without touch, is compared with the dF/F before it, in frames that end before
the event (one-sided Wilcoxon
signed-rank test; Benjamini-Hochberg false discovery rate over all ROIs of a session; see
ssc_to_nwb/analysis/session_responses.py).

    python scripts/touch_analysis.py demo-output/nwb
    python scripts/touch_analysis.py session.nwb --json responses.json --figure responses.png
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ssc_to_nwb import SscError
from ssc_to_nwb.analysis.session_responses import (
    EventResponses,
    ResponseOptions,
    touch_responses,
    triggered_dff,
    whisking_responses,
)
from ssc_to_nwb.reading.nwb_files import find_session_files
from ssc_to_nwb.reading.nwb_session import NwbSession, open_nwb_session

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def main(arguments: list[str] | None = None) -> int:
    """Print a table; write JSON and a figure where asked. 1 where a file can't be used."""
    options = _parser().parse_args(arguments)
    try:
        files = find_session_files(options.files).files
        results = [_analyse(file, options) for file in files]
    except SscError as failure:
        print(failure, file=sys.stderr)
        return 1
    print(f"{'session':<24}{'event':<10}{'events':>7}{'tested':>8}{'respond':>9}{'share':>8}")
    for result in results:
        for event in ("touch", "whisking"):
            found = result[event]
            share = "-" if found["share"] is None else f"{100 * found['share']:.0f} %"
            counts = f"{found['events']:>7}{found['tested']:>8}{len(found['responsive_rois']):>9}{share:>8}"
            print(f"{result['session']:<24}{event:<10}{counts}")
    if options.json is not None:
        options.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, help="NWB files, or folders with NWB files in them")
    parser.add_argument("--fdr", type=float, default=0.05, help="false discovery rate (default 0.05)")
    parser.add_argument("--json", type=Path, help="write every ROI's result here")
    parser.add_argument(
        "--figure", type=Path, help="write the mean responses here (of the last file; .png, .svg, .pdf)"
    )
    return parser


def _analyse(file: Path, options: argparse.Namespace) -> dict[str, Any]:
    settings = ResponseOptions(false_discovery_rate=options.fdr)
    with open_nwb_session(file) as session:
        touch, whisking = touch_responses(session, options=settings), whisking_responses(session, options=settings)
        if options.figure is not None:
            _draw(session, {"touch": touch, "whisking onset": whisking}, options.figure)
        return {"session": session.title, "touch": _as_dict(touch), "whisking": _as_dict(whisking)}


def _as_dict(found: EventResponses) -> dict[str, Any]:
    rows = zip(
        found.plane_names,
        found.roi_numbers.tolist(),
        found.effect,
        found.p_value,
        found.responsive.tolist(),
        strict=True,
    )
    return {
        "events": int(found.event_s.size),
        "tested": found.tested_count,
        "share": found.share if found.tested_count else None,
        "responsive_rois": list(found.responsive_rois),
        "rois": [
            {"plane": plane, "roi": roi, "effect_dff": _number(effect), "p": _number(p), "responsive": responds}
            for plane, roi, effect, p, responds in rows
        ],
    }


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _draw(session: NwbSession, responses: dict[str, EventResponses], path: Path) -> None:
    """Mean dF/F of the responsive and of the other ROIs around each kind of event."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.2 * len(responses), 3.4), layout="constrained")
    for axes, (name, found) in zip(figure.subplots(1, len(responses), sharey=True), responses.items(), strict=True):
        _draw_event(axes, session, found)
        axes.set(title=f"{name}: {found.responsive_count} of {found.tested_count} ROIs", xlabel=f"time from {name} (s)")
    figure.axes[0].set_ylabel("mean dF/F")
    figure.suptitle(session.title)
    figure.savefig(path, dpi=150)


def _draw_event(axes: Axes, session: NwbSession, found: EventResponses) -> None:
    # Planes may differ in their frame rate, so that their means are brought onto one grid.
    grid_s = np.arange(-1.0, 2.0, 0.1)
    parts: dict[str, list[np.ndarray]] = {"responsive": [], "others": []}
    for plane in session.planes:
        cut = triggered_dff(plane, found.event_s)
        if cut is None:
            continue
        traces, triggered = cut
        responds = np.isin(traces.roi_numbers, found.responsive_rois)
        lag_s, known = triggered.mean_lag_s, np.isfinite(triggered.mean_lag_s)
        for mean, responding in zip(triggered.mean()[known].T, responds, strict=True):
            onto_grid = np.interp(grid_s, lag_s[known], mean, left=np.nan, right=np.nan)
            parts["responsive" if responding else "others"].append(onto_grid)
    for (label, means), colour in zip(parts.items(), ("#0072b2", "#8a8a86"), strict=True):
        if means:
            # Trials end before the window does, so that some planes have no frame at its edge.
            mean = np.ma.masked_invalid(np.stack(means)).mean(axis=0)
            axes.plot(grid_s, mean.filled(np.nan), color=colour, label=f"{label} (n = {len(means)})")
    axes.axvline(0, color="#6a6a67", linestyle="--", linewidth=0.8)
    axes.legend(frameon=False)


if __name__ == "__main__":
    sys.exit(main())
