"""dandiset.yaml: what it holds, what is left to a person, and that a person's work stays."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from archive_samples import NWB

from ssc_to_nwb._version import __version__ as _version
from ssc_to_nwb.api.archive import write_dandiset
from ssc_to_nwb.dandi.dandiset_file import draft_problems, is_publishable
from ssc_to_nwb.dandi.results import DandisetResult
from ssc_to_nwb.problems.model import SscError

SECTION: dict[str, Any] = {
    "name": "Calcium imaging of vibrissal S1 (a test)",
    "description": "Made up for tests.",
    "contributors": {
        "Peron, Simon": {"roles": ["Author"], "orcid": None},
        "Svoboda, Karel": {"roles": ["Author"], "orcid": None},
    },
    "funding": None,
    "license": None,
    "keywords": ["barrel cortex"],
    "ethics_approval": None,
    "protocols": None,
    "citation": "Simon Peron, Karel Svoboda (2014).",
    "acknowledgement": None,
    "related_resources": {
        "peron-2015": {
            "title": "Peron et al. (2015)",
            "relation": "IsDescribedBy",
            "type": "JournalArticle",
            "doi": "10.1016/j.neuron.2015.03.027",
        },
        "crcns-ssc-1": {
            "title": "CRCNS ssc-1",
            "relation": "IsDerivedFrom",
            "type": "Dataset",
            "doi_expected": True,
            "url": "https://crcns.org",
        },
    },
}
FILLED: dict[str, Any] = {
    "contributors": {
        "Peron, Simon": {"roles": ["Author"], "orcid": "0000-0002-1825-0097", "affiliation": "An institute"},
        "Svoboda, Karel": {
            "roles": ["Author", "ContactPerson"],
            "orcid": "0000-0002-1694-233X",
            "email": "somebody@example.org",
            "affiliation": "An institute",
            "affiliation_ror": "https://ror.org/013sk6x84",
        },
    },
    "funding": {"A funder": {"ror": "https://ror.org/006w34k90", "award_number": "1"}},
    "license": "CC-BY-4.0",
    "ethics_approval": [{"identifier": "12-34", "committee_url": "https://example.org/committee"}],
    "protocols": ["https://www.protocols.io/view/a-protocol"],
    "related_resources": {
        **SECTION["related_resources"],
        "crcns-ssc-1": {**SECTION["related_resources"]["crcns-ssc-1"], "doi": "10.6080/K0000000"},
    },
}

Write = Callable[..., DandisetResult]


@pytest.fixture
def write(output: Path) -> Write:
    def run(section: dict[str, Any] = SECTION, **arguments: Any) -> DandisetResult:
        return write_dandiset(**{"output": output, "section": section, **arguments})

    return run


def written(output: Path) -> dict[str, Any]:
    loaded = yaml.safe_load((output / "dandiset.yaml").read_text())
    assert isinstance(loaded, dict)
    return loaded


class TestContent:
    """What comes from the metadata file and from the assets."""

    def test_texts_people_and_resources(self, write: Write, output: Path) -> None:
        result = write(dandiset="000123")
        metadata = written(output)

        assert result.ok and result.changed
        assert metadata["identifier"] == "DANDI:000123" and metadata["id"] == "DANDI:000123/draft"
        assert metadata["name"] == SECTION["name"] and metadata["citation"] == SECTION["citation"]
        assert metadata["contributor"][0] == {
            "schemaKey": "Person",
            "name": "Peron, Simon",
            "roleName": ["dcite:Author"],
            "includeInCitation": True,
        }
        paper, data_set, tool = metadata["relatedResource"]
        assert paper["identifier"] == "doi:10.1016/j.neuron.2015.03.027" and paper["relation"] == "dcite:IsDescribedBy"
        assert data_set["url"] == "https://crcns.org" and "identifier" not in data_set
        assert tool["identifier"].startswith("ssc-to-nwb==") and tool["relation"] == "dcite:IsCompiledBy"

    def test_the_assets_species_techniques_and_variables(self, write: Write, output: Path) -> None:
        write()
        summary = written(output)["assetsSummary"]

        files = [file for file in output.rglob("*") if file.suffix in (".nwb", ".mp4")]
        assert summary["numberOfFiles"] == 3 and summary["numberOfBytes"] == sum(f.stat().st_size for f in files)
        assert summary["numberOfSubjects"] == 1
        assert [species["name"] for species in summary["species"]] == ["Mus musculus - House mouse"]
        assert summary["dataStandard"][0]["name"] == "Neurodata Without Borders (NWB)"

    def test_what_is_not_known_is_not_made_up(self, write: Write, output: Path) -> None:
        write()
        text = (output / "dandiset.yaml").read_text()
        metadata = written(output)

        assert not {"license", "ethicsApproval", "protocol", "acknowledgement", "identifier"} & set(metadata)
        assert not any("identifier" in person or "email" in person for person in metadata["contributor"])
        assert "null" not in text and "unknown" not in text.lower() and "example.org" not in text

    def test_writing_it_again_changes_nothing(self, write: Write, output: Path) -> None:
        write()
        before = (output / "dandiset.yaml").read_bytes()
        again = write()
        assert not again.changed and not again.warnings
        assert (output / "dandiset.yaml").read_bytes() == before

    def test_no_network_is_used(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a connection was opened"))
        assert write(section={**SECTION, **FILLED}, dandiset="000123").publishable

    @pytest.mark.parametrize("lacking", ["folder", "files", "NWB files"])
    def test_a_folder_without_nwb_files_is_refused(self, write: Write, tmp_path: Path, lacking: str) -> None:
        folder = tmp_path / "another"
        if lacking != "folder":
            (folder / "sub-an1").mkdir(parents=True)
        if lacking == "NWB files":
            (folder / "sub-an1" / "sub-an1_video.mp4").write_bytes(b"a video")
        with pytest.raises(SscError) as refused:
            write(output=folder)
        problem = refused.value.problem
        assert (problem.kind.identifier, problem.file) == ("archive-nothing-to-upload", str(folder))
        assert not (folder / "dandiset.yaml").exists()

    def test_a_file_that_cannot_be_read_is_named(self, write: Write, output: Path) -> None:
        (output / NWB).write_bytes(b"not an NWB file")
        result = write()
        assert [(each.kind.identifier, each.file) for each in result.warnings] == [("dandiset-file-left-out", NWB)]


class TestBlanks:
    """What a person has to fill in is listed, in the result and in the file."""

    def test_everything_that_is_lacking(self, write: Write, output: Path) -> None:
        result = write()

        needed = [blank.field for blank in result.blanks if blank.needed_to_publish]
        assert needed == ["contributor (ContactPerson)", "license"]
        assert {blank.field for blank in result.blanks} >= {
            "identifier",
            "ethicsApproval",
            "protocol",
            "contributor (Funder)",
            "contributor (Peron, Simon).identifier",
            "contributor (Svoboda, Karel).identifier",
            "relatedResource (CRCNS ssc-1).identifier",
        }
        assert not result.publishable
        header = [line for line in (output / "dandiset.yaml").read_text().splitlines() if line.startswith("#  ")]
        assert len(header) == len(result.blanks)
        assert sum("! " in line for line in header) == 2

    def test_nothing_when_all_is_filled_in(self, write: Write) -> None:
        result = write(section={**SECTION, **FILLED}, dandiset="000123")
        assert result.blanks == () and result.malformed == () and result.publishable

    @pytest.mark.parametrize("lacking", ["license", "contributors"])
    def test_publishing_needs_a_license_and_a_contact(self, write: Write, lacking: str) -> None:
        result = write(section={**SECTION, **FILLED, lacking: SECTION[lacking]}, dandiset="000123")
        assert result.ok and not result.publishable
        assert next(blank.needed_to_publish for blank in result.blanks)


class TestUpdate:
    """An existing file: what a person filled in stays, and what is replaced is reported."""

    def edit(self, output: Path, **changes: Any) -> None:
        path = output / "dandiset.yaml"
        path.write_text(yaml.safe_dump({**written(output), **changes}))

    def test_what_was_filled_in_by_hand_stays(self, write: Write, output: Path) -> None:
        write(dandiset="000123")
        people = written(output)["contributor"]
        people[1] |= {"identifier": "0000-0002-1694-233X", "email": "somebody@example.org"}
        people[1]["roleName"].append("dcite:ContactPerson")
        people.append({"schemaKey": "Organization", "name": "A funder", "roleName": ["dcite:Funder"]})
        self.edit(
            output, contributor=people, license=["spdx:CC-BY-4.0"], about=[{"schemaKey": "Anatomy", "name": "S1"}]
        )

        result = write()

        metadata = written(output)
        assert metadata["contributor"][1]["identifier"] == "0000-0002-1694-233X"
        assert metadata["contributor"][1]["roleName"] == ["dcite:Author", "dcite:ContactPerson"]
        assert [each["name"] for each in metadata["contributor"]] == ["Peron, Simon", "Svoboda, Karel", "A funder"]
        assert metadata["license"] == ["spdx:CC-BY-4.0"] and metadata["about"][0]["name"] == "S1"
        assert metadata["identifier"] == "DANDI:000123"
        assert result.publishable and not result.warnings
        assert "license" not in [blank.field for blank in result.blanks]

    @pytest.mark.parametrize(
        "named", [{"identifier": "DANDI:000200"}, {"identifier": None, "id": "DANDI:000200/draft"}]
    )
    def test_a_file_of_another_dandiset_is_refused_and_stays(
        self, write: Write, output: Path, named: dict[str, Any]
    ) -> None:
        write(dandiset="000123")
        self.edit(output, **named)
        before = (output / "dandiset.yaml").read_bytes()
        with pytest.raises(SscError) as refused:
            write(dandiset="000123")
        assert refused.value.problem.kind.identifier == "dandiset-yaml-of-another"
        assert (output / "dandiset.yaml").read_bytes() == before

    def test_where_both_say_something_the_metadata_file_wins_with_a_warning(self, write: Write, output: Path) -> None:
        write()
        self.edit(output, description="What somebody wrote here.")

        result = write()

        assert written(output)["description"] == SECTION["description"]
        (reported,) = result.warnings
        assert reported.kind.identifier == "dandiset-value-replaced"
        assert (reported.field, reported.found) == ("description", "What somebody wrote here.")

    def test_the_entry_of_an_older_version_of_this_tool_goes(self, write: Write, output: Path) -> None:
        write()
        resources = written(output)["relatedResource"]
        resources[-1] |= {"identifier": "ssc-to-nwb==0.0.1", "name": "an older one"}
        self.edit(output, relatedResource=resources)
        write()
        tools = [
            each["identifier"] for each in written(output)["relatedResource"] if "==" in each.get("identifier", "")
        ]
        assert len(tools) == 1 and tools != ["ssc-to-nwb==0.0.1"]

    def test_a_changed_asset_changes_the_summary(self, write: Write, output: Path) -> None:
        write()
        (output / "sub-an1" / "sub-an1_ses-9_film.mp4").write_bytes(b"one more")
        assert write().changed
        assert written(output)["assetsSummary"]["numberOfFiles"] == 4

    @pytest.mark.parametrize(
        "text",
        [
            "a: [1", "- a list", "\x00", "a: !!python/name:os.system", f"a: {'9' * 10_000}",
            f"a: {'[' * 3000}{']' * 3000}", "a: &a\n  b: *a\n",
            "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(f"b: &a [{', '.join(['*a'] * 8)}]\n" for _ in range(9)),
        ],
    )  # fmt: skip
    def test_an_unreadable_file_is_an_error_and_stays(self, write: Write, output: Path, text: str) -> None:
        (output / "dandiset.yaml").write_text(text)
        with pytest.raises(SscError) as refused:
            write()
        assert refused.value.problem.kind.identifier == "dandiset-yaml-unreadable"
        assert (output / "dandiset.yaml").read_text() == text


class TestWrongInput:
    """What the schema refuses."""

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"license": "GPL-3.0"}, "license.0"),
            ({"contributors": {"No Comma": {"roles": ["Author"]}}}, "contributor.0.Person.name"),
            ({"contributors": {"Peron, Simon": {"roles": ["Hero"]}}}, "contributor.0.Person.roleName.0"),
            ({"protocols": ["not an address"]}, "protocol.0"),
        ],
    )
    def test_a_malformed_field_is_named_and_nothing_is_written(
        self, write: Write, output: Path, changes: dict[str, Any], field: str
    ) -> None:
        result = write(section={**SECTION, **changes})
        assert not result.ok and not result.changed
        assert field in [problem.field for problem in result.malformed]
        assert not (output / "dandiset.yaml").exists()

    @pytest.mark.parametrize(
        ("changes", "identifier", "field", "expected"),
        [
            ({"licence": "CC-BY-4.0"}, "metadata-key-unknown", "dandiset.licence", "license (did you mean that?)"),
            ({"name": None}, "metadata-value-invalid", "dandiset.name", "a text"),
            ({"name": "x" * 151}, "metadata-value-invalid", "dandiset.name", "at most 150 characters"),
            (
                {"contributors": {"A, B": {"roles": ["Author"], "orcid": "0000"}}},
                "metadata-value-invalid",
                "dandiset.contributors.A, B.orcid",
                "match pattern",
            ),
            (
                {"ethics_approval": [{"identifier": "1", "url": "x"}]},
                "metadata-key-unknown",
                "dandiset.ethics_approval.0.url",
                "one of identifier, committee_url",
            ),
        ],
    )
    def test_a_section_with_a_slip(
        self, write: Write, changes: dict[str, Any], identifier: str, field: str, expected: str
    ) -> None:
        with pytest.raises(SscError) as refused:
            write(section={**SECTION, **changes})
        problem = refused.value.problem
        assert (problem.kind.identifier, problem.field) == (identifier, field)
        assert expected in (problem.expected or "")

    def test_a_place_that_cannot_be_written(self, write: Write, output: Path) -> None:
        def refuse(*_: object) -> None:
            raise PermissionError(errno.EACCES, "Permission denied", str(output / "dandiset.yaml"))

        with pytest.MonkeyPatch.context() as patched, pytest.raises(SscError) as refused:
            patched.setattr(Path, "replace", refuse)
            write()
        assert refused.value.problem.kind.identifier == "output-not-writable"

    def test_lacking_is_not_malformed(self) -> None:
        assert draft_problems({}, file=Path("dandiset.yaml")) == ()
        assert not is_publishable({})


def test_from_metadata_files_with_file_and_line(output: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(yaml.safe_dump({"dandiset": {key: value for key, value in SECTION.items() if key != "citation"}}))
    result = write_dandiset(output=output, metadata_files=[own])
    assert result.ok
    assert written(output)["citation"].startswith("Simon Peron, Jeremy Freeman"), "the data set's own citation"

    own.write_text(own.read_text() + "  licence: CC-BY-4.0\n")
    with pytest.raises(SscError) as refused:
        write_dandiset(output=output, metadata_files=[own])
    lines = own.read_text().splitlines()
    assert str(refused.value.problem.file) == f"{own}, line {len(lines)}"


def test_the_dandi_client_takes_the_folder_for_a_dandiset(write: Write, output: Path) -> None:
    from dandi.dandiset import Dandiset

    write(section={**SECTION, **FILLED}, dandiset="000123")
    dandiset = Dandiset(output)
    assert dandiset.identifier == "000123"
    assert _version in written(output)["relatedResource"][-1]["name"]
