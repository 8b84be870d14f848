"""What is general of a session in the NWB file, and the frame of every file; the rules for metaDataHash."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import TEXT, DeclaredObject, Place, Sources, dataset
from ssc_to_nwb.data_types.rule import below, kept, says_something, written
from ssc_to_nwb.session.session import Session

# What may be without a value; which of it there is, the metadata say.
_TEXTS = tuple(
    f"/general/{name}"
    for name in (
        "experiment_description", "session_id", "institution", "lab", "virus", "surgery", "pharmacology", "protocol",
        "data_collection", "notes", "stimulus",
    )
)  # fmt: skip
_ALWAYS = ("/identifier", "/session_description", "/session_start_time", "/timestamps_reference_time")
_ROWS = ("/general/experimenter", "/general/keywords", "/general/related_publications")
_SUBJECT_TEXTS = ("species", "sex", "strain", "genotype", "weight", "description", "date_of_birth")
# Groups that every NWB file has, filled or not.
_FRAME = (
    "/acquisition", "/analysis", "/events", "/general", "/general/devices", "/general/optophysiology", "/intervals",
    "/processing", "/stimulus", "/stimulus/presentation", "/stimulus/templates",
)  # fmt: skip


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """The file as such and the subject."""
    made_from = _made_from(sources.session)

    def text(path: str, *, optional: bool = False, axes: int = 0, **of: Any) -> Place:
        return dataset(path, TEXT, axes=axes, optional=optional, source=made_from.get(path, ()), **of)

    yield DeclaredObject(
        path="/",
        neurodata_type="NWBFile",
        free=("nwb_version", ".specloc"),
        inner=(
            *(Place(path=path, kind="group", optional=True) for path in _FRAME),
            *(text(path) for path in _ALWAYS),
            *(text(path, optional=True) for path in _TEXTS),
            *(text(path, optional=True, axes=1) for path in _ROWS),
            text("/file_create_date", axes=1),
            text("/general/was_generated_by", axes=2),
        ),
    )
    age = text(f"{naming.SUBJECT}/age", optional=True, attributes={"reference": "birth"})
    texts = (text(f"{naming.SUBJECT}/{name}", optional=True) for name in _SUBJECT_TEXTS)
    yield DeclaredObject(
        path=naming.SUBJECT, neurodata_type="Subject", inner=(text(f"{naming.SUBJECT}/subject_id"), age, *texts)
    )


def _made_from(session: Session) -> dict[str, tuple[str, ...]]:
    """By place in the file, the paths of the metadata it is made from; a source of a strain says nothing without it."""
    said = {key: field for key, field in session.metadata.items() if says_something(field.value)}
    found: dict[str, tuple[str, ...]] = {}
    for key in said.keys() & naming.METADATA_PLACES.keys():
        if key.replace("animalSource", "animalStrain") in said:
            place = naming.METADATA_PLACES[key]
            found[place] = (*found.get(place, ()), said[key].path)
    return found


RULES = (
    written(
        "metadata-value",
        *below("metaDataHash", "value{*}", "value{*}{*}"),
        nwb=("/general/{field}", f"{naming.SUBJECT}/{{field}}", "/session_start_time"),
        text="Fields of NWBFile and Subject are made from it, where no metadata file replaces them; kept besides.",
        when=lambda leaf, facts: tuple(facts.session.metadata)[leaf.indices[0] - 1] in naming.METADATA_PLACES,
        placed=False,
        keep=lambda _, __: True,
    ),
    kept("metadata-kept", "metaDataHash**", text="Keys, and the values of keys nobody knows, as they are."),
    kept(
        "time-units",
        *("timeUnitIds", "timeUnitNames{*}", "trialTimeUnit"),
        text="The source's table of time units; times in the NWB file are in seconds.",
    ),
)
