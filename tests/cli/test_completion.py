"""Shell completion, as click makes it, for the shells that the documentation names."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).with_name("ssc-to-nwb")


def _complete(*words: str) -> list[str]:
    """What bash is given to offer for the last word."""
    environment = {
        **os.environ,
        "_SSC_TO_NWB_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(("ssc-to-nwb", *words)),
        "COMP_CWORD": str(len(words)),
    }
    run = subprocess.run([PROGRAM], env=environment, capture_output=True, text=True, check=True)
    return [line.split(",", maxsplit=1)[1] for line in run.stdout.splitlines()]


def test_subcommands() -> None:
    assert _complete("plot") == ["plot-trial", "plot-cell"]
    assert "convert" in _complete("con")


def test_options_and_their_values() -> None:
    assert _complete("plot-trial", "--tr") == ["--trial"]
    assert _complete("convert", "--compression", "f") == ["fast"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_a_script(shell: str) -> None:
    environment = {**os.environ, "_SSC_TO_NWB_COMPLETE": f"{shell}_source"}
    run = subprocess.run([PROGRAM], env=environment, capture_output=True, text=True, check=True)
    assert f"_SSC_TO_NWB_COMPLETE={shell}_complete" in run.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not on this machine")
def test_bash_takes_the_script() -> None:
    script = """
        eval "$(_SSC_TO_NWB_COMPLETE=bash_source ssc-to-nwb)"
        COMP_WORDS=(ssc-to-nwb meth) COMP_CWORD=1
        _ssc_to_nwb_completion ssc-to-nwb
        echo "${COMPREPLY[@]}"
    """
    environment = {**os.environ, "PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"}
    run = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "methods"
