"""What is general of a session in the NWB file, and the frame of every file; the rules for metaDataHash."""

from __future__ import annotations

from collections.abc import Iterator

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import TEXT, DeclaredObject, Place, Sources
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.rule import Leaf, below, kept, written
from ssc_to_nwb.matlab.tree import MatValue, is_empty_value, row_texts

# Arguments of NWBFile and Subject that may be without a value, and where they are in the file: a text, or a row.
FILE_TEXTS = {
    name: f"/general/{name}"
    for name in (
        "experiment_description", "session_id", "institution", "lab", "virus", "surgery", "pharmacology", "protocol",
        "data_collection", "notes",
    )
} | {"stimulus_notes": "/general/stimulus"}  # fmt: skip
_ALWAYS = ("/identifier", "/session_description", "/session_start_time", "/timestamps_reference_time")
_ROWS = ("/general/experimenter", "/general/keywords", "/general/related_publications")
_SUBJECT_TEXTS = ("species", "sex", "strain", "genotype", "weight", "description", "date_of_birth")
# Groups that every NWB file has, filled or not.
_FRAME = (
    "/acquisition", "/analysis", "/events", "/general", "/general/devices", "/general/optophysiology", "/intervals",
    "/processing", "/stimulus", "/stimulus/presentation", "/stimulus/templates",
)  # fmt: skip


def objects(sources: Sources) -> Iterator[DeclaredObject]:  # noqa: ARG001
    """The file as such and the subject; which of the optional texts there are, the metadata say."""
    yield DeclaredObject(
        path="/",
        neurodata_type="NWBFile",
        free=("nwb_version", ".specloc"),
        inner=(
            *(Place(path=path, kind="group", optional=True) for path in _FRAME),
            *(_text(path) for path in _ALWAYS),
            *(_text(path, optional=True) for path in FILE_TEXTS.values()),
            *(Place(path=path, kind="dataset", dtype=TEXT, axes=1, optional=True) for path in _ROWS),
            Place(path="/file_create_date", kind="dataset", dtype=TEXT, axes=1),
            Place(path="/general/was_generated_by", kind="dataset", dtype=TEXT, axes=2),
        ),
    )
    age = Place(
        path=f"{naming.SUBJECT}/age",
        kind="dataset",
        attributes={"reference": "birth"},
        dtype=TEXT,
        axes=0,
        optional=True,
    )
    texts = (_text(f"{naming.SUBJECT}/{name}", optional=True) for name in _SUBJECT_TEXTS)
    yield DeclaredObject(
        path=naming.SUBJECT, neurodata_type="Subject", inner=(_text(f"{naming.SUBJECT}/subject_id"), age, *texts)
    )


def _text(path: str, *, optional: bool = False) -> Place:
    return Place(path=path, kind="dataset", dtype=TEXT, axes=0, optional=optional)


def _metadata_key(leaf: Leaf, facts: SessionFacts) -> str:
    return tuple(facts.session.metadata)[leaf.indices[0] - 1]


def _has_metadata(place: str, leaf: Leaf, facts: SessionFacts) -> bool:  # noqa: ARG001
    """Whether the leaf says anything; the source of a strain says nothing without the strain."""
    key = _metadata_key(leaf, facts)
    strain = key.replace("animalSource", "animalStrain")
    if strain != key:
        entry = facts.session.metadata.get(strain)
        if entry is None or not _says_something(entry.value):
            return False
    return _says_something(leaf.value)


def _says_something(value: MatValue) -> bool:
    """Whether a value is neither empty nor a blank text."""
    texts = row_texts(value)
    return any(text.strip() for text in texts) if texts else not is_empty_value(value)


RULES = (
    written(
        "metadata-value",
        *below("metaDataHash", "value{*}", "value{*}{*}"),
        nwb=("{general}",),
        text="Fields of NWBFile and Subject are made from it, where no metadata file replaces them; kept besides.",
        when=lambda leaf, facts: _metadata_key(leaf, facts) in naming.METADATA_PLACES,
        names=lambda leaf, facts: ({"general": naming.METADATA_PLACES[_metadata_key(leaf, facts)]},),
        keep=lambda _, __: True,
        has=_has_metadata,
    ),
    kept("metadata-kept", "metaDataHash**", text="Keys, and the values of keys nobody knows, as they are."),
    kept(
        "time-units",
        *("timeUnitIds", "timeUnitNames{*}", "trialTimeUnit"),
        text="The source's table of time units; times in the NWB file are in seconds.",
    ),
)
