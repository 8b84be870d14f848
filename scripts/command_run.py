"""Runs `ssc-to-nwb convert` as a user does, and measures it from outside: its time, and its memory."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path


def command_of(source: Path, output: Path, *options: str) -> list[str]:
    """The command line of a conversion with two threads."""
    command = [sys.executable, "-m", "ssc_to_nwb.cli.main", "convert", str(source), str(output), "--quiet"]
    return [*command, "--workers", "2", *options]


def run_seconds(source: Path, output: Path, *options: str) -> float:
    """Seconds of a run that must succeed, from its start to its end."""
    start = time.perf_counter()
    subprocess.run(command_of(source, output, *options), check=True)
    return time.perf_counter() - start


def peak_memory(source: Path, output: Path, *options: str, memory_mb: float) -> float:
    """The largest memory of a run by the command line, in bytes: of all its processes together.

    Pages that several processes share are counted once (PSS, on Linux), elsewhere once for each.
    """
    import psutil

    def of(process: psutil.Process) -> float:
        try:
            info = process.memory_full_info()
        except psutil.Error:
            return 0.0
        return float(getattr(info, "pss", 0) or info.rss)

    run = subprocess.Popen(command_of(source, output, "--memory-mb", str(memory_mb), *options))
    peak = 0.0
    while run.poll() is None:
        try:
            main_process = psutil.Process(run.pid)
            peak = max(peak, sum(map(of, [main_process, *main_process.children(recursive=True)])))
        except psutil.Error:
            # It has just ended.
            continue
        time.sleep(0.05)
    if run.returncode:
        raise RuntimeError(f"the run ended with status {run.returncode}")
    return peak
