"""`describe` on the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path

from click.testing import CliRunner, Result
from made_sessions import Converted, write

import ssc_to_nwb
from ssc_to_nwb.cli.main import group
from ssc_to_nwb.testing.spec import SubvolumeSpec

SMALL = {"subvolumes": (SubvolumeSpec(planes=(2,), rois_per_plane=2),), "image_shape": (20, 30), "n_trials": 3}


def call(*arguments: object) -> Result:
    return CliRunner().invoke(group, ["describe", *map(str, arguments)], catch_exceptions=False)


def test_text_and_json_say_the_same(tmp_path: Path) -> None:
    made = write(tmp_path, edit=lambda s: s.pop("trialIds"), **SMALL)
    text = call(made.mat_path)
    assert text.exit_code == 0
    assert "  s.trialIds: is missing, expected 1xT number\n" in text.stdout
    assert "\ns: 1x1 struct\n" in text.stdout
    reported = json.loads(call(made.mat_path, "--json").stdout)
    (variable,) = reported["variables"]
    assert (reported["session"], reported["refusal"]) == (made.spec.session_name, "field-missing at s")
    assert variable["differences"][0]["path"] == "s.trialIds"
    assert variable["tree"]["fields"]["trialTypeMat"]["size"] == "6x3"
    found = ssc_to_nwb.describe_file(file=made.mat_path).as_dict()
    assert reported == {"ok": True, "problems": [], "sessions": [], **found}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    result = call(tmp_path / "absent.mat")
    assert result.exit_code == 1
    assert "[source-not-readable]" in result.stderr


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "an1_2013_03_08_session.mat")
    result = call(tmp_path / "an1_2013_03_08_session.mat")
    assert result.exit_code == 1
    assert "found: a named pipe (FIFO)" in result.stderr


def test_of_an_nwb_file_its_objects_are_listed_on_a_screen(converted_default: Converted) -> None:
    file = converted_default.outcome.output
    shown = call(file).stdout
    assert len(shown.splitlines()) < 25
    assert shown.startswith("NWB file, ")
    assert "\nintervals: 5 TimeIntervals (pole_in_reach with " in shown
    assert "\nprocessing/ophys: 1 ImageSegmentation (ImageSegmentation)\n" in shown
    assert "This is no session file of MATLAB" in shown and "--json has every object" in shown
    objects = json.loads(call(file, "--json").stdout)["nwb_objects"]
    assert "touches" in {name.partition(" with ")[0] for name in objects["intervals"]["TimeIntervals"]}
