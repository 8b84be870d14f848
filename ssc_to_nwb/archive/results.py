"""What the archive functions return, and what they report while they work."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from ssc_to_nwb.problems.model import Problem


class Action(StrEnum):
    """What an upload does (or, in a dry run, would do) with a local asset."""

    NEW = "new"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


class Status(StrEnum):
    """What became of an asset."""

    PLANNED = "planned"
    UPLOADED = "uploaded"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    NOT_TRIED = "not tried"


class Stage(StrEnum):
    """Where a run, or one asset of it, has got to."""

    CONNECTING = "connecting"
    CHECKSUM = "checksum"
    PLANNED = "planned"
    VALIDATING = "validating"
    UPLOADING = "uploading"
    WAITING = "waiting"
    COMPARING = "comparing"
    PRUNING = "pruning"
    DOWNLOADING = "downloading"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One step: of the asset at `path`, or of the whole run where path is None. Sizes in bytes."""

    stage: Stage
    path: str | None = None
    bytes_done: int = 0
    bytes_total: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetOutcome:
    """What became of one local asset. size in bytes, attempts as tries of the whole asset."""

    path: str
    size: int
    action: Action
    status: Status
    attempts: int = 0
    seconds: float = 0.0
    checksum: str | None = None
    problem: Problem | None = None


class DifferenceKind(StrEnum):
    """How the archive's listing differs from a local file."""

    MISSING = "missing"
    SIZE = "size"
    CHECKSUM = "checksum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One local file that the archive does not hold as it is here."""

    path: str
    kind: DifferenceKind
    local: str
    remote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadResult:
    """The outcome of an upload.

    only_remote: paths that the dandiset holds and the folder does not; pruned: those of them that were removed;
    not_assets: local files that the archive does not take; metadata_fields: fields of the draft's metadata that differ
    from dandiset.yaml's and are set where that was asked for; compared: whether the listing was compared afterwards;
    resumed: whether an earlier run on the same folder and dandiset had not come to its end.
    """

    instance: str
    dandiset: str
    user: str
    dry_run: bool
    outcomes: tuple[AssetOutcome, ...]
    differences: tuple[Difference, ...]
    only_remote: tuple[str, ...]
    pruned: tuple[str, ...]
    not_assets: tuple[str, ...]
    metadata_fields: tuple[str, ...]
    compared: bool
    resumed: bool
    problems: tuple[Problem, ...]
    record: Path | None

    @property
    def ok(self) -> bool:
        """True when the archive holds every local asset as it is here (dry run: when nothing stands in the way)."""
        failed = any(outcome.status in (Status.FAILED, Status.NOT_TRIED) for outcome in self.outcomes)
        errors = any(problem.kind.severity.value == "error" for problem in self.problems)
        return not failed and not errors and not self.differences and (self.compared or self.dry_run)

    def bytes_by_action(self) -> dict[Action, tuple[int, int]]:
        """For each action, the number of assets and of bytes."""
        totals = {}
        for action in Action:
            sizes = [outcome.size for outcome in self.outcomes if outcome.action is action]
            totals[action] = (len(sizes), sum(sizes))
        return totals

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "ok": self.ok,
            "instance": self.instance,
            "dandiset": self.dandiset,
            "user": self.user,
            "dry_run": self.dry_run,
            "assets": [_outcome_as_dict(outcome) for outcome in self.outcomes],
            "totals": {
                action.value: {"assets": count, "bytes": size}
                for action, (count, size) in self.bytes_by_action().items()
            },
            "differences": [{**asdict(each), "kind": each.kind.value} for each in self.differences],
            "only_remote": list(self.only_remote),
            "pruned": list(self.pruned),
            "not_assets": list(self.not_assets),
            "metadata_fields": list(self.metadata_fields),
            "compared": self.compared,
            "resumed": self.resumed,
            "problems": [problem.as_dict() for problem in self.problems],
            "record": str(self.record) if self.record is not None else None,
        }


def _outcome_as_dict(outcome: AssetOutcome) -> dict[str, Any]:
    return {
        "path": outcome.path,
        "size": outcome.size,
        "action": outcome.action.value,
        "status": outcome.status.value,
        "attempts": outcome.attempts,
        "seconds": round(outcome.seconds, 3),
        "checksum": outcome.checksum,
        "problem": outcome.problem.as_dict() if outcome.problem is not None else None,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadCheckResult:
    """One asset fetched back and compared byte for byte. first_difference: offset in bytes, or None where equal."""

    instance: str
    dandiset: str
    path: str
    size: int
    bytes_compared: int
    first_difference: int | None
    kept: Path | None
    seconds: float
    problem: Problem | None

    @property
    def ok(self) -> bool:
        """True when every byte was the same."""
        return self.problem is None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "ok": self.ok,
            "instance": self.instance,
            "dandiset": self.dandiset,
            "path": self.path,
            "size": self.size,
            "bytes_compared": self.bytes_compared,
            "first_difference": self.first_difference,
            "kept": str(self.kept) if self.kept is not None else None,
            "seconds": round(self.seconds, 3),
            "problem": self.problem.as_dict() if self.problem is not None else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DandisetResult:
    """The outcome of writing dandiset.yaml.

    blanks: fields that a person has to fill in, and whether publishing needs them; malformed: what the schema refuses
    in a draft; publishable: whether the archive would publish a dandiset with this metadata.
    """

    path: Path
    changed: bool
    blanks: tuple[Blank, ...]
    malformed: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    publishable: bool

    @property
    def ok(self) -> bool:
        """True when the archive can store the metadata as a draft."""
        return not self.malformed

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "ok": self.ok,
            "path": str(self.path),
            "changed": self.changed,
            "publishable": self.publishable,
            "to_fill_in": [asdict(blank) for blank in self.blanks],
            "malformed": [problem.as_dict() for problem in self.malformed],
            "warnings": [problem.as_dict() for problem in self.warnings],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """A field that no source fills: its name in the dandiset's metadata, what belongs there, who asks for it."""

    field: str
    what: str
    needed_to_publish: bool
