"""The section `dandiset` of a metadata file: what the archive shows of a data set, as frozen models that are checked.

Where nobody public says something, the value is null, and `write_dandiset` lists it as to be filled in by a person.
Contributors, funders and resources are mappings and not lists, so that a user's own file can add an ORCID or a DOI to
one of them without repeating the others. The words for roles, relations and types are DataCite's, as dandischema has
them, without the prefix `dcite:`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ssc_to_nwb.metadata.loader import PlaceOf, checked_section, read_metadata_files
from ssc_to_nwb.metadata.model import Section, fact
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error

ORCID_PATTERN = r"^\d{4}-\d{4}-\d{4}-(\d{3}X|\d{4})$"
ROR_PATTERN = r"^https://ror.org/[a-z0-9]+$"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributorFacts(Section):
    """A person who made the data; the key of the mapping is the name as `Last, First`."""

    roles: tuple[str, ...] = fact(min_length=1, description="DataCite roles, such as Author or ContactPerson")
    orcid: str | None = fact(default=None, pattern=ORCID_PATTERN, description="ORCID of the person, once known")
    email: str | None = fact(default=None, description="Address; the archive asks for that of a contact person")
    affiliation: str | None = fact(default=None, description="Institution at the time of the work")
    affiliation_ror: str | None = fact(default=None, pattern=ROR_PATTERN, description="ROR of that institution")
    in_citation: bool = fact(default=True, description="Whether the archive's citation names the person")


@dataclass(frozen=True, slots=True, kw_only=True)
class FunderFacts(Section):
    """An organization that paid; the key of the mapping is its name."""

    ror: str | None = fact(default=None, pattern=ROR_PATTERN, description="ROR of the organization")
    award_number: str | None = fact(default=None, description="Number of the award")


@dataclass(frozen=True, slots=True, kw_only=True)
class EthicsFacts(Section):
    """An approval of the animal work."""

    identifier: str = fact(description="Number of the approved protocol")
    committee_url: str | None = fact(default=None, description="Page of the committee")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceFacts(Section):
    """Something the data set is related to; the key of the mapping is a short name of its own."""

    title: str
    relation: str = fact(description="DataCite relation: the dandiset <relation> the resource, such as IsDescribedBy")
    type: str = fact(description="DataCite resource type, such as JournalArticle or Dataset")
    doi: str | None = fact(default=None, pattern=r"^10\.\d{4,}/\S+$", description="DOI, once known")
    doi_expected: bool = fact(default=False, description="There is a DOI; while none is known it is to be filled in")
    url: str | None = fact(default=None, pattern=r"^https?://\S+$", description="Web address")
    repository: str | None = fact(default=None, description="Name of the repository that holds it")


@dataclass(frozen=True, slots=True, kw_only=True)
class DandisetSection(Section):
    """Everything about a dandiset that does not follow from its assets."""

    name: str = fact(max_length=150, description="Title of the dandiset")
    description: str = fact(max_length=10_000, description="What the data are")
    contributors: dict[str, ContributorFacts] = fact(min_length=1, description="People, in the order of the citation")
    funding: dict[str, FunderFacts] | None = fact(default=None, description="Who paid, once known")
    license: str | None = fact(default=None, description="SPDX identifier, such as CC-BY-4.0, once decided")
    keywords: tuple[str, ...] = fact(default=(), description="Words to find the dandiset by")
    ethics_approval: tuple[EthicsFacts, ...] | None = fact(default=None, description="Approvals, once known")
    protocols: tuple[str, ...] | None = fact(default=None, description="URLs of protocols (protocols.io), once known")
    citation: str = fact(description="How the source data set asks to be cited")
    acknowledgement: str | None = fact(default=None, description="Conditions of use, thanks")
    related_resources: dict[str, ResourceFacts] = fact(default_factory=dict, description="Papers and data sets")


def load_section(*, dataset: str, files: Sequence[Path]) -> DandisetSection:
    """The section of `<dataset>.yaml` with `files` on top; keywords, citation and DOI are the data set's own.

    Errors: metadata-*, with file, line and key.
    """
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
    return as_section(values, place_of=read.merged.place_of)


def as_section(values: DandisetSection | Mapping[str, Any], *, place_of: PlaceOf = lambda _: None) -> DandisetSection:
    """The values as a checked section. Errors as those of `checked_section`."""
    given = asdict(values) if isinstance(values, DandisetSection) else values
    return checked_section(DandisetSection, given, place_of=place_of, above=("dandiset",))
