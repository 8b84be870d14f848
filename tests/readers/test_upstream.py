"""What docs/upstream says of other tools' faults still happens: the code there prints what is written there."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "upstream"
CASES = sorted(FOLDER.glob("*.md"))


@pytest.mark.long
@pytest.mark.parametrize("page", CASES, ids=lambda page: page.stem)
def test_the_code_prints_what_the_page_says(page: Path, tmp_path: Path, python_of: Callable[..., Path]) -> None:
    text = page.read_text(encoding="utf-8")
    code, printed = (re.search(rf"^```{kind}\n(.*?)^```", text, re.S | re.M)[1] for kind in ("python", "text"))
    python = python_of("pynapple==0.11.*", "pynwb==4.*") if page.stem.startswith("pynapple") else sys.executable
    done = subprocess.run([python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == printed, done.stderr[-1000:]


def test_there_are_three_at_most() -> None:
    assert 0 < len(CASES) <= 3
