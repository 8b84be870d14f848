"""What a verification found."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ssc_to_nwb.problems.model import Problem

VerifyMode = Literal["full", "sample", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """What came of comparing one NWB file with its source.

    objects: number of values compared, by path of the object in the file; leaves: number of source fields proven;
    frames: of the imaging stacks compared, and frames_total: those there are (pages of either channel count one);
    value_digests: SHA-256 of the values of data sets of frames, for a digest of the content; digest: that of the whole
    content, where it was asked for and nothing differs; left_out: problems beyond the number shown.
    """

    file: Path
    mode: VerifyMode
    problems: tuple[Problem, ...] = ()
    left_out: int = 0
    objects: dict[str, int] = field(default_factory=dict)
    leaves: int = 0
    frames: int = 0
    frames_total: int = 0
    seconds: float = 0.0
    value_digests: dict[str, str] = field(default_factory=dict)
    digest: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the file was compared and nothing differed."""
        return not self.problems and self.mode != "off"

    @property
    def values(self) -> int:
        """Number of values compared."""
        return sum(self.objects.values())

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form; objects in short."""
        return {
            "file": str(self.file),
            "mode": self.mode,
            "ok": self.ok,
            "problems": [problem.as_dict() for problem in self.problems],
            "problems_left_out": self.left_out,
            "objects": len(self.objects),
            "values": self.values,
            "leaves": self.leaves,
            "frames": self.frames,
            "frames_total": self.frames_total,
            "seconds": round(self.seconds, 3),
        }
