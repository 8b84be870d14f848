"""What the readers' tests share: a file with everything in it, what must come out of it, and tools' environments."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_sessions import Converted
from patience import PATIENCE_S

_KEPT = Path(__file__).parents[2] / ".venv-readers"
_SCRIPTS = Path(__file__).parent / "tools"


@dataclass(frozen=True)
class Expected:
    """Values of the made-up session, from its truth and not from the NWB file."""

    path: Path
    subject: str
    plane: str
    trial_numbers: list[int]
    trial_types: list[str]
    left_licks_s: list[float]
    touch_onsets_s: list[float]
    whisker_angle: np.ndarray
    whisker_time_s: np.ndarray
    whisker_trials: np.ndarray
    """(N,), trial number of every whisker sample."""
    dff: np.ndarray
    """(F,), of the first ROI of the plane."""
    plane_trials: np.ndarray
    """(F,), trial number of every time stamp of the plane's subvolume."""
    mask: set[tuple[int, int]]
    """(column, row) of the first ROI of the plane."""
    frame: np.ndarray
    """(rows, columns), the plane's first green frame."""


@pytest.fixture(scope="session")
def expected(converted_raw: Converted) -> Expected:
    """The values that every tool has to find."""
    made = converted_raw.made
    volume = made.subvolumes[0]
    plane = volume.planes[0]
    roi = plane.rois[0]
    touches = np.concatenate([touch.onset_ms for touch in made.whisker.touches])
    return Expected(
        path=converted_raw.path,
        subject=made.spec.animal,
        plane=plane.name,
        trial_numbers=made.trials.numbers.tolist(),
        trial_types=list(made.trials.types),
        left_licks_s=(np.sort(made.trials.events["leftLicks"].times_ms) / 1000.0).tolist(),
        touch_onsets_s=(np.sort(touches) / 1000.0).tolist(),
        whisker_angle=made.whisker.angle_deg[1],
        whisker_time_s=made.whisker.time_ms / 1000.0,
        whisker_trials=made.whisker.trials,
        plane_trials=volume.trials,
        dff=volume.matrices["dff"][volume.ids.tolist().index(roi.number)],
        mask=set(zip(roi.columns.tolist(), roi.rows.tolist(), strict=True)),
        frame=made.frames(plane.name, plane.files[0].number)[0, 0],
    )


@pytest.fixture(scope="session")
def ask_tool() -> Callable[..., Any]:
    """Runs a script of `tools/` in an environment with the named packages, and gives back the JSON it prints."""

    def ask(script: str, *arguments: object, packages: tuple[str, ...]) -> Any:
        python = _environment(packages)
        run = subprocess.run(
            [python, _SCRIPTS / script, *(str(argument) for argument in arguments)],
            capture_output=True, text=True, check=False, timeout=PATIENCE_S,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr[-3000:]
        return json.loads(run.stdout.splitlines()[-1])

    return ask


@pytest.fixture(scope="session")
def python_of() -> Callable[..., Path]:
    """Gives the Python of an environment with the named packages."""
    return lambda *packages: _environment(packages)


@pytest.fixture(scope="session")
def node_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with h5wasm installed with npm, kept between runs."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not on this machine")
    folder = _KEPT / "h5wasm"
    if not (folder / "node_modules" / "h5wasm").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}')
        run = subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "h5wasm@0.10"],
            cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE_S,
        )  # fmt: skip
        if run.returncode:
            pytest.skip(f"npm can't install h5wasm: {run.stderr.strip()[-200:]}")
    return folder


def _environment(packages: tuple[str, ...]) -> Path:
    """Python of a virtual environment with these packages, made where there is none yet, kept between runs."""
    folder = _KEPT / re.sub(r"[^a-z0-9.]+", "-", "-".join(packages)).strip("-")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (folder / "ready").is_file():
        subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", folder], check=True)
        run = _install(python, packages)
        if run.returncode:
            if _install(python, ("six",)).returncode == 0:
                pytest.fail(f"{packages} can't be installed: {run.stderr[-1000:]}")
            pytest.skip("the package registry can't be reached")
        (folder / "ready").touch()
    return python


@pytest.fixture(scope="session")
def hdf5_18() -> Path:
    """A folder with the library HDF5 1.8.18, which h5py 2.7.1 brings; its Python part, for Python 3.6, is not used."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("the wheel is for Linux on x86-64")
    folder = _KEPT / "hdf5-1.8.18"
    if not (folder / "ready").is_file():
        old = ("--python-version", "3.6", "--python-platform", "x86_64-manylinux2014", "--only-binary", ":all:")
        run = _install(Path(sys.executable), ("--no-deps", "--target", str(folder), *old, "h5py==2.7.1"))
        if run.returncode:
            pytest.skip(f"the package registry does not give h5py 2.7.1: {run.stderr.strip()[-200:]}")
        (folder / "ready").touch()
    return folder


def _install(python: Path, packages: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Install with uv, which takes seconds where pip takes minutes."""
    command = [_uv(), "pip", "install", "--quiet", "--python", python, *packages]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)


def _uv() -> str | Path:
    """The program uv: the machine's own, or one from the registry."""
    found = shutil.which("uv")
    if found is not None:
        return found
    folder = _KEPT / "uv"
    program = folder / ("Scripts/uv.exe" if os.name == "nt" else "bin/uv")
    if not program.is_file():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = [program.with_name("python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv"]
        if subprocess.run(pip, capture_output=True, check=False, timeout=PATIENCE_S).returncode:
            pytest.skip("the package registry can't be reached")
    return program


@pytest.fixture(scope="module")
def large(converted_raw: Converted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The session with everything in it, laid out as a large one is."""
    from converting import convert

    from ssc_to_nwb.nwb_file import hdf5_file

    output = tmp_path_factory.mktemp("large")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hdf5_file, "LARGE_BYTES", 0)
        result = convert(source=converted_raw.made.root, output=output)
    assert result.ok
    return result.outputs[0]
