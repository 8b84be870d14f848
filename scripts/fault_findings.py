"""What is found in outputs after kills: counts by kind of kill, and the table of them for the documentation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- faults:begin -->", "<!-- faults:end -->"


@dataclass(kw_only=True)
class Findings:
    """What was found after kills of one kind."""

    kind: str
    kills: int = 0
    killed_at: Counter[str] = field(default_factory=Counter)
    reruns: int = 0
    sessions: int = 0
    whole: int = 0
    stray_files: int = 0
    done_twice: int = 0

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form; `dataclasses.asdict` can't copy a Counter."""
        return {**vars(self), "killed_at": dict(self.killed_at), "ok": self.ok}

    @property
    def ok(self) -> bool:
        """Whether all is as it should be."""
        return self.whole == self.sessions and not self.stray_files and not self.done_twice


def examine(output: Path, findings: Findings, *, digests: Mapping[str, str]) -> None:
    """Count what is whole and verified, what is stray, and what was done more than once.

    digests: of the content that each session has where nothing is killed.
    """
    from ssc_to_nwb import naming
    from ssc_to_nwb.json_lines import read_json_lines
    from ssc_to_nwb.run.record import Done

    done: dict[str, list[Done]] = {}
    for line in read_json_lines(output / ".ssc-to-nwb" / "record.jsonl"):
        found = Done.from_line(line, output)
        if found is not None:
            done.setdefault(line["session"], []).append(found)
    findings.sessions += len(digests)
    for session, digest in digests.items():
        attempts = done.get(session, [])
        findings.done_twice += max(0, len(attempts) - 1)
        findings.whole += bool(attempts) and _is_whole(attempts[-1], digest)
    findings.stray_files += len(list(output.rglob(naming.in_progress_pattern())))
    findings.stray_files += len(list((output / ".ssc-to-nwb").glob("run.json")))
    findings.stray_files += len(list(work_folder(output).glob("*")))
    findings.stray_files += len([path for path in output.glob("sub-*/*") if path.suffix != ".nwb"])
    findings.stray_files += len(list(output.glob("sub-*/*.nwb"))) - len(done)


def work_folder(output: Path) -> Path:
    """Where runs unpack packed sessions that are not to do it in the output."""
    return output.with_name(f"{output.name}_work")


def _is_whole(done: Any, digest: str) -> bool:
    """Whether the file is as the record has it, was verified in full, and holds what it should to the last value."""
    from ssc_to_nwb.proof.digest import content_digest
    from ssc_to_nwb.run.record import state_of_output

    if done.verified != "full" or state_of_output(done.output) != done.state:
        return False
    return content_digest(done.output, workers=1, memory_mb=64.0) == done.digest == digest


def table(findings: list[Findings]) -> str:
    """The findings as a Markdown table, with a line of sums."""
    rows = [
        "| SIGKILL of | kills | runs | sessions | whole and verified | stray files | done twice |",
        "| --- | --: | --: | --: | --: | --: | --: |",
    ]
    for one in findings:
        numbers = (one.kills, one.reruns, one.sessions, one.whole, one.stray_files, one.done_twice)
        rows.append(f"| {one.kind} | " + " | ".join(map(str, numbers)) + " |")
    names = ("kills", "reruns", "sessions", "whole", "stray_files", "done_twice")
    sums = (str(sum(getattr(one, name) for one in findings)) for name in names)
    rows.append("| all | " + " | ".join(sums) + " |")
    return "\n".join(rows)


def with_table(text: str, findings: list[Findings], remark: str) -> str:
    """The page with a new table between its markers. Raises ValueError where it has none."""
    if BEGIN not in text or END not in text:
        raise ValueError(f"the page has no {BEGIN} and {END}")
    before, rest = text.split(BEGIN, 1)
    return f"{before}{BEGIN}\n{table(findings)}\n\n{remark}\n{END}{rest.split(END, 1)[1]}"
