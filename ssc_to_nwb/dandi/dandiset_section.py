"""The section `dandiset` of the metadata files, loaded and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ssc_to_nwb.dandi.dandiset_model import DandisetSection
from ssc_to_nwb.problems import metadata_kinds as kinds
from ssc_to_nwb.problems.model import error

Place = Callable[[tuple[str | int, ...]], object]


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
    return as_section(values, place=read.merged.place)


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
            expected=details["msg"],
            found=repr(details["input"]),
        ) from refused
