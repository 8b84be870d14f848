"""What the page's section on pynapple has made, as JSON; run_page.py runs it with the names of that section."""

# ruff: noqa: F821
import json

import numpy as np
import pynapple as nap


def touch_rows():
    """Every touch that `touches_of` gives, with its columns as text."""
    kinds = touch_table[["whisker", "direction"]].drop_duplicates().itertuples(index=False)
    for part in (touches_of(whisker=kind.whisker, direction=kind.direction) for kind in kinds):
        for row, (start, stop) in enumerate(part.values):
            columns = {name: str(part[name].iloc[row]) for name in part.metadata_columns}
            yield {"onset": float(start), "stop": float(stop), **columns}


def lag_errors():
    """How far the page's recipe and compute_perievent are from the true lag, in s: a trace that is its own lag."""
    frames = dff.restrict(trials[0])
    onset = float(frames.times()[10]) + 0.07
    lag = nap.Tsd(t=frames.times(), d=frames.times() - onset)
    middles, means = triggered_average(lag, [onset], bin_s=0.002)
    filled = ~np.isnan(means)
    snapped = nap.compute_perievent(lag, nap.Ts([onset]), 0.5)
    offsets = snapped.times() - np.asarray(snapped.values).ravel()
    return {
        "frames": int(filled.sum()),
        "page": float(np.abs(means - middles)[filled].max()),
        "pynapple": float(np.abs(offsets).max()),
    }


found = {
    "trial_columns": sorted(trials.metadata_columns),
    "trial_numbers": [int(number) for number in trials["trial_number"]],
    "trial_starts_s": trials.start.tolist(),
    "hits": [int(number) for number in hits["trial_number"]],
    "trace": [float(value) for value in trace.values],
    "during_hits": [float(value) for value in during_hits.values],
    "plane": str(dff.metadata.loc[roi, "plane"]),
    "cell": str(dff.metadata.loc[roi, "cell"]),
    "centroid_um": [float(value) for value in centroid_um],
    "frames_of_first_trial": trial_dff.times().tolist(),
    "trial_of_sample": [float(value) for value in data["trial_number"].values],
    "touches": list(touch_rows()),
    "lag_errors_s": lag_errors(),
    "triggered": [None if np.isnan(value) else float(value) for value in response],
}
print(json.dumps(found))
