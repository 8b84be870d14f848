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

from ssc_to_nwb.json_lines import fact
from ssc_to_nwb.metadata.loader import PlaceOf, checked_section, read_metadata_files
from ssc_to_nwb.metadata.model import Section
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error

ORCID_PATTERN = r"^\d{4}-\d{4}-\d{4}-(\d{3}X|\d{4})$"
ROR_PATTERN = r"^https://ror.org/[a-z0-9]+$"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributorFacts(Section):
    """A person who made the data; the key of the mapping is the name as `Last, First`."""

    roles: tuple[str, ...] = fact("DataCite roles, such as Author or ContactPerson", min_length=1)
    orcid: str | None = fact("ORCID of the person, once known", default=None, pattern=ORCID_PATTERN)
    email: str | None = fact("Address; the archive asks for that of a contact person", default=None)
    affiliation: str | None = fact("Institution at the time of the work", default=None)
    affiliation_ror: str | None = fact("ROR of that institution", default=None, pattern=ROR_PATTERN)
    in_citation: bool = fact("Whether the archive's citation names the person", default=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunderFacts(Section):
    """An organization that paid; the key of the mapping is its name."""

    ror: str | None = fact("ROR of the organization", default=None, pattern=ROR_PATTERN)
    award_number: str | None = fact("Number of the award", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class EthicsFacts(Section):
    """An approval of the animal work."""

    identifier: str = fact("Number of the approved protocol")
    committee_url: str | None = fact("Page of the committee", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceFacts(Section):
    """Something the data set is related to; the key of the mapping is a short name of its own."""

    title: str
    relation: str = fact("DataCite relation: the dandiset <relation> the resource, such as IsDescribedBy")
    type: str = fact("DataCite resource type, such as JournalArticle or Dataset")
    doi: str | None = fact("DOI, once known", default=None, pattern=r"^10\.\d{4,}/\S+$")
    doi_expected: bool = fact("There is a DOI; while none is known it is to be filled in", default=False)
    url: str | None = fact("Web address", default=None, pattern=r"^https?://\S+$")
    repository: str | None = fact("Name of the repository that holds it", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DandisetSection(Section):
    """Everything about a dandiset that does not follow from its assets."""

    name: str = fact("Title of the dandiset", max_length=150)
    description: str = fact("What the data are", max_length=10_000)
    contributors: dict[str, ContributorFacts] = fact("People, in the order of the citation", min_length=1)
    funding: dict[str, FunderFacts] | None = fact("Who paid, once known", default=None)
    license: str | None = fact("SPDX identifier, such as CC-BY-4.0, once decided", default=None)
    keywords: tuple[str, ...] = fact("Words to find the dandiset by", default=())
    ethics_approval: tuple[EthicsFacts, ...] | None = fact("Approvals, once known", default=None)
    protocols: tuple[str, ...] | None = fact("URLs of protocols (protocols.io), once known", default=None)
    citation: str = fact("How the source data set asks to be cited")
    acknowledgement: str | None = fact("Conditions of use, thanks", default=None)
    related_resources: dict[str, ResourceFacts] = fact("Papers and data sets", default_factory=dict)


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
