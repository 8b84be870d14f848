"""Where what is general of a session is in the NWB file: identity, subject, texts; and the frame of every file."""

from __future__ import annotations

from collections.abc import Iterator

from ssc_to_nwb.data_types.declared import TEXT, DeclaredObject, Place, Sources

SUBJECT = "/general/subject"
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
        path=f"{SUBJECT}/age", kind="dataset", attributes={"reference": "birth"}, dtype=TEXT, axes=0, optional=True
    )
    texts = (_text(f"{SUBJECT}/{name}", optional=True) for name in _SUBJECT_TEXTS)
    yield DeclaredObject(path=SUBJECT, neurodata_type="Subject", inner=(_text(f"{SUBJECT}/subject_id"), age, *texts))


def _text(path: str, *, optional: bool = False) -> Place:
    return Place(path=path, kind="dataset", dtype=TEXT, axes=0, optional=optional)
