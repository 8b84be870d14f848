"""The section `dandiset` of the metadata files, loaded and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ssc_to_nwb.archive.dandiset_model import DandisetSection
from ssc_to_nwb.problems import metadata_kinds as kinds
from ssc_to_nwb.problems.model import error


def load_section(*, dataset: str, files: Sequence[Path]) -> DandisetSection:
    """The section of `<dataset>.yaml` with `files` on top; keywords, citation and the data set's DOI from theirs.

    Errors: metadata-*.
    """
    from ssc_to_nwb.metadata.loader import load_metadata

    metadata = load_metadata(dataset=dataset, session="", subject="", files=files)
    if metadata.dandiset is None:
        raise error(kinds.METADATA_VALUE_MISSING, file=f"{dataset}.yaml", field="dandiset")
    values = {"keywords": metadata.session.keywords, "citation": metadata.dataset.citation, **metadata.dandiset}
    own = f"crcns-{metadata.dataset.name}"
    resources = dict(values.get("related_resources") or {})
    if metadata.dataset.doi and own in resources:
        resources[own] = {"doi": metadata.dataset.doi, **_known(resources[own])}
        values["related_resources"] = resources
    return as_section(values)


def as_section(values: DandisetSection | Mapping[str, Any]) -> DandisetSection:
    """The values as a checked section. Error: metadata-value-invalid."""
    if isinstance(values, DandisetSection):
        return values
    try:
        return DandisetSection.model_validate(dict(values))
    except ValidationError as refused:
        details = refused.errors(include_url=False)[0]
        field = ".".join(str(part) for part in ("dandiset", *details["loc"]))
        raise error(
            kinds.METADATA_VALUE_INVALID, field=field, expected=details["msg"], found=repr(details["input"])
        ) from refused


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
