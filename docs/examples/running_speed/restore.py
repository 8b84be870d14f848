"""From the series of running speed back to the entry `runningSpeed`: each object has what its field holds."""

from __future__ import annotations

from ssc_to_nwb.data_types.arrays.restore import times, whole
from ssc_to_nwb.restoring.pieces import Restores

RESTORES: Restores = {"running-values": whole, "running-times": times, "running-trials": whole}
