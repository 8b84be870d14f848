"""Makes the fixture of the current layout of NWB files: a small session file, and the NWB file made from it.

    python scripts/keep_layout.py

Run it once for each released layout, and commit what it writes to tests/fixtures. A fixture is never made again: it
shows that files which are out in the world are still read.
"""

from __future__ import annotations

import gzip
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from ssc_to_nwb import convert
from ssc_to_nwb.naming import FILE_LAYOUT
from ssc_to_nwb.testing import SessionSpec, SubvolumeSpec, write_session

FIXTURES = Path(__file__).parents[1] / "tests" / "fixtures"
SPEC = SessionSpec(
    animal="an900010",
    seed=10,
    n_trials=4,
    trial_seconds=1.0,
    trial_number_gap_after=(2,),
    trials_without_type=(3,),
    further_trial_properties=("luminance",),
    whiskers=("c1", "c2"),
    subvolumes=(SubvolumeSpec(number=4, planes=(2, 3), rois_per_plane=3), SubvolumeSpec(number=6, planes=(3,))),
    image_shape=(16, 24),
    shuffled_rows=True,
    rois_without_trace=1,
    traces_without_roi=1,
    blank_time_point=True,
    unknown_trial_frames=True,
)


def main() -> int:
    """Write the fixture; 1 where it is there already."""
    folder = FIXTURES / f"layout_{FILE_LAYOUT}"
    if folder.exists():
        print(f"{folder} is there already: raise FILE_LAYOUT in naming.py before you make another")
        return 1
    folder.mkdir(parents=True)
    with TemporaryDirectory() as work:
        made = write_session(root=Path(work) / "source", spec=SPEC, raw=False, videos=False)
        (outcome,) = convert(source=Path(work) / "source", output=Path(work) / "nwb", raw="skip").outcomes
        if outcome.output is None or outcome.verified != "full":
            raise RuntimeError(f"the session was not converted: {outcome.error}")
        shutil.copyfile(made.mat_path, folder / made.mat_path.name)
        # Most of a small NWB file is the copy of the schema, and empty.
        packed = gzip.compress(outcome.output.read_bytes(), mtime=0)
        (folder / f"{outcome.output.name}.gz").write_bytes(packed)
    for path in sorted(folder.iterdir()):
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
