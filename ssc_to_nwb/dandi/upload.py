"""A whole upload: plan, prepare and send, compare, and prune where that was asked for and confirmed."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import requests

from ssc_to_nwb.dandi.api_key import Redactor, find_api_key
from ssc_to_nwb.dandi.assets import Checksums, LocalFile, LocalFiles, find_local_files
from ssc_to_nwb.dandi.client import Archive, client_messages_to, open_archive
from ssc_to_nwb.dandi.dandiset_file import check_dandiset_file
from ssc_to_nwb.dandi.draft import MetadataChange, draft_state, plan_metadata
from ssc_to_nwb.dandi.failures import is_fatal
from ssc_to_nwb.dandi.instance import parse_dandiset_id, resolve_instance
from ssc_to_nwb.dandi.listing import PlannedAsset, compare, list_remote, make_plan
from ssc_to_nwb.dandi.options import UploadOptions
from ssc_to_nwb.dandi.parts import Room, light_collections, part_size
from ssc_to_nwb.dandi.prepare import preparation, prepare
from ssc_to_nwb.dandi.record import UploadRecord, was_interrupted
from ssc_to_nwb.dandi.results import (
    AssetOutcome,
    Difference,
    DraftState,
    Stage,
    Status,
    UploadResult,
)
from ssc_to_nwb.dandi.send import Sender, upload_sessions
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, SscError, error
from ssc_to_nwb.quantities import plural

#: What the parts of all files together may take in memory: 4 of the usual 64 MiB.
_ROOM = 256 << 20
#: What a listing that cannot be read leads to, beside the errors of the connection itself.
_LISTING_ERRORS = (SscError, requests.RequestException, OSError, ValueError, KeyError, TypeError)


def run_upload(options: UploadOptions) -> UploadResult:
    """Bring a folder to a dandiset. Raises SscError for what stops the run before anything is sent."""
    identifier = parse_dandiset_id(options.dandiset)
    check_dandiset_file(options.root, identifier=identifier)
    instance = resolve_instance(options.instance)
    key = find_api_key(instance_name=instance.name, variable=options.api_key_variable)
    local_files = find_local_files(options.root)
    with ExitStack() as stack:
        record = UploadRecord(None if options.dry_run else Path(options.record), redact=Redactor(key))
        stack.callback(record.close)
        stack.enter_context(
            client_messages_to(lambda level, message: record.add("library", level=level, message=message))
        )
        options.report("connecting", note=instance.name)
        archive = stack.enter_context(open_archive(options, instance=instance, key=key))
        return _Run(options=options, archive=archive, local_files=local_files, record=record).run()


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
    draft: DraftState | None = None
    compared: bool = False
    resumed: bool = False

    def run(self) -> UploadResult:
        options, dandiset = self.options, self.archive.dandiset
        api_url = self.archive.instance.api_url
        self.resumed = was_interrupted(Path(options.record), api_url=api_url, dandiset=dandiset.identifier)
        plan = self._plan()
        self._note_warnings(plan)
        if options.dry_run:
            return self._result()
        to_remove = self._confirmed_prune()
        self.record.add(
            "run-started", api=api_url, dandiset=dandiset.identifier, user=self.archive.user, files=len(plan)
        )
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
            self.problems.append(self.archive.problem_of(problem).problem)
        result = self._result()
        self.record.add("run-ended", ok=result.ok, problems=[each.kind.identifier for each in result.problems])
        return result

    def _plan(self) -> dict[str, PlannedAsset]:
        try:
            remote_files = list_remote(self.archive.dandiset)
            plan = make_plan(
                self.local_files.assets,
                remote_files,
                checksums=self.checksums,
                jobs=self.options.jobs,
                report=self._report,
            )
            if self.options.with_metadata:
                self.metadata = plan_metadata(self.options.root, self.archive.dandiset)
        except _LISTING_ERRORS as problem:
            raise self.archive.problem_of(problem) from None
        self.only_remote = tuple(sorted(set(remote_files) - set(plan)))
        waiting: Status = "planned" if self.options.dry_run else "not tried"
        for path, planned in plan.items():
            unchanged = planned.action == "unchanged"
            self.outcomes[path] = AssetOutcome(
                path=path,
                size=planned.local.size,
                action=planned.action,
                status="unchanged" if unchanged else waiting,
                checksum=self.checksums.of(planned.local) if unchanged else None,
            )
        return plan

    def _note_warnings(self, plan: dict[str, PlannedAsset]) -> None:
        """What does not stop the upload and is to be known."""
        self.problems.extend(self.archive.warnings)
        self.problems.extend(Problem(kind=kinds.ARCHIVE_ZARR_LEFT_OUT, file=path) for path in self.local_files.stores)
        if self.metadata is not None:
            self.problems.extend(self.metadata.replaced)
        unseen = [each for each in _to_send(plan) if each.local.is_nwb]
        if self.options.validation == "skip" and unseen:
            self.problems.append(Problem(kind=kinds.ARCHIVE_NOT_VALIDATED, found=plural(len(unseen), "NWB file")))

    def _confirmed_prune(self) -> frozenset[str]:
        """What is to be removed; asked before anything is sent, so that nobody has to wait for the question.

        Error: archive-prune-unconfirmed.
        """
        if not self.options.prune or not self.only_remote:
            return frozenset()
        if not self.options.confirm_prune(self.only_remote):
            raise error(kinds.ARCHIVE_PRUNE_UNCONFIRMED, found=f"{len(self.only_remote)} assets concerned")
        return frozenset(self.only_remote)

    def _send(self, plan: dict[str, PlannedAsset]) -> None:
        options, to_send = self.options, _to_send(plan)
        files = sum(planned.local.is_nwb for planned in to_send)
        if files and options.validation == "require":
            options.report("validating", note=plural(files, "NWB file"))
        bytes_total = sum(planned.local.size for planned in to_send)
        options.report("uploading", total=bytes_total)
        largest = max((planned.local.size for planned in to_send), default=1)
        room = Room(max(_ROOM, part_size(largest) * options.jobs_per_file))
        sender = Sender(archive=self.archive, options=options, checksums=self.checksums, record=self.record, room=room)
        groups = self.local_files.sessions(planned.local.path for planned in to_send)
        with light_collections(), preparation(options.workers, files=files) as pool:
            for outcome in upload_sessions(
                [[plan[local.path] for local in group] for group in groups],
                prepare=lambda planned: pool.submit(prepare, options.root, planned.local.file, options.validation),
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
        self.options.report("comparing")
        remote_files = list_remote(self.archive.dandiset)
        self.differences = compare(
            self.local_files.assets,
            remote_files,
            checksums=self.checksums,
            jobs=self.options.jobs,
            report=self._report,
        )
        self.compared = True
        here = {local.path for local in self.local_files.assets}
        self.only_remote = tuple(sorted(set(remote_files) - here))
        if self.differences:
            found = f"{len(self.differences)} of {len(here)} files differ"
            self.problems.append(Problem(kind=kinds.ARCHIVE_LISTING_DIFFERS, found=found))

    def _finish(self, to_remove: frozenset[str]) -> None:
        """What comes after the comparison: metadata, what is to be removed, and the archive's word on the draft."""
        if self.metadata is not None and self.metadata.fields:
            self.archive.dandiset.set_raw_metadata(dict(self.metadata.metadata))
        if to_remove and not self.differences:
            self._prune(to_remove)
        self.draft = draft_state(self.archive.dandiset, stop=self.options.stop)

    def _prune(self, confirmed: frozenset[str]) -> None:
        """Remove from the draft what was confirmed and still is only there."""
        remote_files = list_remote(self.archive.dandiset)
        for path in sorted(confirmed & set(self.only_remote) & set(remote_files)):
            self.options.report("pruning", path=path)
            remote_files[path].asset.delete()
            self.pruned = (*self.pruned, path)
            self.record.add("pruned", path=path, asset=remote_files[path].asset.identifier)
        self.only_remote = tuple(path for path in self.only_remote if path not in self.pruned)

    def _report(self, local: LocalFile, stage: Stage) -> None:
        self.options.report(stage, path=local.path, total=local.size)

    def _result(self) -> UploadResult:
        problems = list(self.problems)
        if self.only_remote:
            problems.append(Problem(kind=kinds.ARCHIVE_ONLY_REMOTE, found=f"{len(self.only_remote)} assets"))
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
            stores=self.local_files.stores,
            metadata_fields=self.metadata.fields if self.metadata is not None else (),
            compared=self.compared,
            resumed=self.resumed,
            draft=self.draft,
            problems=tuple(problems),
            record=self.record.path,
        )


def _to_send(plan: dict[str, PlannedAsset]) -> list[PlannedAsset]:
    """The assets that are new or replaced, by path."""
    return [planned for planned in plan.values() if planned.action != "unchanged"]
