"""Where nothing that draws is installed: a conversion works, and what draws says what to install."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from made_sessions import Converted, problem_raised

from ssc_to_nwb.api import reporting, rois
from ssc_to_nwb.report import single_picture
from ssc_to_nwb.testing.spec import SubvolumeSpec

# Modules that are None in sys.modules cannot be imported.
_WITHOUT = """
import sys
for name in ("matplotlib", "jinja2", "markupsafe", "PIL"):
    sys.modules[name] = None
from ssc_to_nwb.cli.main import group
commands, *arguments = sys.argv[1:]
for command in commands.split(","):
    group.main([command, *arguments], standalone_mode=False)
"""


@pytest.mark.parametrize(
    "draw",
    [
        lambda file, folder: reporting.report(files=[file], output=folder / "pages"),
        lambda file, folder: reporting.plot_trial(file=file, trial=2, output=folder / "trial.png"),
        lambda file, folder: rois.plot_cell(files=file, cell="an900001/1001", output=folder / "cell.png"),
    ],
    ids=["report", "plot_trial", "plot_cell"],
)
def test_what_draws_names_the_extra(
    draw, converted_default: Converted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_picture, "find_spec", lambda name: None if name == "matplotlib" else name)
    with problem_raised() as found:
        draw(converted_default.path, tmp_path)
    assert found[0].kind.identifier == "extra-not-installed"
    assert found[0].expected == "pip install 'ssc-to-nwb[report]'"
    assert found[0].found == "no package matplotlib"
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_draw_needs_none_of_it(converted_small_raw: Converted) -> None:
    command = [sys.executable, "-c", _WITHOUT, "methods,cells,responses", str(converted_small_raw.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.long
def test_a_conversion_needs_none_of_it(tmp_path: Path) -> None:
    from made_sessions import write

    small = {"subvolumes": (SubvolumeSpec(planes=(2,), rois_per_plane=2),), "image_shape": (20, 30)}
    write(tmp_path / "source", **small)
    command = [sys.executable, "-c", _WITHOUT, "convert", str(tmp_path / "source"), str(tmp_path / "nwb")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
