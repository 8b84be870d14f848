"""A whole upload: plan, validate, send, compare, and prune where that was asked for and confirmed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ssc_to_nwb.archive.api_key import Redactor, find_api_key
from ssc_to_nwb.archive.client import Archive, open_archive
from ssc_to_nwb.archive.connections import cut_when_stopped
from ssc_to_nwb.archive.dandiset_file import check_dandiset_file
from ssc_to_nwb.archive.dandiset_id import parse_dandiset_id
from ssc_to_nwb.archive.failures import as_problem, is_fatal
from ssc_to_nwb.archive.http_guard import TransferStoppedError
from ssc_to_nwb.archive.instance import resolve_instance
from ssc_to_nwb.archive.library_log import library_messages_to
from ssc_to_nwb.archive.local_assets import LocalFile, LocalFiles, find_local_files
from ssc_to_nwb.archive.metadata_upload import MetadataChange, plan_metadata, send_metadata
from ssc_to_nwb.archive.plan import UploadPlan, make_plan
from ssc_to_nwb.archive.record import UploadRecord, was_interrupted
from ssc_to_nwb.archive.remote import Checksums, compare, list_remote
from ssc_to_nwb.archive.results import (
    Action,
    AssetOutcome,
    Difference,
    Progress,
    Stage,
    Status,
    UploadResult,
)
from ssc_to_nwb.archive.retry import RetryPolicy
from ssc_to_nwb.archive.scheduling import upload_in_order
from ssc_to_nwb.archive.storage import guarded_storage
from ssc_to_nwb.archive.transfer import Uploader
from ssc_to_nwb.archive.validation import Validate, require_valid
from ssc_to_nwb.archive.waits import interruptible_waits
from ssc_to_nwb.problems import archive_kinds as kinds
from ssc_to_nwb.problems.model import Problem, SscError, error

#: What a listing that cannot be read leads to, beside the errors of the connection itself.
_LISTING_ERRORS = (SscError, OSError, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadOptions:
    """What an upload is told. See `ssc_to_nwb.api.archive.upload` for each."""

    root: Path
    dandiset: str
    instance: str
    api_key_variable: str | None
    dry_run: bool
    prune: bool
    confirm_prune: Callable[[tuple[str, ...]], bool]
    allow_embargoed: bool
    with_metadata: bool
    jobs: int
    jobs_per_file: int
    record: Path
    retry: RetryPolicy
    first_contact: RetryPolicy
    validate: Validate
    on_progress: Callable[[Progress], None]
    stop: threading.Event


def run_upload(options: UploadOptions) -> UploadResult:
    """Bring a folder to a dandiset. Raises SscError for what stops the run before anything is sent."""
    identifier = parse_dandiset_id(options.dandiset)
    check_dandiset_file(options.root, identifier=identifier)
    instance = resolve_instance(options.instance)
    key = find_api_key(instance_name=instance.name, variable=options.api_key_variable)
    local_files = find_local_files(options.root)
    redact = Redactor(key)
    with ExitStack() as stack:
        record = UploadRecord(None if options.dry_run else options.record, redact=redact)
        stack.callback(record.close)
        stack.enter_context(
            library_messages_to(lambda level, message: record.add("library", level=level, message=message))
        )
        stack.enter_context(_stop_as_problem())
        stack.enter_context(interruptible_waits(options.stop))
        stack.enter_context(cut_when_stopped(options.stop))
        options.on_progress(Progress(stage=Stage.CONNECTING, note=instance.name))
        archive = stack.enter_context(
            open_archive(
                instance=instance,
                dandiset=identifier,
                key=key,
                to_upload=True,
                stop=options.stop,
                allow_embargoed=options.allow_embargoed,
                retry=options.first_contact,
            )
        )
        return _Run(options=options, archive=archive, local_files=local_files, record=record).run()


@contextmanager
def _stop_as_problem() -> Iterator[None]:
    try:
        yield
    except (KeyboardInterrupt, TransferStoppedError):
        raise error(kinds.UPLOAD_INTERRUPTED, found="stopped before anything was sent") from None


@dataclass(slots=True, kw_only=True)
class _Run:
    """One upload under way."""

    options: UploadOptions
    archive: Archive
    local_files: LocalFiles
    record: UploadRecord
    checksums: Checksums = field(default_factory=Checksums)
    outcomes: dict[str, AssetOutcome] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    only_remote: tuple[str, ...] = ()
    pruned: tuple[str, ...] = ()
    metadata: MetadataChange | None = None
    compared: bool = False
    resumed: bool = False

    def run(self) -> UploadResult:
        api_url, dandiset = self.archive.instance.api_url, self.archive.dandiset.identifier
        self.resumed = was_interrupted(self.options.record, api_url=api_url, dandiset=dandiset)
        plan = self._plan()
        self._set_outcomes(plan)
        if self.metadata is not None:
            self.problems.extend(self.metadata.replaced)
        if self.options.dry_run:
            return self._result()
        prune = self._confirmed_prune(plan)
        self._validate(plan)
        self.record.add("run-started", api=api_url, dandiset=dandiset, user=self.archive.user, files=len(plan.assets))
        try:
            self._send(plan, may_delete=prune)
            if self.options.stop.is_set():
                self.problems.append(Problem(kind=kinds.UPLOAD_INTERRUPTED))
            elif not any(is_fatal(problem) for problem in self.problems):
                self._compare()
            if self.compared and self.metadata is not None:
                send_metadata(self.metadata, self.archive)
            if prune and self.compared and not self.differences:
                self._prune(plan.only_remote)
        except (KeyboardInterrupt, TransferStoppedError):
            self.options.stop.set()
            self.problems.append(Problem(kind=kinds.UPLOAD_INTERRUPTED))
        except _LISTING_ERRORS as problem:
            failure = as_problem(problem, api_url=api_url, redact=self.archive.redact)
            self.problems.append(failure.problem)
        result = self._result()
        self.record.add("run-ended", ok=result.ok, problems=[each.kind.identifier for each in result.problems])
        return result

    def _plan(self) -> UploadPlan:
        try:
            remote_files = list_remote(self.archive.dandiset)
            plan = make_plan(
                self.local_files,
                remote_files,
                checksums=self.checksums,
                jobs=self.options.jobs,
                stop=self.options.stop,
                on_asset=lambda local: self._report(local, Stage.CHECKSUM),
                on_planned=lambda local: self._report(local, Stage.PLANNED),
            )
            if self.options.with_metadata:
                self.metadata = plan_metadata(self.options.root, self.archive)
        except _LISTING_ERRORS as problem:
            api_url = self.archive.client.api_url
            raise SscError(as_problem(problem, api_url=api_url, redact=self.archive.redact).problem) from None
        self.only_remote = plan.only_remote
        return plan

    def _set_outcomes(self, plan: UploadPlan) -> None:
        for path, planned in plan.assets.items():
            unchanged = planned.action is Action.UNCHANGED
            waiting = Status.PLANNED if self.options.dry_run else Status.NOT_TRIED
            self.outcomes[path] = AssetOutcome(
                path=path,
                size=planned.local.size,
                action=planned.action,
                status=Status.UNCHANGED if unchanged else waiting,
                checksum=self.checksums.of(planned.local) if unchanged else None,
            )

    def _confirmed_prune(self, plan: UploadPlan) -> bool:
        """Asked before anything is sent, so that nobody has to wait for it. Error: archive-prune-unconfirmed."""
        if not self.options.prune:
            return False
        # A Zarr that is sent anew may have fewer chunks than the archive's: those would go as well.
        shrinking = [each.local.path for each in plan.to_send() if each.may_shrink]
        affected = (*plan.only_remote, *(f"{path} (chunks that are not here)" for path in shrinking))
        if affected and not self.options.confirm_prune(affected):
            raise error(kinds.PRUNE_UNCONFIRMED, found=f"{len(affected)} assets concerned")
        return True

    def _validate(self, plan: UploadPlan) -> None:
        """Validate the NWB files that would be sent; error archive-not-valid, before anything is sent."""
        nwb_files = [planned.local.file for planned in plan.to_send() if planned.local.is_nwb]
        if not nwb_files:
            return
        self.options.on_progress(Progress(stage=Stage.VALIDATING, note=f"{len(nwb_files)} NWB files"))
        require_valid(nwb_files, root=self.options.root, validate=self.options.validate)

    def _send(self, plan: UploadPlan, *, may_delete: bool) -> None:
        self.archive.client.may_delete = may_delete
        bytes_total = sum(planned.local.size for planned in plan.to_send())
        self.options.on_progress(Progress(stage=Stage.UPLOADING, bytes_total=bytes_total))
        groups = self.local_files.groups(planned.local.path for planned in plan.to_send())
        with guarded_storage(self.options.stop) as set_transfer:
            uploader = Uploader(
                archive=self.archive,
                checksums=self.checksums,
                record=self.record,
                retry=self.options.retry,
                parts_at_once=self.options.jobs_per_file,
                stop=self.options.stop,
                set_transfer=set_transfer,
                on_progress=self.options.on_progress,
            )
            planned = [[plan.assets[local.path] for local in group] for group in groups]
            for outcome in upload_in_order(planned, uploader.upload, jobs=self.options.jobs, stop=self.options.stop):
                self.outcomes[outcome.path] = outcome
                self._add_problem(outcome.problem)

    def _add_problem(self, problem: Problem | None) -> None:
        """One that is not about the file at hand is told once, whichever files met it."""
        if problem is not None and is_fatal(problem):
            problem = replace(problem, file=None)
            if any(problem.kind is other.kind for other in self.problems):
                return
        if problem is not None:
            self.problems.append(problem)

    def _compare(self) -> None:
        self.options.on_progress(Progress(stage=Stage.COMPARING))
        remote_files = list_remote(self.archive.dandiset)
        self.differences = compare(
            self.local_files.assets,
            remote_files,
            checksums=self.checksums,
            jobs=self.options.jobs,
            stop=self.options.stop,
            on_compared=lambda local: self._report(local, Stage.COMPARING),
        )
        self.compared = True
        here = {local.path for local in self.local_files.assets}
        self.only_remote = tuple(sorted(set(remote_files) - here))
        if self.differences:
            found = f"{len(self.differences)} of {len(here)} files differ"
            self.problems.append(Problem(kind=kinds.LISTING_DIFFERS, found=found))

    def _prune(self, confirmed: tuple[str, ...]) -> None:
        """Remove from the draft what was confirmed and still is only there."""
        remote_files = list_remote(self.archive.dandiset)
        for path in sorted(set(confirmed) & set(self.only_remote)):
            self.options.on_progress(Progress(stage=Stage.PRUNING, path=path))
            remote_files[path].asset.delete()
            self.pruned = (*self.pruned, path)
            self.record.add("pruned", path=path, asset=remote_files[path].asset.identifier)
        self.only_remote = tuple(path for path in self.only_remote if path not in self.pruned)

    def _report(self, local: LocalFile, stage: Stage) -> None:
        self.options.on_progress(Progress(stage=stage, path=local.path, bytes_total=local.size))

    def _result(self) -> UploadResult:
        problems = list(self.problems)
        if self.only_remote:
            problems.append(Problem(kind=kinds.ONLY_REMOTE, found=f"{len(self.only_remote)} assets"))
        return UploadResult(
            instance=self.archive.instance.api_url,
            dandiset=self.archive.dandiset.identifier,
            user=self.archive.user,
            dry_run=self.options.dry_run,
            outcomes=tuple(self.outcomes[path] for path in sorted(self.outcomes)),
            differences=self.differences,
            only_remote=self.only_remote,
            pruned=self.pruned,
            not_assets=self.local_files.not_assets,
            metadata_fields=self.metadata.fields if self.metadata is not None else (),
            compared=self.compared,
            resumed=self.resumed,
            problems=tuple(problems),
            record=self.record.path,
        )
