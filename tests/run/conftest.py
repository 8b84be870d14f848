"""Fixtures of the tests of whole runs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Mounts a small disk, or a folder read-only; skips where that is not allowed."""
    points: list[Path] = []

    def mount(*options: str) -> Path:
        point = tmp_path / f"mount{len(points)}"
        point.mkdir()
        done = subprocess.run(["mount", *options, str(point)], capture_output=True, check=False)
        if done.returncode != 0:
            pytest.skip("mounting takes root")
        points.append(point)
        return point

    if sys.platform != "linux" or shutil.which("mount") is None:
        pytest.skip("needs Linux and its mount")
    yield mount
    for point in points:
        subprocess.run(["umount", "-l", str(point)], check=True)
