"""What no leaf of the source is about: dates, names, the schema, what follows, and that nothing else is there."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.proof.comparison import SOURCE, Comparison
from ssc_to_nwb.restoring.following import Follow, all_follows
from ssc_to_nwb.restoring.nwb_reader import ObjectError

_CREATED = "/file_create_date"
_SUBJECT_KEYS = ("species", "animalID", "sex", "animalStrain", "animalSource", "animalGeneModification")
_GENERAL_KEYS = ("experimentType", "dateOfBirth", "dateOfExperiment", "timeOfExperiment", "experimenters")
SCHEMA = "/specifications"
NAMESPACES = ("core", "hdmf-common", "hdmf-experimental")
_LOCATION = ".specloc"
# Texts that say nothing of the source, and hashes, which are compared as far as they were computed.
_TEXTS = re.compile(
    rf"{SCHEMA}/.+|/file_create_date|/general/optophysiology/[^/]+/reference_frame|{SOURCE}/{naming.SOURCE_FILES}/sha256"
)


def check_general(work: Comparison) -> None:
    """The names of animal and session, the dates, and what the notes say of texts; all else follows from the rest."""
    work.guarded("/general/notes", _check_notes, work)
    work.guarded(_CREATED, _check_create_date, work)
    key = work.session.key
    for path, expected in ((f"{naming.SUBJECT}/subject_id", key.animal), ("/general/session_id", key.label)):
        work.guarded(path, _check_text, work, path, expected)


def is_general(key: str) -> bool:
    """Whether what a key of metaDataHash became is compared here or follows; a metadata file may replace it."""
    return key.rstrip("123456789") in _SUBJECT_KEYS or key in _GENERAL_KEYS


def _check_text(work: Comparison, path: str, text: str) -> None:
    work.equal(path, expected=text, found=work.reader.text(path))


def _check_notes(work: Comparison) -> None:
    """That texts were found to be in UTF-8 only the source shows."""
    path, part = "/general/notes", "does not name are in UTF-8."
    given = work.context.metadata.source.text_encoding
    if work.session.texts_found_utf8 and not given and part not in work.reader.text(path):
        work.problem(kinds.VERIFY_VALUE_DIFFERS, path, expected=f"notes with {part!r}", found="other notes")


def _check_create_date(work: Comparison) -> None:
    for text in work.reader.texts(_CREATED):
        if datetime.fromisoformat(text.replace("Z", "+00:00")).tzinfo is None:
            raise ObjectError(_CREATED, expected="a time with its zone", found=text)


def check_schema_copy(work: Comparison) -> None:
    """See that the file says where the copy is, that every namespace is whole, and that the version is the file's own.

    What the schema says is pynwb's, not the source's: it is not compared.
    """
    found = work.reader.attribute("/", _LOCATION)
    if found != SCHEMA:
        work.problem(kinds.VERIFY_ATTRIBUTE_DIFFERS, "/", expected=f"{_LOCATION} = {SCHEMA}", found=repr(found))
    # An extension that was loaded when the file was written is there too, used or not.
    for name in dict.fromkeys((*NAMESPACES, *work.reader.members(SCHEMA))):
        work.guarded(f"{SCHEMA}/{name}", _check_namespace, work, name)


def _check_namespace(work: Comparison, name: str) -> None:
    path = f"{SCHEMA}/{name}"
    versions = list(work.reader.members(path))
    work.equal(path, expected=1, found=len(versions))
    if name == "core":
        work.attribute("/", "nwb_version", versions[0])
    folder = f"{path}/{versions[0]}"
    contents: dict[str, dict[str, Any]] = {}
    for part in work.reader.members(folder):
        contents[part] = {}
        work.guarded(f"{folder}/{part}", _read_content, work, f"{folder}/{part}", contents[part])
    namespace = contents.get("namespace", {}).get("namespaces", [{}])[0]
    work.equal(folder, expected=(name, versions[0]), found=(namespace.get("name"), namespace.get("version")))
    sources = [part["source"] for part in namespace.get("schema", []) if "source" in part]
    work.equal(folder, expected=sorted(["namespace", *sources]), found=sorted(contents))


def _read_content(work: Comparison, path: str, content: dict[str, Any]) -> None:
    text = work.reader.text(path)
    try:
        content.update(json.loads(text))
    except ValueError as failure:
        raise ObjectError(path, expected="a schema as JSON", found=str(failure)) from failure
    if not content:
        raise ObjectError(path, expected="a schema as JSON", found=text[:80])


def check_follows(work: Comparison) -> None:
    """Compare everything that follows; what it is computed from is restored, and so compared with the source."""
    for place, follow in all_follows().items():
        work.guarded(place, _check_follow, work, follow)


def _check_follow(work: Comparison, follow: Follow) -> None:
    for one in follow(work.view):
        work.counts[one.place] += one.count
        work.reader.accounted.update(one.covered)
        work.holds(one.place, one.difference(), kind=kinds.VERIFY_VALUE_CONTRADICTS)


def report_unaccounted(work: Comparison) -> None:
    """Report every dataset that has values and that nothing accounts for.

    Where there are problems, one of them has stopped the comparison that would have, and is reported already.
    """
    if work.problems:
        return
    for node in work.reader.tree.walk():
        if node.kind == "dataset" and not _TEXTS.fullmatch(node.path):
            for part in _parts(work, node.path):
                if part not in work.reader.accounted:
                    work.problem(kinds.VERIFY_DATASET_UNPROVEN, part, expected="a comparison", found="none")


def _parts(work: Comparison, path: str) -> list[str]:
    """The dataset, or the fields of its compounds; nothing where it has no values."""
    dataset = work.reader.tree.dataset(path)
    if 0 in dataset.shape:
        return []
    names = dataset.dtype.names
    return [path] if names is None else [f"{path}.{name}" for name in names]
