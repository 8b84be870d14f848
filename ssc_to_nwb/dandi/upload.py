"""A whole upload: plan, prepare and send, compare, and prune where that was asked for and confirmed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dandi.dandiapi import RemoteAsset
from dandi.files import LocalFileAsset

from ssc_to_nwb.dandi.api_key import Redactor, find_api_key
from ssc_to_nwb.dandi.assets import (
    LocalFiles,
    PlannedAsset,
    difference_of,
    find_local_files,
    list_remote,
    local_checksum,
)
from ssc_to_nwb.dandi.client import Archive, open_archive
from ssc_to_nwb.dandi.dandiset_file import check_dandiset_file
from ssc_to_nwb.dandi.draft import MetadataChange, draft_state, plan_metadata
from ssc_to_nwb.dandi.failures import EXPECTED, is_fatal
from ssc_to_nwb.dandi.instance import parse_dandiset_id, resolve_instance
from ssc_to_nwb.dandi.parts import Room, light_collections, part_size
from ssc_to_nwb.dandi.prepare import preparation
from ssc_to_nwb.dandi.results import (
    AssetOutcome,
    Note,
    Stage,
    Status,
    UploadResult,
    report,
    upload_record,
    was_interrupted,
)
from ssc_to_nwb.dandi.send import Sender, outcome_of
from ssc_to_nwb.options.archive import UploadRequest
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, SscError, error
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.validate.dandi_rules import client_messages_to

#: What the parts of all files together may take in memory: 4 of the usual 64 MiB.
_ROOM = 256 << 20


def run_upload(options: UploadRequest, *, record_path: Path) -> UploadResult:
    """Bring a folder to a dandiset. Raises SscError for what stops the run before anything is sent."""
    identifier, root = parse_dandiset_id(options.dandiset), Path(options.output)
    instance = resolve_instance(options.instance)
    local_files = find_local_files(root)
    check_dandiset_file(root, identifier=identifier)
    key = find_api_key(instance_name=instance.name, variable=options.api_key_variable)
    with (
        upload_record(None if options.dry_run else record_path, redact=Redactor(key)) as note,
        client_messages_to(lambda level, message: note("library", level=level, message=message)),
    ):
        report(options, "connecting", note=instance.name)
        with open_archive(options, instance=instance, key=key) as archive:
            api_url = archive.client.api_url
            facts = {
                "instance": api_url,
                "dandiset": identifier,
                "user": archive.user,
                "dry_run": options.dry_run,
                "not_assets": local_files.not_assets,
                "stores": local_files.stores,
                "resumed": was_interrupted(record_path, api_url=api_url, dandiset=identifier),
                "record": None if options.dry_run else record_path,
            }
            return _Run(options=options, archive=archive, local_files=local_files, note=note, facts=facts).run()


@dataclass(slots=True, kw_only=True)
class _Run:
    """One upload under way. facts: fields of the result; outcomes, problems: what there is of these so far."""

    options: UploadRequest
    archive: Archive
    local_files: LocalFiles
    note: Note
    facts: dict[str, Any]
    outcomes: dict[str, AssetOutcome] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    metadata: MetadataChange | None = None
    only_remote: dict[str, RemoteAsset] = field(default_factory=dict)

    def run(self) -> UploadResult:
        options = self.options
        to_send = self._plan()
        self._note_warnings(to_send)
        if options.dry_run:
            return self._result()
        to_remove = self._confirmed_prune()
        about = {"api": self.facts["instance"], "dandiset": self.facts["dandiset"], "user": self.archive.user}
        self.note("run-started", **about, files=len(self.local_files.assets))
        try:
            self._send(to_send)
            if options.stop.is_set():
                raise KeyboardInterrupt
            if not any(is_fatal(problem) for problem in self.problems):
                self._compare()
                self._finish(to_remove)
        except KeyboardInterrupt:
            options.stop.set()
            self.problems.append(Problem(kind=kinds.ARCHIVE_INTERRUPTED))
        except EXPECTED as problem:
            self.problems.append(self.archive.failure(problem).problem)
        result = self._result()
        self.note("run-ended", ok=result.ok, problems=[each.kind.identifier for each in result.problems])
        return result

    def _result(self) -> UploadResult:
        problems = list(self.problems)
        if self.only_remote:
            problems.append(Problem(kind=kinds.ARCHIVE_ONLY_REMOTE, found=f"{len(self.only_remote)} assets"))
        outcomes = tuple(self.outcomes[path] for path in sorted(self.outcomes))
        only_remote = tuple(sorted(self.only_remote))
        return UploadResult(**self.facts, outcomes=outcomes, only_remote=only_remote, problems=tuple(problems))

    def _look_up(self, stage: Stage) -> list[PlannedAsset]:
        """All local assets beside what the archive has now. Ctrl-C does not wait for those that are looked at."""
        remote_files, here = list_remote(self.archive.dandiset), self.local_files.assets

        def look_at(local: LocalFileAsset) -> PlannedAsset:
            report(self.options, stage, local)
            return PlannedAsset.of(local, remote_files.get(local.path))

        found = []
        pool = ThreadPoolExecutor(max_workers=self.options.jobs, thread_name_prefix="ssc-to-nwb-compare")
        try:
            for planned in pool.map(look_at, here):
                found.append(planned)
                if stage == "checksum":
                    report(self.options, "planned", planned)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        paths = {local.path for local in here}
        self.only_remote = {path: remote for path, remote in remote_files.items() if path not in paths}
        return found

    def _plan(self) -> list[PlannedAsset]:
        """The assets that are new or replaced, by path."""
        try:
            plan = self._look_up("checksum")
            if self.options.with_metadata:
                self.metadata = plan_metadata(Path(self.options.output), self.archive.dandiset)
                self.facts["metadata_fields"] = self.metadata.fields
        except EXPECTED as problem:
            raise SscError(self.archive.failure(problem).problem) from None
        waiting: Status = "planned" if self.options.dry_run else "not tried"
        for planned in plan:
            unchanged = planned.action == "unchanged"
            checksum = local_checksum(planned.local) if unchanged else None
            status = "unchanged" if unchanged else waiting
            self.outcomes[planned.path] = outcome_of(planned, status=status, checksum=checksum)
        return [planned for planned in plan if planned.action != "unchanged"]

    def _note_warnings(self, to_send: list[PlannedAsset]) -> None:
        """What does not stop the upload and is to be known."""
        self.problems.extend(self.archive.warnings)
        self.problems.extend(Problem(kind=kinds.ARCHIVE_ZARR_LEFT_OUT, file=path) for path in self.local_files.stores)
        if self.metadata is not None:
            self.problems.extend(self.metadata.replaced)
        unseen = sum(planned.is_nwb for planned in to_send)
        if self.options.validation == "skip" and unseen:
            self.problems.append(Problem(kind=kinds.ARCHIVE_NOT_VALIDATED, found=plural(unseen, "NWB file")))

    def _confirmed_prune(self) -> frozenset[str]:
        """What is to be removed; asked before anything is sent, so that nobody has to wait for the question.

        Error: archive-prune-unconfirmed.
        """
        paths = tuple(sorted(self.only_remote))
        if not self.options.prune or not paths:
            return frozenset()
        if self.options.confirm_prune is None or not self.options.confirm_prune(paths):
            raise error(kinds.ARCHIVE_PRUNE_UNCONFIRMED, found=f"{len(paths)} assets concerned")
        return frozenset(paths)

    def _send(self, to_send: list[PlannedAsset]) -> None:
        options = self.options
        files = sum(planned.is_nwb for planned in to_send)
        if files and options.validation == "require":
            report(options, "validating", note=plural(files, "NWB file"))
        report(options, "uploading", total=sum(planned.size for planned in to_send))
        largest = max((planned.size for planned in to_send), default=1)
        room = Room(max(_ROOM, part_size(largest) * options.jobs_per_file))
        sender = Sender(archive=self.archive, options=options, note=self.note, room=room)
        with light_collections(), preparation(options.workers, files=files) as pool:
            for outcome in sender.send_sessions(to_send, preparation=pool):
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
        found = [difference_of(planned) for planned in self._look_up("comparing")]
        differences = tuple(difference for difference in found if difference is not None)
        self.facts |= {"differences": differences, "compared": True}
        if differences:
            text = f"{len(differences)} of {len(found)} files differ"
            self.problems.append(Problem(kind=kinds.ARCHIVE_LISTING_DIFFERS, found=text))

    def _finish(self, to_remove: frozenset[str]) -> None:
        """What comes after the comparison: metadata, what is to be removed, and the archive's word on the draft."""
        if self.metadata is not None and self.metadata.fields:
            self.archive.dandiset.set_raw_metadata(dict(self.metadata.metadata))
        if not self.facts["differences"]:
            # What was confirmed and still is only there.
            for path in sorted(to_remove & self.only_remote.keys()):
                asset = self.only_remote[path]
                report(self.options, "pruning", asset)
                asset.delete()
                del self.only_remote[path]
                self.facts["pruned"] = (*self.facts.get("pruned", ()), path)
                self.note("pruned", path=path, asset=asset.identifier)
        self.facts["draft"] = draft_state(self.archive.dandiset, stop=self.options.stop)
