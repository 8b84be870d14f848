"""What the functions of this package return, what they report while they work, and the record of uploads.

What decides whether an asset is sent is always the archive's own listing and the checksum of the local file; the
record, a JSON line per event, says what was tried when, with what outcome, and whether the last run came to its end.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from ssc_to_nwb.dandi.api_key import Redactor
from ssc_to_nwb.json_lines import AsJson, JsonLines, read_json_lines
from ssc_to_nwb.options.archive import ArchiveRequest
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, Severity, error

if TYPE_CHECKING:
    from dandi.dandiapi import RemoteAsset
    from dandi.files import LocalFileAsset

    from ssc_to_nwb.dandi.assets import PlannedAsset

#: What an upload does (or, in a dry run, would do) with a local asset.
Action = Literal["new", "replaced", "unchanged"]
#: What became of an asset.
Status = Literal["planned", "uploaded", "unchanged", "failed", "not tried"]
#: Where a run, or one asset of it, has got to.
Stage = Literal[
    "connecting", "checksum", "planned", "validating", "uploading", "waiting", "comparing", "pruning", "downloading",
    "done", "failed",
]  # fmt: skip
#: How the archive's listing differs from a local file.
DifferenceKind = Literal["missing", "size", "checksum"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferProgress:
    """One step: of the asset at `path`, or of the whole run where path is None. Sizes in bytes."""

    stage: Stage
    path: str | None = None
    bytes_done: int = 0
    bytes_total: int = 0
    note: str = ""


def report(
    options: ArchiveRequest,
    stage: Stage,
    asset: LocalFileAsset | RemoteAsset | PlannedAsset | None = None,
    *,
    done: int = 0,
    total: int = 0,
    note: str = "",
) -> None:
    """Say to who wants to know it how far the run is, or one asset of it; done, total: bytes, those of the asset."""
    if options.on_progress is None:
        return
    path = None if asset is None else asset.path
    total = total if asset is None else asset.size
    options.on_progress(TransferProgress(stage=stage, path=path, bytes_done=done, bytes_total=total, note=note))


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetOutcome:
    """What became of one local asset. size in bytes; bytes_sent: what was sent for it; attempts: tries of the whole."""

    path: str
    size: int
    action: Action
    status: Status
    attempts: int = 0
    bytes_sent: int = 0
    seconds: float = 0.0
    checksum: str | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One local file that the archive does not hold as it is here."""

    path: str
    kind: DifferenceKind
    local: str
    remote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftState:
    """What the archive's own validation says of the draft: its status (Valid, Invalid, Pending...) and complaints.

    errors: what keeps it from being published, one line for each.
    """

    status: str
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadResult(AsJson):
    """The outcome of an upload.

    only_remote: paths that the dandiset holds and the folder does not; pruned: those of them that were removed;
    not_assets: local files that the archive does not take; stores: Zarr folders, which are left out; metadata_fields:
    fields of the draft's metadata that differ from dandiset.yaml's and are set where that was asked for; compared:
    whether the listing was compared afterwards; resumed: whether an earlier run on the same folder and dandiset had
    not come to its end; draft: what the archive says of the draft, None where it was not asked.
    """

    instance: str
    dandiset: str
    user: str
    dry_run: bool
    outcomes: tuple[AssetOutcome, ...] = ()
    differences: tuple[Difference, ...] = ()
    only_remote: tuple[str, ...] = ()
    pruned: tuple[str, ...] = ()
    not_assets: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    metadata_fields: tuple[str, ...] = ()
    compared: bool = False
    resumed: bool = False
    draft: DraftState | None = None
    problems: tuple[Problem, ...] = ()
    record: Path | None = None

    @property
    def ok(self) -> bool:
        """True when the archive holds every local asset as it is here (dry run: when there is no obstacle)."""
        failed = any(outcome.status in ("failed", "not tried") for outcome in self.outcomes)
        errors = any(problem.severity is Severity.ERROR for problem in self.problems)
        return not failed and not errors and not self.differences and (self.compared or self.dry_run)

    def bytes_by_action(self) -> dict[Action, tuple[int, int]]:
        """For each action, the number of assets and of bytes."""
        sizes = {action: [each.size for each in self.outcomes if each.action == action] for action in get_args(Action)}
        return {action: (len(of_action), sum(of_action)) for action, of_action in sizes.items()}

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        values = AsJson.as_dict(self)
        totals = {action: {"assets": n, "bytes": size} for action, (n, size) in self.bytes_by_action().items()}
        return {"assets": values.pop("outcomes"), "totals": totals, **values}


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadCheckResult(AsJson):
    """One asset fetched back and compared byte for byte. first_difference: offset in bytes, or None where equal."""

    instance: str
    dandiset: str
    path: str
    size: int
    bytes_compared: int
    first_difference: int | None
    seconds: float
    problem: Problem | None

    @property
    def ok(self) -> bool:
        """True when every byte was the same."""
        return self.problem is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """A field that no source fills: its name in the dandiset's metadata, what belongs there, who asks for it."""

    field: str
    what: str
    needed_to_publish: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DandisetResult(AsJson):
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
        values = AsJson.as_dict(self)
        return {"to_fill_in": values.pop("blanks"), **values}


Note = Callable[..., None]


@contextmanager
def upload_record(path: Path | None, *, redact: Redactor) -> Iterator[Note]:
    """A function that appends an event with its fields to the record at `path`, from several threads; None: to none.

    Error, also of the function: archive-record-unwritable.
    """
    if path is None:
        yield lambda _event, **_fields: None
        return
    with _unwritable_named(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # It names people and addresses: for its owner alone.
        path.touch(mode=0o600)
        opened = JsonLines(path, redact=redact)
    run = uuid.uuid4().hex[:12]

    def note(event: str, **fields: Any) -> None:
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        with _unwritable_named(path):
            lines.append({"time": time, "run": run, "event": event, **fields})

    with opened as lines:
        yield note


@contextmanager
def _unwritable_named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise error(kinds.ARCHIVE_RECORD_UNWRITABLE, file=path, detail=problem.strerror or problem) from None


def was_interrupted(path: Path, *, api_url: str, dandiset: str) -> bool:
    """True where the last run to this dandiset did not end with everything there."""
    complete: dict[str, bool] = {}
    for event in read_json_lines(path):
        run, name = str(event.get("run")), event.get("event")
        if name == "run-started" and (event.get("api"), event.get("dandiset")) == (api_url, dandiset):
            complete[run] = False
        elif name == "run-ended" and run in complete:
            complete[run] = bool(event.get("ok"))
    return bool(complete) and not list(complete.values())[-1]
