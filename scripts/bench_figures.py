"""What the benches share: a figure beside its limit, measurements in processes of their own, one table of all figures.

    python scripts/bench_session.py --json session.json
    python scripts/bench_growth.py --json growth.json
    python scripts/bench_figures.py session.json growth.json --into docs/explanation/speed.md

The last command prints the figures of all files as one table. With --into it replaces the table of a page with it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MB = 1e6
BEGIN, END = "<!-- speed:begin -->", "<!-- speed:end -->"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What was measured, and the limit that it is held to."""

    name: str
    value: float
    unit: str
    limit: float
    at_least: bool = False
    how: str = ""

    @property
    def met(self) -> bool:
        """Whether the limit is kept."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def row(self) -> str:
        """A row of the table."""
        limit = f"at {'least' if self.at_least else 'most'} {self._number(self.limit)}"
        return (
            f"| {self.name} | {self._number(self.value)} | {limit} | {'yes' if self.met else '**no**'} | {self.how} |"
        )

    def _number(self, value: float) -> str:
        text = f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2f}"
        return f"{text}x" if self.unit == "x" else f"{text} {self.unit}".rstrip()


def median_figure(name: str, values: Sequence[float], **fields: Any) -> Figure:
    """The median of the rounds, with their number and range at the end of how it was taken."""
    spread = f"{min(values):.2f} to {max(values):.2f} in {len(values)} rounds"
    how = "; ".join(text for text in (fields.pop("how", ""), spread) if text)
    return Figure(name=name, value=statistics.median(values), how=how, **fields)


def python(code: str, **places: object) -> Any:
    """The last line that a fresh Python prints when it runs `code`, read as JSON.

    `places` are put into the code as literals, paths as texts.
    """
    literals = {name: repr(str(value) if isinstance(value, Path) else value) for name, value in places.items()}
    script = "import json, time\nfrom pathlib import Path\n" + code.format(**literals)
    # What the benches measure with lies beside them.
    paths = os.pathsep.join(filter(None, (str(Path(__file__).parent), os.environ.get("PYTHONPATH"))))
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"a measurement failed:\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def convert_command(source: Path, output: Path, *options: str) -> list[str]:
    """The command line of a conversion with two threads."""
    command = [sys.executable, "-m", "ssc_to_nwb", "convert", str(source), str(output), "--quiet"]
    return [*command, "--workers", "2", *options]


def convert_seconds(source: Path, output: Path, *options: str) -> float:
    """Seconds of a run of the command line that must succeed, from its start to its end."""
    start = time.perf_counter()
    subprocess.run(convert_command(source, output, *options), check=True)
    return time.perf_counter() - start


def convert_peak_mb(source: Path, output: Path, *options: str, memory_mb: float) -> float:
    """The largest memory of a run of the command line, in 10^6 bytes: of all its processes together.

    Pages that several processes share are counted once (PSS, on Linux), elsewhere once for each.
    """
    import psutil

    def of(process: psutil.Process) -> float:
        try:
            info = process.memory_full_info()
        except psutil.Error:
            return 0.0
        return float(getattr(info, "pss", 0) or info.rss)

    run = subprocess.Popen(convert_command(source, output, "--memory-mb", str(memory_mb), *options))
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
    return peak / MB


def say(text: str) -> None:
    """Say what is going on, beside the table."""
    print(text, file=sys.stderr, flush=True)


def parser(documentation: str) -> argparse.ArgumentParser:
    """The options that all benches have."""
    made = argparse.ArgumentParser(description=documentation, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--json", type=Path, help="write the figures to this file")
    made.add_argument("--folder", type=Path, help="work below this folder (default: the system's temporary one)")
    return made


def finish(figures: Iterable[Figure], to: Path | None) -> int:
    """Print the table and write the figures; returns the exit status, 1 where a limit is not met."""
    figures = list(figures)
    load = f"load {os.getloadavg()[1]:.1f}" if hasattr(os, "getloadavg") else ""
    machine = f"{_processor()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    print(f"{machine}, {load}\n\n{table(figures)}")
    if to is not None:
        content = {"machine": machine, "load": load, "figures": [asdict(figure) for figure in figures]}
        to.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return 0 if all(figure.met for figure in figures) else 1


def table(figures: Iterable[Figure]) -> str:
    """The figures as a table in Markdown."""
    return "\n".join(["| figure | measured | limit | met | how |", "| --- | --- | --- | --- | --- |", *(
        figure.row() for figure in figures
    )])  # fmt: skip


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def main() -> None:
    """One table of the figures of several benches."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("files", nargs="+", type=Path, help="what the benches wrote with --json")
    made.add_argument("--into", type=Path, help="page whose table is replaced")
    arguments = made.parse_args()
    read = [json.loads(path.read_text(encoding="utf-8")) for path in arguments.files]
    machines = dict.fromkeys(one["machine"] for one in read)
    text = f"{'; '.join(machines)}.\n\n{table(Figure(**figure) for one in read for figure in one['figures'])}"
    print(text)
    if arguments.into is not None:
        before, _, rest = arguments.into.read_text(encoding="utf-8").partition(BEGIN)
        _, end, after = rest.partition(END)
        if not end:
            sys.exit(f"{arguments.into} has no {BEGIN} and {END}")
        arguments.into.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
