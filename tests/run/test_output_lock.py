"""One run at a time on an output, and none before the processes of a killed one are gone."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from patience import PATIENCE_S

from ssc_to_nwb import naming
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.run import output_lock as module
from ssc_to_nwb.run.output_lock import output_lock, share_workers_lock

_HOLD = """
import sys, time
from pathlib import Path
from ssc_to_nwb.run.output_lock import {name}
lock = {name}(Path(sys.argv[1]))
if hasattr(lock, "__enter__") and "{name}" == "output_lock":
    lock.__enter__()
print("held", flush=True)
time.sleep(60)
"""


def _holder(output: Path, name: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_HOLD.format(name=name)), str(output)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_run_is_told_who_has_the_output(tmp_path: Path) -> None:
    holder = _holder(tmp_path, "output_lock")
    try:
        with pytest.raises(SscError) as caught, output_lock(tmp_path):
            pass
        assert caught.value.problem.kind.identifier == "output-in-use"
        assert f"process {holder.pid} on " in str(caught.value.problem.found)
    finally:
        holder.kill()
        holder.wait()


def test_the_lock_goes_with_the_process_that_held_it(tmp_path: Path) -> None:
    holder = _holder(tmp_path, "output_lock")
    holder.kill()
    holder.wait()
    with output_lock(tmp_path):
        pass


def test_a_lock_in_one_process_excludes_that_process_too(tmp_path: Path) -> None:
    with output_lock(tmp_path), pytest.raises(SscError), output_lock(tmp_path):
        pass
    with output_lock(tmp_path):
        pass


def test_a_run_waits_for_the_processes_of_a_killed_one(tmp_path: Path) -> None:
    naming.run_folder(tmp_path).mkdir()
    orphan = _holder(tmp_path, "share_workers_lock")
    start = time.monotonic()
    killer = subprocess.Popen([sys.executable, "-c", f"import os, time; time.sleep(0.5); os.kill({orphan.pid}, 9)"])
    try:
        with output_lock(tmp_path):
            assert orphan.wait(timeout=PATIENCE_S) == -9
        assert time.monotonic() - start >= 0.5
    finally:
        killer.wait()


def test_a_process_that_does_not_end_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    naming.run_folder(tmp_path).mkdir()
    monkeypatch.setattr(module, "_ORPHANS_SECONDS", 0.1)
    lock = share_workers_lock(tmp_path)
    assert lock is not None
    with lock, pytest.raises(SscError) as caught, output_lock(tmp_path):
        pass
    assert caught.value.problem.kind.identifier == "output-in-use"


def test_processes_of_one_run_share_their_lock(tmp_path: Path) -> None:
    naming.run_folder(tmp_path).mkdir()
    one, other = share_workers_lock(tmp_path), share_workers_lock(tmp_path)
    assert one is not None
    assert other is not None
    one.close()
    other.close()


def test_an_output_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SscError) as caught, output_lock(tmp_path / "file"):
        pass
    assert caught.value.problem.kind.identifier == "output-not-writable"
