"""What is in a file, read by the paths of its data sets: for tools that show it as groups and arrays."""

from typing import Any


def found_in(root: Any, plane: str) -> dict[str, Any]:
    """Traces, trial numbers, trials and a frame of a group like those of h5py and zarr."""
    frames = root["acquisition/two_photon_series_" + plane + "_green/data"]
    types = root["intervals/trials/trial_type"][:]
    return {
        "trial_numbers": root["intervals/trials/trial_number"][:].tolist(),
        "trial_types": [kind.decode() if isinstance(kind, bytes) else str(kind) for kind in types.tolist()],
        "touch_onsets_s": root["intervals/touches/start_time"][:].tolist(),
        "angle": root["processing/behavior/whisker_angle_c2/data"][:100].tolist(),
        "whisker_trials": root["processing/behavior/trial_number/data"][:].tolist(),
        "dff": root["processing/ophys/DfOverF/dff_" + plane + "/data"][:20, 0].tolist(),
        "plane_trials": root["processing/ophys/trial_number_subvolume_" + plane[4:6] + "/data"][:].tolist(),
        "frame": frames[0].T.tolist(),
    }
