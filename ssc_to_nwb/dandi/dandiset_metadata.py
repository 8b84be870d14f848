"""The metadata of a dandiset in dandischema's terms, from the section `dandiset` and the assets; laid on what is there.

The metadata file is the authority: where both say something, it wins, and the old value is reported. What only the
existing file says stays: an ORCID, a license, a contact person, fields that the metadata file knows nothing of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ssc_to_nwb._version import __version__
from ssc_to_nwb.dandi.dandiset_section import (
    ContributorFacts,
    DandisetSection,
    EthicsFacts,
    FunderFacts,
    ResourceFacts,
)
from ssc_to_nwb.dandi.results import Blank
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog

TOOL = "ssc-to-nwb"
_WITHOUT_CONTACT = "who answers for the dandiset: one with dcite:ContactPerson among the roleName, and an email"
_WITHOUT_LICENSE = "CC0-1.0 or CC-BY-4.0 in the metadata file, decided by the owner of the rights"
_WITHOUT_DANDISET = "six digits that the archive gives out when the dandiset is created (--dandiset)"
#: Fields that are computed again each time, from the assets and the installed libraries.
_COMPUTED = frozenset({"schemaKey", "schemaVersion", "assetsSummary"})
#: Lists of things that have names, merged one by one.
_NAMED_LISTS = frozenset({"contributor", "relatedResource"})


def dandiset_metadata(
    section: DandisetSection, *, identifier: str | None, assets: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """The metadata as dandischema's `Dandiset` has it, in the file's order; null or empty where nothing is known.

    identifier: six digits, where the dandiset exists; assets: metadata of each asset, as the dandi client extracts it.
    """
    from dandischema.consts import DANDI_SCHEMA_VERSION
    from dandischema.metadata import aggregate_assets_summary

    people = [_person(name, facts) for name, facts in section.contributors.items()]
    funders = [_funder(name, facts) for name, facts in (section.funding or {}).items()]
    resources = [_resource(facts) for facts in section.related_resources.values()]
    tool = {
        "schemaKey": "Resource",
        "name": f"{TOOL} {__version__}, the program that made the NWB files",
        "identifier": f"{TOOL}=={__version__}",
        "relation": "dcite:IsCompiledBy",
        "resourceType": "dcite:Software",
    }
    summary = aggregate_assets_summary(dict(asset) for asset in assets)
    values = {
        "schemaKey": "Dandiset",
        "schemaVersion": DANDI_SCHEMA_VERSION,
        "identifier": f"DANDI:{identifier}" if identifier else None,
        "id": f"DANDI:{identifier}/draft" if identifier else None,
        "version": "draft" if identifier else None,
        "name": section.name,
        "description": section.description,
        "contributor": people + funders,
        "license": [f"spdx:{section.license}"] if section.license else None,
        "keywords": list(section.keywords),
        "ethicsApproval": [_ethics(facts) for facts in section.ethics_approval or ()],
        "protocol": list(section.protocols or ()),
        "acknowledgement": section.acknowledgement,
        "citation": section.citation,
        "relatedResource": [*resources, tool],
        # The dandi client collects these in sets, whose order differs from run to run.
        "assetsSummary": {
            key: sorted(value, key=_name) if isinstance(value, list) else value for key, value in summary.items()
        },
    }
    return {key: _without_blanks(value) for key, value in values.items()}


def _person(name: str, facts: ContributorFacts) -> dict[str, Any]:
    affiliation = {"schemaKey": "Affiliation", "name": facts.affiliation, "identifier": facts.affiliation_ror}
    return {
        "schemaKey": "Person",
        "name": name,
        "identifier": facts.orcid,
        "email": facts.email,
        "roleName": [f"dcite:{role}" for role in facts.roles],
        "includeInCitation": facts.in_citation,
        "affiliation": [affiliation] if facts.affiliation else None,
    }


def _funder(name: str, facts: FunderFacts) -> dict[str, Any]:
    return {
        "schemaKey": "Organization",
        "name": name,
        "identifier": facts.ror,
        "awardNumber": facts.award_number,
        "roleName": ["dcite:Funder"],
        "includeInCitation": False,
    }


def _ethics(facts: EthicsFacts) -> dict[str, Any]:
    contact = {"schemaKey": "ContactPoint", "url": facts.committee_url} if facts.committee_url else None
    return {"schemaKey": "EthicsApproval", "identifier": facts.identifier, "contactPoint": contact}


def _resource(facts: ResourceFacts) -> dict[str, Any]:
    return {
        "schemaKey": "Resource",
        "name": facts.title,
        "identifier": f"doi:{facts.doi}" if facts.doi else None,
        "url": f"https://doi.org/{facts.doi}" if facts.doi else facts.url,
        "repository": facts.repository,
        "relation": f"dcite:{facts.relation}",
        "resourceType": f"dcite:{facts.type}",
    }


def _name(entry: Any) -> str:
    return str(entry.get("name", entry)) if isinstance(entry, dict) else str(entry)


def _without_blanks(value: Any) -> Any:
    """The same without null values and empty lists, at every level."""
    if isinstance(value, dict):
        kept = {key: _without_blanks(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item is not None and item != []}
    return [_without_blanks(item) for item in value] if isinstance(value, list) else value


def blanks_in(metadata: Mapping[str, Any], section: DandisetSection) -> tuple[Blank, ...]:
    """What the metadata lack and a person has to fill in: what publishing needs first, then what readers miss."""
    people = [each for each in metadata.get("contributor", []) if each.get("schemaKey") == "Person"]
    funders = [each for each in metadata.get("contributor", []) if "dcite:Funder" in each.get("roleName", [])]
    contacts = [each for each in people if "dcite:ContactPerson" in each.get("roleName", []) and each.get("email")]
    checks = [
        (not contacts, "contributor (ContactPerson)", _WITHOUT_CONTACT, True),
        (not metadata.get("license"), "license", _WITHOUT_LICENSE, True),
        (not metadata.get("identifier"), "identifier", _WITHOUT_DANDISET, False),
        (not funders, "contributor (Funder)", "who paid for the work, with award numbers", False),
        (not metadata.get("ethicsApproval"), "ethicsApproval", "number of the approved animal protocol", False),
        (not metadata.get("protocol"), "protocol", "URLs of protocols, such as at protocols.io", False),
    ]
    for person in people:
        name = person.get("name")
        checks.append((not person.get("identifier"), f"contributor ({name}).identifier", "ORCID", False))
        checks.append((not person.get("affiliation"), f"contributor ({name}).affiliation", "institution", False))
    identified = {each.get("name") for each in metadata.get("relatedResource", []) if each.get("identifier")}
    for facts in section.related_resources.values():
        unknown = facts.doi_expected and facts.title not in identified
        checks.append((unknown, f"relatedResource ({facts.title}).identifier", "DOI of the resource", False))
    return tuple(
        Blank(field=field, what=what, needed_to_publish=needed) for missing, field, what, needed in checks if missing
    )


def merge_metadata(
    new: Mapping[str, Any], existing: Mapping[str, Any], *, log: ProblemLog, within: str = ""
) -> dict[str, Any]:
    """The new metadata, completed with what only the existing ones say; replaced values go to the log.

    within: comes before the names of fields in the log, where these are the values of one entry of a list.
    """
    merged: dict[str, Any] = {}
    for key, value in new.items():
        before, field = existing.get(key), f"{within}{key}"
        if value in (None, []):
            if key in existing:
                merged[key] = before
            continue
        merged[key] = value
        if not before or field in _COMPUTED:
            continue
        if key in _NAMED_LISTS and isinstance(before, list):
            merged[key] = _merge_named(field, value, before, log=log)
        elif key == "roleName" and isinstance(before, list):
            # A person may have been made the contact person in the file.
            merged[key] = [*value, *(role for role in before if role not in value)]
        elif value != before:
            log.add(kinds.DANDISET_VALUE_REPLACED, field=field, expected=value, found=before)
    return {**merged, **{key: value for key, value in existing.items() if key not in merged}}


def _merge_named(
    field: str, new: list[dict[str, Any]], existing: list[Any], *, log: ProblemLog
) -> list[dict[str, Any]]:
    # The entry of this program, whichever its version, is made again.
    entries = [entry for entry in existing if isinstance(entry, dict)]
    others = [entry for entry in entries if not str(entry.get("identifier", "")).startswith(f"{TOOL}==")]
    before = {str(entry.get("name")): entry for entry in others}
    merged = []
    for entry in new:
        name = str(entry.get("name"))
        merged.append(merge_metadata(entry, before.pop(name, {}), log=log, within=f"{field} ({name})."))
    return [*merged, *before.values()]
