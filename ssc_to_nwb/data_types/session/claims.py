"""Rules for what the session struct says of the animal, the experiment and its time units."""

from __future__ import annotations

from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.rule import Leaf, below, kept, written
from ssc_to_nwb.data_types.session.layout import FILE_TEXTS, SUBJECT
from ssc_to_nwb.matlab.tree import MatValue, is_empty_value, row_texts

# The fields of the NWB file that are made from a key of metaDataHash, where no metadata file replaces them.
METADATA_PLACES = {
    "species": f"{SUBJECT}/species",
    "experimentType": FILE_TEXTS["notes"],
    "animalID": f"{SUBJECT}/subject_id",
    "sex": f"{SUBJECT}/sex",
    "dateOfBirth": f"{SUBJECT}/date_of_birth",
    "dateOfExperiment": "/session_start_time",
    "timeOfExperiment": "/session_start_time",
    "experimenters": "/general/experimenter",
    **{f"animalStrain{number}": f"{SUBJECT}/strain" for number in range(1, 10)},
    **{f"animalSource{number}": f"{SUBJECT}/strain" for number in range(1, 10)},
    **{f"animalGeneModification{number}": f"{SUBJECT}/genotype" for number in range(1, 10)},
}


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
        when=lambda leaf, facts: _metadata_key(leaf, facts) in METADATA_PLACES,
        names=lambda leaf, facts: ({"general": METADATA_PLACES[_metadata_key(leaf, facts)]},),
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
