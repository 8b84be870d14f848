"""A whole upload: plan, prepare and send, compare, and prune where that was asked for and confirmed."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import requests
from dandi.files import LocalFileAsset

from ssc_to_nwb.dandi.api_key import Redactor, find_api_key
from ssc_to_nwb.dandi.assets import (
    LocalFiles,
    PlannedAsset,
    compare,
    find_local_files,
    list_remote,
    local_checksum,
    make_plan,
    sessions_to_send,
)
from ssc_to_nwb.dandi.client import Archive, client_messages_to, open_archive
from ssc_to_nwb.dandi.dandiset_file import check_dandiset_file
from ssc_to_nwb.dandi.draft import MetadataChange, draft_state, plan_metadata
from ssc_to_nwb.dandi.failures import is_fatal
from ssc_to_nwb.dandi.instance import parse_dandiset_id, resolve_instance
from ssc_to_nwb.dandi.parts import Room, light_collections, part_size
from ssc_to_nwb.dandi.prepare import begin_preparing, preparation
from ssc_to_nwb.dandi.results import AssetOutcome, Stage, Status, UploadRecord, UploadResult, report, was_interrupted
from ssc_to_nwb.dandi.send import Sender, outcome_of, upload_sessions
from ssc_to_nwb.options.archive import UploadRequest
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, SscError, error
from ssc_to_nwb.quantities import plural

#: What the parts of all files together may take in memory: 4 of the usual 64 MiB.
_ROOM = 256 << 20
#: What a listing that cannot be read leads to, beside the errors of the connection itself.
_LISTING_ERRORS = (SscError, requests.RequestException, OSError, ValueError, KeyError, TypeError)


def run_upload(options: UploadRequest, *, record_path: Path) -> UploadResult:
    """Bring a folder to a dandiset. Raises SscError for what stops the run before anything is sent."""
    identifier, root = parse_dandiset_id(options.dandiset), Path(options.output)
    instance = resolve_instance(options.instance)
    local_files = find_local_files(root)
    check_dandiset_file(root, identifier=identifier)
    key = find_api_key(instance_name=instance.name, variable=options.api_key_variable)
    with ExitStack() as stack:
        record = UploadRecord(None if options.dry_run else record_path, redact=Redactor(key))
        stack.callback(record.close)
        stack.enter_context(
            client_messages_to(lambda level, message: record.add("library", level=level, message=message))
        )
        report(options, "connecting", note=instance.name)
        archive = stack.enter_context(open_archive(options, instance=instance, key=key))
        return _Run(
            options=options, archive=archive, local_files=local_files, record=record, record_path=record_path
        ).run()


@dataclass(slots=True, kw_only=True)
class _Run:
    """One upload under way. result: as far as it has come; outcomes, problems: what there is of these so far."""

    options: UploadRequest
    archive: Archive
    local_files: LocalFiles
    record: UploadRecord
    record_path: Path
    result: UploadResult = field(init=False)
    outcomes: dict[str, AssetOutcome] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    metadata: MetadataChange | None = None

    def run(self) -> UploadResult:
        options, identifier = self.options, self.archive.dandiset.identifier
        api_url = self.archive.client.api_url
        self.result = UploadResult(
            instance=api_url,
            dandiset=identifier,
            user=self.archive.user,
            dry_run=options.dry_run,
            not_assets=self.local_files.not_assets,
            stores=self.local_files.stores,
            resumed=was_interrupted(self.record_path, api_url=api_url, dandiset=identifier),
            record=self.record.path,
        )
        plan = self._plan()
        self._note_warnings(plan)
        if options.dry_run:
            return self._whole_result()
        to_remove = self._confirmed_prune()
        self.record.add("run-started", api=api_url, dandiset=identifier, user=self.archive.user, files=len(plan))
        try:
            self._send(plan)
            if options.stop.is_set():
                raise KeyboardInterrupt
            if not any(is_fatal(problem) for problem in self.problems):
                self._compare()
                self._finish(to_remove)
        except KeyboardInterrupt:
            options.stop.set()
            self.problems.append(Problem(kind=kinds.ARCHIVE_INTERRUPTED))
        except _LISTING_ERRORS as problem:
            self.problems.append(self.archive.failure(problem).problem)
        result = self._whole_result()
        self.record.add("run-ended", ok=result.ok, problems=[each.kind.identifier for each in result.problems])
        return result

    def _note(self, **facts: Any) -> None:
        """Take up what is known now. facts: fields of the result."""
        self.result = replace(self.result, **facts)

    def _whole_result(self) -> UploadResult:
        problems = list(self.problems)
        if self.result.only_remote:
            problems.append(Problem(kind=kinds.ARCHIVE_ONLY_REMOTE, found=f"{len(self.result.only_remote)} assets"))
        outcomes = tuple(self.outcomes[path] for path in sorted(self.outcomes))
        return replace(self.result, outcomes=outcomes, problems=tuple(problems))

    def _plan(self) -> dict[str, PlannedAsset]:
        try:
            remote_files = list_remote(self.archive.dandiset)
            plan = make_plan(self.local_files.assets, remote_files, jobs=self.options.jobs, report=self._report)
            if self.options.with_metadata:
                self.metadata = plan_metadata(Path(self.options.output), self.archive.dandiset)
                self._note(metadata_fields=self.metadata.fields)
        except _LISTING_ERRORS as problem:
            raise SscError(self.archive.failure(problem).problem) from None
        self._note(only_remote=tuple(sorted(set(remote_files) - set(plan))))
        waiting: Status = "planned" if self.options.dry_run else "not tried"
        for path, planned in plan.items():
            unchanged = planned.action == "unchanged"
            checksum = local_checksum(planned.local) if unchanged else None
            self.outcomes[path] = outcome_of(planned, status="unchanged" if unchanged else waiting, checksum=checksum)
        return plan

    def _note_warnings(self, plan: dict[str, PlannedAsset]) -> None:
        """What does not stop the upload and is to be known."""
        self.problems.extend(self.archive.warnings)
        self.problems.extend(Problem(kind=kinds.ARCHIVE_ZARR_LEFT_OUT, file=path) for path in self.local_files.stores)
        if self.metadata is not None:
            self.problems.extend(self.metadata.replaced)
        unseen = [each for each in _to_send(plan) if each.is_nwb]
        if self.options.validation == "skip" and unseen:
            self.problems.append(Problem(kind=kinds.ARCHIVE_NOT_VALIDATED, found=plural(len(unseen), "NWB file")))

    def _confirmed_prune(self) -> frozenset[str]:
        """What is to be removed; asked before anything is sent, so that nobody has to wait for the question.

        Error: archive-prune-unconfirmed.
        """
        only_remote = self.result.only_remote
        if not self.options.prune or not only_remote:
            return frozenset()
        if self.options.confirm_prune is None or not self.options.confirm_prune(only_remote):
            raise error(kinds.ARCHIVE_PRUNE_UNCONFIRMED, found=f"{len(only_remote)} assets concerned")
        return frozenset(only_remote)

    def _send(self, plan: dict[str, PlannedAsset]) -> None:
        options, to_send = self.options, _to_send(plan)
        files = sum(planned.is_nwb for planned in to_send)
        if files and options.validation == "require":
            report(options, "validating", note=plural(files, "NWB file"))
        report(options, "uploading", total=sum(planned.size for planned in to_send))
        largest = max((planned.size for planned in to_send), default=1)
        room = Room(max(_ROOM, part_size(largest) * options.jobs_per_file))
        sender = Sender(archive=self.archive, options=options, record=self.record, room=room)
        with light_collections(), preparation(options.workers, files=files) as pool:
            for outcome in upload_sessions(
                sessions_to_send(plan),
                prepare=lambda planned: begin_preparing(pool, planned.local, options.validation),
                send=sender.send,
                jobs=options.jobs,
                stop=options.stop,
            ):
                self.outcomes[outcome.path] = outcome
                self._add_problem(outcome.problem)

    def _add_problem(self, problem: Problem | None) -> None:
        """One that is not about the file at hand is named once, whichever files met it."""
        if problem is not None and is_fatal(problem):
            problem = replace(problem, file=None)
            if any(problem.kind == other.kind for other in self.problems):
                return
        if problem is not None:
            self.problems.append(problem)

    def _compare(self) -> None:
        report(self.options, "comparing")
        here, remote_files = self.local_files.assets, list_remote(self.archive.dandiset)
        differences = compare(here, remote_files, jobs=self.options.jobs, report=self._report)
        only_remote = tuple(sorted(set(remote_files) - {local.path for local in here}))
        self._note(differences=differences, compared=True, only_remote=only_remote)
        if differences:
            found = f"{len(differences)} of {len(here)} files differ"
            self.problems.append(Problem(kind=kinds.ARCHIVE_LISTING_DIFFERS, found=found))

    def _finish(self, to_remove: frozenset[str]) -> None:
        """What comes after the comparison: metadata, what is to be removed, and the archive's word on the draft."""
        if self.metadata is not None and self.metadata.fields:
            self.archive.dandiset.set_raw_metadata(dict(self.metadata.metadata))
        if to_remove and not self.result.differences:
            self._prune(to_remove)
        self._note(draft=draft_state(self.archive.dandiset, stop=self.options.stop))

    def _prune(self, confirmed: frozenset[str]) -> None:
        """Remove from the draft what was confirmed and still is only there."""
        remote_files = list_remote(self.archive.dandiset)
        for path in sorted(confirmed & set(self.result.only_remote) & set(remote_files)):
            report(self.options, "pruning", path=path)
            remote_files[path].delete()
            left = tuple(other for other in self.result.only_remote if other != path)
            self._note(pruned=(*self.result.pruned, path), only_remote=left)
            self.record.add("pruned", path=path, asset=remote_files[path].identifier)

    def _report(self, local: LocalFileAsset, stage: Stage) -> None:
        report(self.options, stage, path=local.path, total=local.size)


def _to_send(plan: dict[str, PlannedAsset]) -> list[PlannedAsset]:
    """The assets that are new or replaced, by path."""
    return [planned for planned in plan.values() if planned.action != "unchanged"]
