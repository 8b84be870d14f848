"""Reads a file with lazynwb."""

import json
import sys

import lazynwb

path, plane = sys.argv[1:]
tables = {
    name: lazynwb.get_df(path, name, exact_path=True)
    for name in ("/intervals/trials", "/intervals/touches", "/events/licks")
}
licks = tables["/events/licks"]
angle = lazynwb.get_timeseries(path, "/processing/behavior/whisker_angle_c2", exact_path=True)
dff = lazynwb.get_timeseries(path, f"/processing/ophys/DfOverF/dff_{plane}", exact_path=True)
frames = lazynwb.get_timeseries(path, f"/acquisition/two_photon_series_{plane}_green", exact_path=True)
result = {
    "subject": lazynwb.LazyNWB(path).subject.subject_id,
    "trial_numbers": [int(number) for number in tables["/intervals/trials"]["trial_number"]],
    "trial_types": [str(kind) for kind in tables["/intervals/trials"]["trial_type"]],
    "touch_onsets_s": [float(time) for time in tables["/intervals/touches"]["start_time"]],
    "left_licks_s": [
        float(time) for time, side in zip(licks["timestamp"], licks["side"], strict=True) if side == "left"
    ],
    "angle": [float(value) for value in angle.data[:100]],
    "dff": [float(value) for value in dff.data[:20, 0]],
    "frame": frames.data[0].T.tolist(),
}
print(json.dumps(result))
