"""The section `dandiset` of a metadata file: what the archive shows of a data set, as frozen models that are checked.

Where nobody public says something, the value is null, and `write_dandiset` lists it as to be filled in by a person.
Contributors, funders and resources are mappings and not lists, so that a user's own file can add an ORCID or a DOI to
one of them without repeating the others. The words for roles, relations and types are DataCite's, as dandischema has
them, without the prefix `dcite:`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ssc_to_nwb.metadata.forms import wanted
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error

ORCID_PATTERN = r"^\d{4}-\d{4}-\d{4}-(\d{3}X|\d{4})$"
ROR_PATTERN = r"^https://ror.org/[a-z0-9]+$"
Place = Callable[[tuple[str | int, ...]], object]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ContributorFacts(_Part):
    """A person who made the data; the key of the mapping is the name as `Last, First`."""

    roles: tuple[str, ...] = Field(min_length=1, description="DataCite roles, such as Author or ContactPerson")
    orcid: str | None = Field(default=None, pattern=ORCID_PATTERN, description="ORCID of the person, once known")
    email: str | None = Field(default=None, description="Address; the archive asks for that of a contact person")
    affiliation: str | None = Field(default=None, description="Institution at the time of the work")
    affiliation_ror: str | None = Field(default=None, pattern=ROR_PATTERN, description="ROR of that institution")
    in_citation: bool = Field(default=True, description="Whether the archive's citation names the person")


class FunderFacts(_Part):
    """An organization that paid; the key of the mapping is its name."""

    ror: str | None = Field(default=None, pattern=ROR_PATTERN, description="ROR of the organization")
    award_number: str | None = Field(default=None, description="Number of the award")


class EthicsFacts(_Part):
    """An approval of the animal work."""

    identifier: str = Field(description="Number of the approved protocol")
    committee_url: str | None = Field(default=None, description="Page of the committee")


class ResourceFacts(_Part):
    """Something the data set is related to; the key of the mapping is a short name of its own."""

    title: str
    relation: str = Field(description="DataCite relation: the dandiset <relation> the resource, such as IsDescribedBy")
    type: str = Field(description="DataCite resource type, such as JournalArticle or Dataset")
    doi: str | None = Field(default=None, pattern=r"^10\.\d{4,}/\S+$", description="DOI, once known")
    doi_expected: bool = Field(default=False, description="There is a DOI; while none is known it is to be filled in")
    url: str | None = Field(default=None, pattern=r"^https?://\S+$", description="Web address")
    repository: str | None = Field(default=None, description="Name of the repository that holds it")


class DandisetSection(_Part):
    """Everything about a dandiset that does not follow from its assets."""

    name: str = Field(max_length=150, description="Title of the dandiset")
    description: str = Field(max_length=10_000, description="What the data are")
    contributors: dict[str, ContributorFacts] = Field(min_length=1, description="People, in the order of the citation")
    funding: dict[str, FunderFacts] | None = Field(default=None, description="Who paid, once known")
    license: str | None = Field(default=None, description="SPDX identifier, such as CC-BY-4.0, once decided")
    keywords: tuple[str, ...] = Field(default=(), description="Words to find the dandiset by")
    ethics_approval: tuple[EthicsFacts, ...] | None = Field(default=None, description="Approvals, once known")
    protocols: tuple[str, ...] | None = Field(default=None, description="URLs of protocols (protocols.io), once known")
    citation: str = Field(description="How the source data set asks to be cited")
    acknowledgement: str | None = Field(default=None, description="Conditions of use, thanks")
    related_resources: dict[str, ResourceFacts] = Field(default_factory=dict, description="Papers and data sets")


def load_section(*, dataset: str, files: Sequence[Path]) -> DandisetSection:
    """The section of `<dataset>.yaml` with `files` on top; keywords, citation and DOI are the data set's own.

    Errors: metadata-*, with file, line and key.
    """
    from ssc_to_nwb.metadata.loader import read_metadata_files

    read = read_metadata_files(dataset=dataset, files=files)
    metadata = read.of_session(session="", subject="")
    if metadata.dandiset is None:
        raise error(kinds.METADATA_VALUE_MISSING, file=read.paths[0], field="dandiset")
    values = {"keywords": metadata.session.keywords, "citation": metadata.dataset.citation, **metadata.dandiset}
    own = f"crcns-{metadata.dataset.name}"
    resources = dict(values.get("related_resources") or {})
    if metadata.dataset.doi and own in resources:
        known = {key: value for key, value in resources[own].items() if value is not None}
        values["related_resources"] = {**resources, own: {"doi": metadata.dataset.doi, **known}}
    return as_section(values, place=read.merged.place_of)


def as_section(values: DandisetSection | Mapping[str, Any], *, place: Place | None = None) -> DandisetSection:
    """The values as a checked section. place: gives file and line of a key.

    Errors: metadata-key-unknown, metadata-value-missing, metadata-value-invalid.
    """
    if isinstance(values, DandisetSection):
        return values
    try:
        return DandisetSection.model_validate(dict(values))
    except ValidationError as refused:
        details = refused.errors(include_url=False)[0]
        key = ("dandiset", *details["loc"])
        kind = {
            "extra_forbidden": kinds.METADATA_KEY_UNKNOWN,
            "missing": kinds.METADATA_VALUE_MISSING,
        }.get(details["type"], kinds.METADATA_VALUE_INVALID)
        raise error(
            kind,
            file=place(key) if place is not None else None,
            field=".".join(str(part) for part in key),
            expected=wanted(details),
            found=repr(details["input"]),
        ) from refused
