"""Measures a session without raw files against scipy.io.loadmat on the same file, and how soon a tiny one is done.

    python scripts/bench_session.py                  # makes a full-size session: 8,245 ROIs, a file of 392 MB
    python scripts/bench_session.py --source FILE    # a session file of yours

Every time is taken in a process of its own, all of them in turn in every round; figures are medians of the rounds.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from bench_figures import MB, Figure, convert_peak_mb, convert_seconds, finish, median_figure, parser, python

BESIDES_MB = 300.0
MEMORY_MB = 1000.0

_MAKE = """
from ssc_to_nwb.testing import SessionSpec, full_size_spec, write_session
spec = full_size_spec() if {full} else SessionSpec()
print(json.dumps(str(write_session(root=Path({root}), spec=spec, raw=False, videos=False).mat_path)))
"""

_LOADMAT = """
import scipy.io, scipy.io.matlab
start = time.perf_counter()
scipy.io.loadmat({source})
print(time.perf_counter() - start)
"""

_ARRAYS = """
from ssc_to_nwb.matlab.mat_file import read_session_struct
from ssc_to_nwb.matlab.leaves import leaf_bytes, walk_leaves
struct = read_session_struct(Path({source}))
print(sum(leaf_bytes(value) for _, value in walk_leaves(struct.tree, struct.variable)))
"""

# A tiny session first: what is measured is the work, not the loading of libraries.
_CONVERT = """
import shutil
from ssc_to_nwb import convert
for source in ({tiny}, {source}):
    start = time.perf_counter()
    (outcome,) = convert(source=source, output={output}, raw="skip", verify="off").outcomes
    whole = time.perf_counter() - start
    if not outcome.ok:
        raise SystemExit(outcome.error)
shutil.rmtree({output})
print(whole)
"""

_PYNWB = """
start = time.perf_counter()
import pynwb
print(time.perf_counter() - start)
"""

_VALIDATE = """
start = time.perf_counter()
from ssc_to_nwb import validate_files
validate_files(paths=[{file}])
print(time.perf_counter() - start)
"""

_COMMAND = """
import contextlib, io, sys
start = time.perf_counter()
from ssc_to_nwb.cli.main import group
with contextlib.redirect_stdout(io.StringIO()):
    group.main({words}, standalone_mode=False)
print(json.dumps([time.perf_counter() - start, "pynwb" in sys.modules]))
"""


def measure(source: Path, *, rounds: int, folder: Path) -> list[Figure]:
    """All figures of a session file."""
    tiny = Path(python(_MAKE, root=folder / "tiny", full=False))
    output = folder / "nwb"
    taken: dict[str, list[float]] = {name: [] for name in ("load", "convert", "verified", "validate", "pynwb", "tiny")}
    for _ in range(rounds):
        taken["load"].append(python(_LOADMAT, source=source))
        taken["convert"].append(python(_CONVERT, source=source, tiny=tiny, output=folder / "unverified"))
        taken["verified"].append(convert_seconds(source, output, "--raw", "skip"))
        (file,) = output.rglob("*.nwb")
        taken["validate"].append(python(_VALIDATE, file=file))
        shutil.rmtree(output)
        taken["pynwb"].append(python(_PYNWB))
        taken["tiny"].append(convert_seconds(tiny, output))
        shutil.rmtree(output)
    peak_mb = convert_peak_mb(source, output, "--raw", "skip", memory_mb=MEMORY_MB)
    arrays_mb = python(_ARRAYS, source=source) / MB
    helps = [python(_COMMAND, words=["--help"])[0] for _ in range(rounds)]
    _, loads_pynwb = python(_COMMAND, words=["sessions", str(source)])
    median = {name: statistics.median(values) for name, values in taken.items()}
    against_load = {
        name: [one / load for one, load in zip(taken[name], taken["load"], strict=True)]
        for name in ("convert", "verified")
    }
    beyond = [one - start for one, start in zip(taken["tiny"], taken["pynwb"], strict=True)]
    return [
        median_figure(
            "full-size session: read, map and write, against `loadmat`", against_load["convert"], unit="x", limit=4.0,
            how=f"{median['convert']:.2f} s, `loadmat` {median['load']:.2f} s",
        ),
        median_figure(
            "the whole command, verified, against `loadmat`", against_load["verified"], unit="x", limit=9.0,
            how=f"{median['verified']:.2f} s, imports included",
        ),
        median_figure("`validate` of its file", taken["validate"], unit="s", limit=8.0, how="imports included"),
        Figure(
            name="its peak memory, all processes", value=peak_mb, unit="MB", limit=3.0 * arrays_mb + BESIDES_MB,
            how=f"{(peak_mb - BESIDES_MB) / arrays_mb:.2f}x the arrays ({arrays_mb:.0f} MB) + {BESIDES_MB:.0f} MB",
        ),
        median_figure(
            "`convert` of a tiny session, verified, beyond `import pynwb`", beyond, unit="s", limit=0.7,
            how=f"{median['tiny']:.2f} s less {median['pynwb']:.2f} s",
        ),
        median_figure("help text of the command line", helps, unit="s", limit=0.5, how="imports included"),
        Figure(name="`sessions` loads pynwb", value=float(loads_pynwb), unit="", limit=0.0, how="0 is no"),
    ]  # fmt: skip


def main() -> int:
    """Run the bench."""
    options = parser(__doc__)
    options.add_argument("--source", type=Path, help="session file; a full-size one is made up where none is given")
    options.add_argument("--rounds", type=int, default=3)
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench_session_", dir=arguments.folder) as name:
        source = arguments.source or Path(python(_MAKE, root=Path(name), full=True))
        figures = measure(source.resolve(), rounds=arguments.rounds, folder=Path(name))
    return finish(figures, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
