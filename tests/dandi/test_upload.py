"""A whole upload: what is sent, what is not, what is compared, what is removed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from archive_samples import NWB, VIDEO_FOLDER, local_assets
from dandi_server import DandiServer

from ssc_to_nwb.dandi.results import DifferenceKind, Status, TransferProgress, UploadResult
from ssc_to_nwb.json_lines import read_json_lines
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.run_files import upload_record

Upload = Callable[..., UploadResult]


def statuses(result: UploadResult) -> dict[str, Status]:
    return {outcome.path: outcome.status for outcome in result.outcomes}


def identifiers(result: UploadResult) -> list[str]:
    return [problem.kind.identifier for problem in result.problems]


def test_everything_arrives_and_is_compared(upload: Upload, same_there: Callable[[], bool]) -> None:
    result = upload()

    assert result.ok and result.compared and result.user == "owner"
    assert set(statuses(result).values()) == {"uploaded"}
    assert len(result.outcomes) == 3
    assert same_there()


def test_a_second_run_sends_nothing(upload: Upload, archive: DandiServer) -> None:
    upload()
    before = len(archive.requests("initialize"))

    result = upload()

    assert result.ok and set(statuses(result).values()) == {"unchanged"}
    assert len(archive.requests("initialize")) == before
    assert not archive.requests("replace")


def test_checksums_are_asked_for_only_where_the_listing_lacks_them(upload: Upload, archive: DandiServer) -> None:
    upload()
    archive.listing_has_checksums = True
    archive.seen.clear()

    assert upload().ok
    assert not archive.requests("asset")


def test_files_that_are_no_assets_stay_here_and_are_named(upload: Upload, archive: DandiServer) -> None:
    result = upload()

    assert result.not_assets == ("sub-an1/notes.txt",)
    assert not any(path.endswith((".txt", ".jsonl")) for path in archive.contents())


def test_the_videos_are_there_before_their_nwb_file(upload: Upload, archive: DandiServer) -> None:
    order: list[str] = []
    upload(on_progress=lambda step: order.append(step.path) if step.stage == "done" and step.path else None)

    assert order.index(NWB) == 2


def test_an_nwb_file_is_not_shown_without_its_videos(upload: Upload, archive: DandiServer) -> None:
    archive.fail("create", "400")
    result = upload(jobs=1)

    assert statuses(result)[NWB] == "not tried"
    assert NWB not in archive.contents()
    assert not result.ok
    assert upload().ok


@pytest.mark.usefixtures("small_parts")
def test_a_file_of_several_parts_arrives_whole(upload: Upload, archive: DandiServer, output: Path) -> None:
    assert upload().ok
    assert len(archive.requests("part")) > 8
    assert archive.bytes_of(NWB) == (output / NWB).read_bytes()


def test_a_changed_file_replaces_the_old_one(upload: Upload, output: Path, same_there: Callable[[], bool]) -> None:
    upload()
    (output / VIDEO_FOLDER / "trial_2.mp4").write_bytes(b"another video")

    result = upload()

    actions = {outcome.path: outcome.action for outcome in result.outcomes}
    assert actions == {
        NWB: "unchanged",
        f"{VIDEO_FOLDER}/trial_2.mp4": "replaced",
        f"{VIDEO_FOLDER}/trial_3.mp4": "unchanged",
    }
    assert result.ok and same_there()


def test_a_change_that_keeps_the_size_is_seen(upload: Upload, output: Path, same_there: Callable[[], bool]) -> None:
    upload()
    video = output / VIDEO_FOLDER / "trial_3.mp4"
    video.write_bytes(video.read_bytes()[::-1])

    assert upload().bytes_by_action()["replaced"] == (1, 1200)
    assert same_there()


def test_content_that_the_archive_has_is_not_sent_again(upload: Upload, output: Path, archive: DandiServer) -> None:
    upload()
    parts = len(archive.requests("part"))
    video = output / VIDEO_FOLDER / "trial_2.mp4"
    video.with_name("trial_4.mp4").write_bytes(video.read_bytes())

    assert upload().ok
    assert len(archive.requests("part")) == parts


def test_a_dry_run_says_what_would_be_sent_and_changes_nothing(
    upload: Upload, output: Path, archive: DandiServer, validated: list[Path]
) -> None:
    result = upload(dry_run=True)

    assert result.ok and set(statuses(result).values()) == {"planned"}
    sizes = [path.stat().st_size for path in (output / NWB, *(output / VIDEO_FOLDER).iterdir())]
    assert result.bytes_by_action()["new"] == (3, sum(sizes))
    assert {request.method for request in archive.seen} == {"GET"}
    assert not upload_record(output).exists()
    assert validated == []


@pytest.mark.parametrize("host", ["http://internal.example:8000", "https://archive.example.org"])
def test_a_server_behind_a_proxy_names_its_pages_by_another_host(
    upload: Upload, output: Path, archive: DandiServer, host: str
) -> None:
    """Each page is asked for where the first one was, with the key: under embargo there is none without it."""
    archive.page_size, archive.next_page_host = 1, host

    assert upload(dandiset="000301", allow_embargoed=True).ok
    again = upload(dandiset="000301", allow_embargoed=True)

    assert again.ok and {outcome.status for outcome in again.outcomes} == {"unchanged"}


def test_a_listing_of_many_pages_is_read_to_its_end(upload: Upload, output: Path, archive: DandiServer) -> None:
    archive.page_size = 2
    for trial in range(5, 12):
        (output / VIDEO_FOLDER / f"trial_{trial}.mp4").write_bytes(bytes([trial]) * 50)

    assert upload().ok
    assert len(upload().outcomes) == 10
    assert len(archive.contents()) == 10


@pytest.mark.parametrize(
    ("lie", "kind"),
    [
        ({"digest": {"dandi:dandi-etag": "0" * 32 + "-1"}}, "checksum"),
        ({"digest": {}}, "checksum"),
    ],
)
def test_a_wrong_checksum_there_is_named_and_fails(
    upload: Upload, archive: DandiServer, lie: dict[str, object], kind: DifferenceKind
) -> None:
    honest = archive.model.full_metadata
    video = f"{VIDEO_FOLDER}/trial_2.mp4"
    archive.model.full_metadata = lambda asset: {**honest(asset), **(lie if asset.path == video else {})}  # type: ignore[method-assign]

    result = upload()

    assert [(each.path, each.kind) for each in result.differences] == [(video, kind)]
    assert not result.ok and "archive-listing-differs" in identifiers(result)
    archive.model.full_metadata = honest  # type: ignore[method-assign]
    assert upload().ok


@pytest.mark.parametrize(("change", "kind"), [("lost", "missing"), ("short", "size")])
def test_an_asset_lost_or_cut_there_is_named_and_fails(
    upload: Upload, archive: DandiServer, change: str, kind: DifferenceKind
) -> None:
    video = f"{VIDEO_FOLDER}/trial_2.mp4"
    assets = archive.model.dandisets["000123"].assets

    def spoil(step: TransferProgress) -> None:
        if step.stage == "comparing" and step.path is None:
            asset = next(asset for asset in assets.values() if asset.path == video)
            if change == "lost":
                del assets[asset.identifier]
            else:
                blob = archive.model.blobs[str(asset.blob)]
                blob.content = blob.content[:-1]

    result = upload(on_progress=spoil)

    assert [(each.path, each.kind) for each in result.differences] == [(video, kind)]
    assert not result.ok


class TestPrune:
    """Nothing is removed unless it was asked for and confirmed."""

    @pytest.fixture
    def one_too_many(self, upload: Upload, output: Path) -> str:
        video = output / VIDEO_FOLDER / "trial_9.mp4"
        video.write_bytes(b"a video that will go")
        upload()
        video.unlink()
        return f"{VIDEO_FOLDER}/trial_9.mp4"

    def test_unasked_it_stays_and_is_named(self, upload: Upload, archive: DandiServer, one_too_many: str) -> None:
        result = upload()

        assert result.ok
        assert result.only_remote == (one_too_many,)
        assert identifiers(result) == ["archive-only-remote"]
        assert one_too_many in archive.contents()
        assert not archive.requests("delete")

    def test_unconfirmed_it_stays_and_nothing_is_sent(
        self, upload: Upload, archive: DandiServer, output: Path, one_too_many: str
    ) -> None:
        (output / VIDEO_FOLDER / "trial_5.mp4").write_bytes(b"new")
        with pytest.raises(SscError) as refused:
            upload(prune=True, confirm_prune=lambda _paths: False)

        assert refused.value.problem.kind.identifier == "archive-prune-unconfirmed"
        assert one_too_many in archive.contents()
        assert f"{VIDEO_FOLDER}/trial_5.mp4" not in archive.contents()

    def test_confirmed_it_goes(self, upload: Upload, archive: DandiServer, one_too_many: str) -> None:
        shown: list[tuple[str, ...]] = []
        result = upload(prune=True, confirm_prune=lambda paths: bool(shown.append(paths) or True))

        assert result.ok and result.pruned == (one_too_many,) and result.only_remote == ()
        assert shown == [(one_too_many,)]
        assert one_too_many not in archive.contents() and NWB in archive.contents()

    def test_what_came_after_the_confirmation_stays(
        self, upload: Upload, archive: DandiServer, one_too_many: str
    ) -> None:
        assets = archive.model.dandisets["000123"].assets

        def confirm(_paths: tuple[str, ...]) -> bool:
            other = next(iter(assets.values()))
            assets["late"] = type(other)(
                identifier="00000000-0000-4000-8000-000000000000",
                path="sub-an2/late.nwb",
                metadata=other.metadata,
                blob=other.blob,
            )
            return True

        result = upload(prune=True, confirm_prune=confirm)

        assert result.pruned == (one_too_many,)
        assert "sub-an2/late.nwb" in archive.contents()

    def test_nothing_is_removed_after_a_failed_upload(
        self, upload: Upload, archive: DandiServer, output: Path, one_too_many: str
    ) -> None:
        (output / VIDEO_FOLDER / "trial_5.mp4").write_bytes(b"new")
        archive.fail("create", "400")
        result = upload(prune=True, confirm_prune=lambda _paths: True)

        assert not result.ok and result.pruned == ()
        assert one_too_many in archive.contents()


def test_a_folder_without_assets_is_an_error_before_the_key_is_asked_for(
    upload: Upload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DANDI_API_KEY")
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "absent"):
        with pytest.raises(SscError) as refused:
            upload(output=folder)
        assert refused.value.problem.kind.identifier == "archive-nothing-to-upload"


def test_an_empty_file_is_an_error(upload: Upload, output: Path) -> None:
    (output / VIDEO_FOLDER / "trial_2.mp4").write_bytes(b"")
    with pytest.raises(SscError) as refused:
        upload()
    assert refused.value.problem.kind.identifier == "archive-empty-file"


def test_each_file_that_is_looked_at_is_planned(upload: Upload, output: Path) -> None:
    upload()
    steps: list[TransferProgress] = []

    upload(on_progress=steps.append)

    begun = sorted(step.path or "" for step in steps if step.stage == "checksum")
    assert begun == sorted(local_assets(output))
    assert sorted(step.path or "" for step in steps if step.stage == "planned") == begun


def test_progress_counts_every_byte(upload: Upload, output: Path) -> None:
    steps: list[TransferProgress] = []
    upload(on_progress=steps.append)

    for path in (NWB, f"{VIDEO_FOLDER}/trial_2.mp4"):
        sent = [step.bytes_done for step in steps if step.path == path and step.stage == "uploading"]
        assert sent[-1] == (output / path).stat().st_size
    runs = [step.stage for step in steps if step.path is None]
    assert runs == ["connecting", "validating", "uploading", "comparing"]
    (whole,) = [step.bytes_total for step in steps if step.path is None and step.stage == "uploading"]
    assert whole == sum(map(len, local_assets(output).values()))


class TestRecord:
    """What the record says of a run."""

    def test_it_has_the_run_and_every_asset(self, upload: Upload, output: Path) -> None:
        result = upload()
        events = list(read_json_lines(upload_record(output)))

        assert result.record == upload_record(output)
        assert events[0]["event"] == "run-started" and events[-1] == {**events[-1], "event": "run-ended", "ok": True}
        assert {event["path"] for event in events if event["event"] == "asset"} == set(statuses(result))

    def test_a_torn_line_is_passed_over_and_the_next_run_begins_a_new_one(self, upload: Upload, output: Path) -> None:
        upload()
        path = upload_record(output)
        path.write_bytes(path.read_bytes() + b'{"event": "run-sta')

        assert upload().ok
        lines = path.read_text().splitlines()
        assert sum(line.startswith('{"event": "run-sta') for line in lines) == 1
        assert all(json.loads(line) for line in lines if not line.startswith('{"event": "run-sta'))

    def test_an_earlier_run_that_did_not_end_is_named(self, upload: Upload, archive: DandiServer) -> None:
        archive.fail("create", "400")
        assert not upload().resumed
        assert upload().resumed
        assert not upload().resumed

    def test_an_unwritable_record_is_an_error(self, upload: Upload, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(SscError) as refused:
            upload(record=tmp_path / "file" / "record.jsonl")
        assert refused.value.problem.kind.identifier == "archive-record-unwritable"
