"""What the general part of the file holds that does not follow from the rest of it."""

from __future__ import annotations

from datetime import datetime

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.proof.comparison import Comparison
from ssc_to_nwb.restoring.nwb_reader import ObjectError

SUBJECT = "/general/subject"
_CREATED = "/file_create_date"
# Keys of metaDataHash whose fields are compared here; where a metadata file replaces one, its text is.
_SUBJECT_KEYS = ("species", "animalID", "sex", "animalStrain", "animalSource", "animalGeneModification")


def check_general(work: Comparison) -> None:
    """The names of animal and session, the dates, and what the notes say of texts; all else follows from the rest."""
    for path, check in (("/general/notes", _check_notes), (_CREATED, _check_create_date)):
        work.proof.guarded(path, check, work)
    key = work.session.key
    for path, expected in ((f"{SUBJECT}/subject_id", key.animal), ("/general/session_id", key.label)):
        work.proof.guarded(path, _check_text, work, path, expected)
    for name in work.session.metadata:
        work.general_fields[name] = name.rstrip("123456789") in _SUBJECT_KEYS or name in _GENERAL_KEYS


_GENERAL_KEYS = ("experimentType", "dateOfBirth", "dateOfExperiment", "timeOfExperiment", "experimenters")


def _check_text(work: Comparison, path: str, text: str) -> None:
    work.proof.equal(path, expected=text, found=work.reader.text(path))


def _check_notes(work: Comparison) -> None:
    """That texts were found to be in UTF-8 only the source shows."""
    path, part = "/general/notes", "does not name are in UTF-8."
    given = work.context.metadata.source.text_encoding
    if work.session.texts_found_utf8 and not given and part not in work.reader.text(path):
        work.proof.problem(kinds.VERIFY_VALUE_DIFFERS, path, expected=f"notes with {part!r}", found="other notes")


def _check_create_date(work: Comparison) -> None:
    for text in work.reader.texts(_CREATED):
        if datetime.fromisoformat(text.replace("Z", "+00:00")).tzinfo is None:
            raise ObjectError(_CREATED, expected="a time with its zone", found=text)
