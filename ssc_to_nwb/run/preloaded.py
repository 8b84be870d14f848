"""Loads what sessions are converted with, for the process that all others are forked from.

Python's search for cycles takes a sixth of the time of loading and finds nothing, as modules stay. What is loaded is
then left out of every later search, in the forked processes too.
"""

from __future__ import annotations

import gc

gc.disable()
try:
    import ssc_to_nwb.nwb_file.session_file
    import ssc_to_nwb.proof.file
    import ssc_to_nwb.run.session_work
    import ssc_to_nwb.run.verification  # noqa: F401
finally:
    gc.enable()
gc.freeze()
