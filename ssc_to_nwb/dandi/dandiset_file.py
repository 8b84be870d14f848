"""Writing dandiset.yaml: made from the metadata file and the assets, laid on what is there, checked with dandischema.

Two levels of checking. A *draft* may lack anything, but what it says must be well formed: that is what makes the
command fail. *Publishing* needs more: the archive validates a draft as if it were published, after filling in what it
computes itself (identifier, citation, summary, locations); the same is done here, with placeholders that are never
written.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ssc_to_nwb.dandi.dandiset_metadata import blanks_in, dandiset_metadata, merge_metadata
from ssc_to_nwb.dandi.dandiset_section import DandisetSection
from ssc_to_nwb.dandi.instance import dandiset_named
from ssc_to_nwb.dandi.results import Blank, DandisetResult
from ssc_to_nwb.metadata.yaml_lines import BoundedLoader
from ssc_to_nwb.output_files import write_whole
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, ProblemLog, SscError, error

FILE_NAME = "dandiset.yaml"
#: What the archive fills in by itself; used for checking alone.
_PLACEHOLDERS: dict[str, Any] = {
    "identifier": "DANDI:000000",
    "id": "DANDI:000000/draft",
    "version": "draft",
    "citation": "filled in by the archive",
    "manifestLocation": ["https://example.org/manifest"],
    "assetsSummary": {"schemaKey": "AssetsSummary", "numberOfBytes": 1, "numberOfFiles": 1},
}
#: Errors of dandischema's `Dandiset` that say something is lacking, not that something is wrong.
_LACKING_TYPES = frozenset({"missing", "too_short"})
_LACKING_TEXTS = ("must have role ContactPerson", "Contact person must have an email")


class _TextLoader(BoundedLoader):
    """Reads dates as the text they are written as, which is what the archive's JSON has, and 000123 as six digits."""


_TextLoader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag != "tag:yaml.org,2002:timestamp" and (tag, first) != ("tag:yaml.org,2002:int", "0")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def write_dandiset_file(*, root: Path, section: DandisetSection, identifier: str | None) -> DandisetResult:
    """Write or update `root`/dandiset.yaml. Nothing is written where a draft with it would be malformed.

    Errors: archive-nothing-to-upload, archive-empty-file, dandiset-yaml-unreadable, dandiset-yaml-of-another,
    output-not-writable, disk-full.
    """
    log = ProblemLog()
    path = root / FILE_NAME
    existing, old_text = check_dandiset_file(root, identifier=identifier)
    new = dandiset_metadata(section, identifier=identifier, assets=_asset_metadata(root, log=log))
    merged = merge_metadata(new, existing, log=log)
    malformed = draft_problems(merged, file=path)
    blanks = blanks_in(merged, section)
    text = _text(merged, blanks)
    if not malformed and text != old_text:
        write_whole(path, text)
    return DandisetResult(
        path=path,
        changed=not malformed and text != old_text,
        blanks=blanks,
        malformed=malformed,
        warnings=tuple(log.problems),
        publishable=not malformed and is_publishable(merged),
    )


def check_dandiset_file(root: Path, *, identifier: str | None) -> tuple[dict[str, Any], str | None]:
    """What `root`/dandiset.yaml says, and its text, None where it is absent; identifier: six digits it may name.

    Errors: dandiset-yaml-of-another, dandiset-yaml-unreadable.
    """
    path = root / FILE_NAME
    if not path.exists():
        return {}, None
    try:
        text = path.read_text(encoding="utf-8")
        loaded = yaml.load(text, Loader=_TextLoader)
    except (OSError, ValueError, yaml.YAMLError) as problem:
        # ValueError: bytes that are no text, and a number of thousands of digits.
        raise error(kinds.DANDISET_YAML_UNREADABLE, file=path, detail=problem) from problem
    if loaded is not None and not isinstance(loaded, dict):
        raise error(kinds.DANDISET_YAML_UNREADABLE, file=path, expected="a mapping", found=type(loaded).__name__)
    existing: dict[str, Any] = loaded or {}
    named = dandiset_named(existing)
    if identifier is not None and named is not None and named != identifier:
        raise error(kinds.DANDISET_YAML_OF_ANOTHER, file=path, field="identifier", expected=identifier, found=named)
    return existing, text


def draft_problems(metadata: Mapping[str, Any], *, file: Path) -> tuple[Problem, ...]:
    """What dandischema refuses in the fields that are there, one problem per field."""
    from dandischema.models import Dandiset
    from pydantic import ValidationError

    try:
        Dandiset(**{**_PLACEHOLDERS, **metadata})
    except ValidationError as refused:
        return tuple(
            Problem(
                kind=kinds.DANDISET_FIELD_MALFORMED,
                file=str(file),
                field=".".join(str(part) for part in details["loc"]),
                expected=str(details["msg"]),
                found=str(details["input"])[:200],
            )
            for details in refused.errors(include_url=False)
            if details["type"] not in _LACKING_TYPES and not any(text in details["msg"] for text in _LACKING_TEXTS)
        )
    return ()


def is_publishable(metadata: Mapping[str, Any]) -> bool:
    """True when the archive would publish a dandiset with these metadata, by its models and by its JSON schema."""
    from dandischema.exceptions import ValidationError
    from dandischema.metadata import validate

    complete = {**_PLACEHOLDERS, **metadata}
    try:
        validate(complete, schema_key="Dandiset", json_validation=True)
    except (ValidationError, ValueError):
        return False
    return bool(complete["assetsSummary"]["numberOfFiles"] > 0)


def _asset_metadata(root: Path, *, log: ProblemLog) -> list[dict[str, Any]]:
    """What the dandi client reads out of each asset; one that cannot be read is reported and left out."""
    from ssc_to_nwb.dandi.assets import asset_metadata, find_local_files

    found = []
    for local in find_local_files(root).assets:
        try:
            found.append(asset_metadata(local))
        except SscError as problem:
            log.add(kinds.DANDISET_FILE_LEFT_OUT, file=local.path, detail=problem.problem.detail)
    return found


def _text(metadata: Mapping[str, Any], blanks: tuple[Blank, ...]) -> str:
    lines = [
        "# The dandiset's metadata, made by `ssc-to-nwb dandiset`. What is filled in here by hand stays on updates."
    ]
    if blanks:
        lines.append("# To be filled in by a person (! = publishing needs it):")
    lines += [f"#  {'!' if blank.needed_to_publish else ' '} {blank.field}: {blank.what}" for blank in blanks]
    body = yaml.safe_dump(dict(metadata), sort_keys=False, allow_unicode=True, width=100)
    return "\n".join(lines) + "\n" + body
