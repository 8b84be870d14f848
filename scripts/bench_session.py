"""Measures speed and memory as ratios: a full-size session against scipy.io.loadmat on the same file.

Usage: bench_session.py [--source FILE] [--rounds N] [--json FILE]

Without --source a full-size session is made up first (8,245 ROIs, a mat file of about 390 MB, in a temporary folder).
Every figure is taken in a process of its own; times are the least of the rounds. Exit status 1 where a limit is passed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from command_run import peak_memory, run_seconds

TIMES_LOADMAT, TIMES_LOADMAT_VERIFIED = 4.0, 9.0
VALIDATE_S = 8.0
START_BEYOND_PYNWB_S = 0.7
TIMES_ARRAYS, BESIDES_MB = 3.0, 300.0
PEAK_AT_MEMORY_MB = 1000.0
HELP_S = 0.5
_MB = 1e6

_MAKE = """
from ssc_to_nwb.testing import full_size_spec, write_session
print(write_session(root=__import__("pathlib").Path({root!r}), spec=full_size_spec(), raw=False, videos=False).mat_path)
"""

_LOADMAT = """
import json, time
import scipy.io, scipy.io.matlab
start = time.perf_counter()
scipy.io.loadmat({source!r})
print(json.dumps({{"seconds": time.perf_counter() - start}}))
"""

_ARRAYS = """
import json
from pathlib import Path
from ssc_to_nwb.matlab.mat_file import read_session_struct
from ssc_to_nwb.matlab.leaves import leaf_bytes, walk_leaves
struct = read_session_struct(Path({source!r}))
print(json.dumps({{"bytes": sum(leaf_bytes(value) for _, value in walk_leaves(struct.tree, struct.variable))}}))
"""

# A tiny session first: what is measured is the work, not the loading of libraries.
_CONVERT = """
import json, tempfile, time
from pathlib import Path
from ssc_to_nwb import convert
from ssc_to_nwb.testing import SessionSpec, write_session
with tempfile.TemporaryDirectory(dir={folder!r}) as folder:
    write_session(root=Path(folder, "tiny"), spec=SessionSpec(), raw=False, videos=False)
    for source in (Path(folder, "tiny"), Path({source!r})):
        start = time.perf_counter()
        (outcome,) = convert(source=source, output=Path(folder, "nwb"), raw="skip", verify="off").outcomes
        whole = time.perf_counter() - start
        assert outcome.ok, outcome.error
print(json.dumps({{"whole": whole, "seconds": outcome.seconds}}))
"""

_TINY = """
from pathlib import Path
from ssc_to_nwb.testing import SessionSpec, write_session
print(write_session(root=Path({root!r}), spec=SessionSpec(), raw=False, videos=False).mat_path)
"""

_PYNWB = """
import json, time
start = time.perf_counter()
import pynwb
print(json.dumps({{"seconds": time.perf_counter() - start}}))
"""

_VALIDATE = """
import json, time
start = time.perf_counter()
from ssc_to_nwb import validate_files
validate_files(paths=[{file!r}])
print(json.dumps({{"seconds": time.perf_counter() - start}}))
"""

_HELP = """
import contextlib, io, json, time
start = time.perf_counter()
from ssc_to_nwb.cli.main import group
with contextlib.redirect_stdout(io.StringIO()):
    group.main(["--help"], standalone_mode=False)
print(json.dumps({{"seconds": time.perf_counter() - start}}))
"""

_SESSIONS = """
import contextlib, io, json, sys
from ssc_to_nwb.cli.main import group
with contextlib.redirect_stdout(io.StringIO()):
    group.main(["sessions", {source!r}], standalone_mode=False)
print(json.dumps({{"pynwb": "pynwb" in sys.modules}}))
"""


@dataclass(frozen=True)
class Figure:
    """One measured figure beside its limit."""

    name: str
    value: float
    limit: float
    unit: str
    how: str

    @property
    def ok(self) -> bool:
        """Whether the limit is kept."""
        return self.value <= self.limit


def run(code: str, **places: object) -> Any:
    """The last line that a fresh Python prints when it runs `code`, as JSON where it is that."""
    script = code.format(**{name: str(value) for name, value in places.items()})
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"a measurement failed:\n{done.stderr}")
    last = done.stdout.strip().splitlines()[-1]
    return json.loads(last) if last.startswith("{") else last


def measure(source: Path, *, rounds: int, folder: Path) -> list[Figure]:
    """All figures of a session file."""
    loads, conversions, verified, validations, imports, starts = [], [], [], [], [], []
    tiny = Path(run(_TINY, root=folder / "tiny"))
    output = folder / "nwb"
    for _ in range(rounds):
        # One after the other in every round, so that a busy machine weighs on all alike.
        loads.append(run(_LOADMAT, source=source)["seconds"])
        conversions.append(run(_CONVERT, source=source, folder=folder))
        verified.append(run_seconds(source, output, "--raw", "skip"))
        (file,) = output.rglob("*.nwb")
        validations.append(run(_VALIDATE, file=file)["seconds"])
        shutil.rmtree(output)
        imports.append(run(_PYNWB)["seconds"])
        starts.append(run_seconds(tiny, output))
        shutil.rmtree(output)
    peak_mb = peak_memory(source, output, "--raw", "skip", memory_mb=PEAK_AT_MEMORY_MB) / _MB
    arrays_mb = run(_ARRAYS, source=source)["bytes"] / _MB
    load = min(loads)
    best = min(conversions, key=lambda one: one["whole"])
    stages = ", ".join(f"{stage} {best['seconds'][stage]:.2f} s" for stage in ("read", "write"))
    times_arrays = (peak_mb - BESIDES_MB) / arrays_mb
    return [
        Figure(
            name="read, map and write",
            value=best["whole"] / load,
            limit=TIMES_LOADMAT,
            unit="x loadmat",
            how=f"{best['whole']:.2f} s ({stages}); loadmat {load:.2f} s",
        ),
        Figure(
            name="whole command, verified",
            value=min(verified) / load,
            limit=TIMES_LOADMAT_VERIFIED,
            unit="x loadmat",
            how=f"{min(verified):.2f} s, imports and all",
        ),
        Figure(
            name="validate",
            value=min(validations),
            limit=VALIDATE_S,
            unit="s",
            how="of the converted file, imports and all",
        ),
        Figure(
            name="convert of a tiny session",
            value=min(starts) - min(imports),
            limit=START_BEYOND_PYNWB_S,
            unit="s",
            how=f"{min(starts):.2f} s, verified, less {min(imports):.2f} s of `import pynwb`",
        ),
        Figure(
            name="peak memory",
            value=peak_mb,
            limit=TIMES_ARRAYS * arrays_mb + BESIDES_MB,
            unit="MB",
            how=f"{times_arrays:.2f} x the session's arrays ({arrays_mb:.0f} MB) + {BESIDES_MB:.0f} MB; all processes",
        ),
        Figure(
            name="ssc-to-nwb --help",
            value=min(run(_HELP)["seconds"] for _ in range(rounds)),
            limit=HELP_S,
            unit="s",
            how="imports and all",
        ),
        Figure(
            name="sessions loads pynwb",
            value=float(run(_SESSIONS, source=source)["pynwb"]),
            limit=0.0,
            unit="",
            how="0 is no",
        ),
    ]


def show(figures: Sequence[Figure], source: Path) -> None:
    """Print the figures as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{source.name}, {source.stat().st_size / _MB:.0f} MB")
    for heading in ("figure", "measured", "limit", "", "how"):
        table.add_column(heading)
    for figure in figures:
        table.add_row(
            figure.name,
            f"{figure.value:.2f} {figure.unit}",
            f"{figure.limit:.2f} {figure.unit}",
            "[green]ok[/green]" if figure.ok else "[red]PASSED OVER[/red]",
            figure.how,
        )
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def main() -> None:
    """Measure, print, and say by the exit status whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, help="session file; a full-size one is made up where none is given")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-session-") as folder:
        source = arguments.source or Path(run(_MAKE, root=folder))
        figures = measure(source, rounds=arguments.rounds, folder=Path(folder))
        show(figures, source)
    if arguments.json is not None:
        rows = [{**asdict(figure), "ok": figure.ok} for figure in figures]
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    if not all(figure.ok for figure in figures):
        sys.exit(1)


if __name__ == "__main__":
    main()
