"""Measures `ssc-to-nwb upload` against `dandi upload`, on the same folder and the same archive on this machine.

Makes N small sessions and converts them once. Each round sends them with both programs, to an archive that has nothing
of them, then once more, with nothing new to send; the programs take turns at going first. Both validate: times are of
the whole command, processor times with those of the processes that it starts. The archive is the one of the tests, in
a process of its own. Figures are medians of the ratios of the rounds. Exit status 1 where a limit is passed.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bench_figures import finish, median_figure, parser

TESTS = Path(__file__).parents[1] / "tests" / "dandi"
DANDISET = "000123"
# What ours may take, as a multiple of what `dandi upload` takes.
LIMITS = {("first", "wall"): 1.1, ("first", "processor"): 1.0, ("nothing new", "wall"): 0.12}

_SERVER = """
import sys, time
sys.path.insert(0, {tests!r})
from dandi_server import KEY, running_archive
from dandischema.consts import DANDI_SCHEMA_VERSION
with running_archive(schema_version=DANDI_SCHEMA_VERSION) as server:
    print(server.url, KEY, flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True)
class Taken:
    """What one command took, in seconds."""

    program: str
    step: str
    wall: float
    processor: float


def main() -> int:
    """Run the bench."""
    options = parser(__doc__)
    options.add_argument("--sessions", type=int, default=60)
    options.add_argument("--rounds", type=int, default=3)
    arguments = options.parse_args()
    rounds: list[list[Taken]] = []
    with tempfile.TemporaryDirectory(prefix="bench_upload_", dir=arguments.folder) as name:
        make_output(Path(name), sessions=arguments.sessions)
        for number in range(arguments.rounds):
            rounds.append(one_round(Path(name), ours_first=number % 2 == 0))
    figures = [
        median_figure(
            f"`upload` of {arguments.sessions} small sessions against `dandi upload`, {step}: {what} time",
            [_ratio(taken, step, what) for taken in rounds],
            unit="x", limit=limit, how="validation included",
        )
        for (step, what), limit in LIMITS.items()
    ]  # fmt: skip
    return finish(figures, arguments.json)


def make_output(folder: Path, *, sessions: int) -> None:
    """Small sessions without raw files, converted to `folder/nwb`, with a dandiset.yaml that both programs take."""
    from ssc_to_nwb import convert
    from ssc_to_nwb.testing import SessionSpec, write_session

    for number in range(sessions):
        day = date(2013, 1, 1) + timedelta(days=number)
        write_session(root=folder / "source", spec=SessionSpec(date=day, seed=number), raw=False, videos=False)
    result = convert(source=folder / "source", output=folder / "nwb", raw="skip", verify="off")
    if not result.ok:
        raise RuntimeError(str(next(one.error for one in result.outcomes if one.error)))


def one_round(folder: Path, *, ours_first: bool) -> list[Taken]:
    """Both programs, each with an archive of its own and a fresh copy of the folder and of a home."""
    programs = ("ssc-to-nwb", "dandi") if ours_first else ("dandi", "ssc-to-nwb")
    taken = []
    for program in programs:
        with archive() as (address, key), tempfile.TemporaryDirectory(dir=folder) as name:
            output = Path(name) / "nwb"
            shutil.copytree(folder / "nwb", output)
            (output / "dandiset.yaml").write_text(f"identifier: DANDI:{DANDISET}\nname: made up\n")
            environment = _environment(Path(name) / "home", address=address, key=key)
            for step in ("first", "nothing new"):
                taken.append(run(program, step, output=output, address=address, environment=environment))
    return taken


@contextmanager
def archive() -> Iterator[tuple[str, str]]:
    """A running archive: its address and the owner's key."""
    script = _SERVER.format(tests=str(TESTS))
    with subprocess.Popen([sys.executable, "-c", script], stdin=-1, stdout=-1, text=True) as server:
        if server.stdin is None or server.stdout is None:
            raise RuntimeError("the archive has no pipes")
        address, key = server.stdout.readline().split()
        try:
            yield address, key
        finally:
            server.stdin.close()


def run(program: str, step: str, *, output: Path, address: str, environment: dict[str, str]) -> Taken:
    """One command that must succeed, and what it took."""
    tool = Path(sys.executable).parent / program
    commands = {
        "ssc-to-nwb": [str(tool), "upload", str(output), "--dandiset", DANDISET, "--instance", address],
        "dandi": [str(tool), "upload", "--dandi-instance", address, "--existing", "refresh", "."],
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(commands[program], cwd=output, env=environment, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(
            f"{program} upload ended with status {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(program=program, step=step, wall=wall, processor=processor)


def _environment(home: Path, *, address: str, key: str) -> dict[str, str]:
    home.mkdir()
    places = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"), str(home))
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    # The client names the variable of an archive that it does not know after its address.
    of_client = f"{address.partition('//')[2].upper()}_API_KEY"
    return {
        **kept, **places, of_client: key, "DANDI_NO_ET": "1", "DANDI_API_KEY": key, "DANDI_INSTANCE": address,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }  # fmt: skip


def _ratio(taken: list[Taken], step: str, what: str) -> float:
    ours, theirs = (
        next(float(getattr(one, what)) for one in taken if (one.program, one.step) == (program, step))
        for program in ("ssc-to-nwb", "dandi")
    )
    return ours / theirs


if __name__ == "__main__":
    sys.exit(main())
