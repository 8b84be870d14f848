"""Reads a file with pynapple."""

import json
import sys

import pynapple

path, plane = sys.argv[1:]
data = pynapple.load_file(path)
angle, dff, touches = data["whisker_angle_c2"], data["dff_" + plane], data["touches"]
result = {
    "keys": sorted(data.keys()),
    "angle": [float(value) for value in angle.values[:100]],
    "angle_times_s": [float(time) for time in angle.times()[:100]],
    "dff": [float(value) for value in dff.values[:20, 0]],
    "touch_onsets_s": [float(time) for time in touches.start],
    "frame": data["two_photon_series_" + plane + "_green"].values[0].T.tolist(),
}
print(json.dumps(result))
