"""Reads a file with whatever pynwb is installed; the versions of the past know no EventsTable."""

import json
import sys

import pynwb

path, plane = sys.argv[1:]
with pynwb.NWBHDF5IO(path, "r", load_namespaces=True) as io:
    file = io.read()
    trials = file.trials
    ophys = file.processing["ophys"]
    segmentation = ophys["ImageSegmentation"]["plane_segmentation_" + plane]
    licks = []
    for row in range(len(trials.id)):
        licks += [float(value) for value in trials["left_licks"][row]]
    result = {
        "version": pynwb.__version__,
        "subject": file.subject.subject_id,
        "trial_numbers": [int(number) for number in trials["trial_number"][:]],
        "trial_types": [str(kind) for kind in trials["trial_type"][:]],
        "left_licks_s": sorted(licks),
        "touch_onsets_s": [float(time) for time in file.intervals["touches"]["start_time"][:]],
        "angle": [float(value) for value in file.processing["behavior"]["whisker_angle_c2"].data[:100]],
        "dff": [float(value) for value in ophys["DfOverF"]["dff_" + plane].data[:20, 0]],
        "mask": [[int(x), int(y)] for x, y, _ in segmentation["pixel_mask"][0]],
        "frame": file.acquisition["two_photon_series_" + plane + "_green"].data[0].T.tolist(),
        "events_seen": bool(getattr(file, "events", None)),
    }
print(json.dumps(result))
