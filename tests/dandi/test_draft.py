"""What the archive says of the draft after an upload."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from archive_samples import NWB
from dandi_server import DandiServer

from ssc_to_nwb.dandi import draft
from ssc_to_nwb.dandi.results import DraftState, UploadResult

Upload = Callable[..., UploadResult]


def test_a_valid_draft(upload: Upload) -> None:
    assert upload().draft == DraftState(status="Valid")


def test_complaints_are_named_once_each(upload: Upload, archive: DandiServer) -> None:
    state = archive.model.dandisets["000123"]
    state.status = "Invalid"
    state.version_errors = [{"field": "contributor", "message": "no contact person"}]
    state.asset_errors = [
        {"field": "wasAttributedTo", "message": "no species", "path": path} for path in (NWB, "sub-an2/b.nwb")
    ]

    result = upload()

    assert result.ok, "the archive holds everything all the same"
    assert result.draft == DraftState(
        status="Invalid",
        errors=("contributor: no contact person", f"{NWB} and 1 more: wasAttributedTo: no species"),
    )
    assert result.as_dict()["draft"]["errors"] == list(result.draft.errors)


def test_the_archives_validation_is_waited_for(
    upload: Upload, archive: DandiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft, "_POLL_S", 0.01)
    archive.model.dandisets["000123"].status = "Pending"
    assert upload().draft == DraftState(status="Valid")
    assert len(archive.requests("version-info")) == 2


def test_but_not_for_ever(upload: Upload, archive: DandiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "_POLL_S", 0.01)
    monkeypatch.setattr(draft, "PATIENCE_S", 0.03)
    state = archive.model.dandisets["000123"]
    state.status, state.validates = "Pending", False
    result = upload()
    assert result.ok and result.draft == DraftState(status="Pending")


def test_an_archive_that_does_not_say_it(upload: Upload, archive: DandiServer) -> None:
    archive.fail("version-info", "404")
    result = upload()
    assert result.ok and result.draft == DraftState(status="unknown")


def test_a_dry_run_does_not_ask(upload: Upload) -> None:
    assert upload(dry_run=True).draft is None
