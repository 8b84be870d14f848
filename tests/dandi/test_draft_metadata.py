"""Setting the draft's metadata from dandiset.yaml: asked for, reported, and nothing lost that only the archive says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from dandi_server import DandiServer

from ssc_to_nwb.dandi.results import UploadResult
from ssc_to_nwb.problems.model import SscError

Upload = Callable[..., UploadResult]
OWNER = {
    "schemaKey": "Person",
    "name": "Owner, An",
    "email": "owner@example.org",
    "roleName": ["dcite:ContactPerson"],
    "includeInCitation": True,
}


@pytest.fixture
def draft(archive: DandiServer) -> dict[str, Any]:
    """The metadata of a draft as the archive makes it, with something edited on the web page."""
    state = archive.model.dandisets["000123"]
    state.metadata = {
        "schemaKey": "Dandiset",
        "schemaVersion": archive.schema_version,
        "identifier": "DANDI:000123",
        "id": "DANDI:000123/draft",
        "version": "draft",
        "name": "a first name",
        "contributor": [OWNER],
        "citation": "computed there",
        "assetsSummary": {"schemaKey": "AssetsSummary", "numberOfBytes": 0, "numberOfFiles": 0},
        "acknowledgement": "written on the web page",
    }
    return state.metadata


@pytest.fixture
def local(output: Path, archive: DandiServer) -> Path:
    path = output / "dandiset.yaml"
    person = {"schemaKey": "Person", "name": "Peron, Simon", "roleName": ["dcite:Author"], "includeInCitation": True}
    metadata = {
        "schemaKey": "Dandiset",
        "schemaVersion": archive.schema_version,
        "name": "The title",
        "description": "What it is.",
        "contributor": [person],
        "keywords": ["barrel cortex"],
        "citation": "of the source",
    }
    path.write_text(yaml.safe_dump(metadata))
    return path


def test_unasked_the_draft_stays_as_it_is(upload: Upload, archive: DandiServer, draft: Any, local: Path) -> None:
    before = dict(draft)
    assert upload().ok
    assert archive.model.dandisets["000123"].metadata == before
    assert not archive.requests("version-put")


def test_asked_for_it_is_set_and_what_only_the_archive_says_stays(
    upload: Upload, archive: DandiServer, draft: Any, local: Path
) -> None:
    result = upload(with_metadata=True)

    stored = archive.model.dandisets["000123"].metadata
    assert result.ok
    assert stored["name"] == "The title" and stored["description"] == "What it is."
    assert [person["name"] for person in stored["contributor"]] == ["Peron, Simon", "Owner, An"]
    assert stored["acknowledgement"] == "written on the web page"
    assert (stored["citation"], stored["identifier"]) == ("computed there", "DANDI:000123")
    assert sorted(result.metadata_fields) == ["contributor", "description", "keywords", "name"]
    (replaced,) = result.problems
    assert (replaced.kind.identifier, replaced.field, replaced.found) == (
        "dandiset-value-replaced",
        "name",
        "a first name",
    )


def test_again_nothing_changes(upload: Upload, archive: DandiServer, draft: Any, local: Path) -> None:
    upload(with_metadata=True)
    archive.seen.clear()
    again = upload(with_metadata=True)
    assert again.ok and again.metadata_fields == () and again.problems == ()
    assert not archive.requests("version-put")


def test_the_version_of_the_schema_alone_is_no_change(
    upload: Upload, archive: DandiServer, draft: Any, local: Path
) -> None:
    """An older instance keeps its own, into which the dandi client translates what it sends."""
    from dandischema.consts import ALLOWED_TARGET_SCHEMAS

    archive.schema_version = ALLOWED_TARGET_SCHEMAS[0]
    assert upload(with_metadata=True).ok
    assert archive.model.dandisets["000123"].metadata["schemaVersion"] == archive.schema_version
    assert upload(with_metadata=True).metadata_fields == ()


def test_a_date_filled_in_by_hand_arrives(upload: Upload, archive: DandiServer, draft: Any, local: Path) -> None:
    """YAML reads an unquoted date as more than text, which JSON does not know."""
    project = "wasGeneratedBy:\n- {schemaKey: Project, name: active touch, startDate: 2013-03-08}\n"
    local.write_text(local.read_text() + project)

    assert upload(with_metadata=True).ok
    (stored,) = archive.model.dandisets["000123"].metadata["wasGeneratedBy"]
    assert stored["startDate"] == "2013-03-08"
    assert upload(with_metadata=True).metadata_fields == ()


def test_a_dry_run_names_the_fields(upload: Upload, archive: DandiServer, draft: Any, local: Path) -> None:
    result = upload(with_metadata=True, dry_run=True)
    assert "description" in result.metadata_fields
    assert not archive.requests("version-put")


def test_without_the_file_or_with_a_malformed_one_nothing_is_sent(
    upload: Upload, archive: DandiServer, draft: Any, output: Path, local: Path
) -> None:
    local.write_text(local.read_text() + "license: [GPL]\n")
    with pytest.raises(SscError) as refused:
        upload(with_metadata=True)
    assert refused.value.problem.kind.identifier == "dandiset-field-malformed"
    local.unlink()
    with pytest.raises(SscError) as refused:
        upload(with_metadata=True)
    assert refused.value.problem.kind.identifier == "dandiset-yaml-unreadable"
    assert not archive.contents()
