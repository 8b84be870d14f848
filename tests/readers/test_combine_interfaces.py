"""The example that puts this project's interfaces beside another lab's."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from made_sessions import Converted
from pynwb import NWBHDF5IO

SCRIPT = Path(__file__).parents[2] / "scripts" / "combine_interfaces.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("combine_interfaces", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.long
def test_one_file_with_both_labs_data(script: ModuleType, converted_default: Converted, tmp_path: Path) -> None:
    made = converted_default.made
    pupil, notes, output = tmp_path / "pupil.csv", tmp_path / "notes.csv", tmp_path / "combined.nwb"
    pupil.write_text("time_s,diameter_mm\n12.0,1.25\n12.1,1.5\n")
    notes.write_text("start_time,stop_time,note\n20.0,21.5,animal grooms\n")
    script.combine(session_file=made.mat_path, pupil_file=pupil, notes_file=notes, output=output)
    with NWBHDF5IO(output, "r") as io:
        file = io.read()
        behavior = file.processing["behavior"]
        assert behavior["PupilTracking"]["pupil_diameter"].data[:].tolist() == [1.25, 1.5]
        np.testing.assert_array_equal(behavior["whisker_angle_c2"].data[:], made.whisker.angle_deg[0])
        assert file.intervals["notes"]["note"][:].tolist() == ["animal grooms"]
        assert file.trials["trial_number"][:].tolist() == made.trials.numbers.tolist()
        assert file.subject.subject_id == made.spec.animal
        assert len(file.processing["ophys"]["DfOverF"].roi_response_series) == len(made.planes)
        assert len(file.keywords[:]) == len(set(file.keywords[:]))
