"""The general part of the file: identity, subject, texts, devices, imaging planes."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.metadata.model import DeviceFacts
from ssc_to_nwb.problems import verify_kinds as kinds
from ssc_to_nwb.proof.comparison import Comparison
from ssc_to_nwb.restoring.nwb_reader import ObjectError

SUBJECT = "/general/subject"
_CREATED = "/file_create_date"
# Keys of metaDataHash whose fields are compared here; where a metadata file replaces one, its text is.
_SUBJECT_KEYS = ("species", "animalID", "sex", "animalStrain", "animalSource", "animalGeneModification")


def check_general(work: Comparison) -> None:
    """The Subject, the dates, and what the notes say of texts; what the fields hold follows from the kept metadata."""
    for path, check in ((SUBJECT, _check_subject), ("/general/notes", _check_notes), (_CREATED, _check_create_date)):
        work.proof.guarded(path, check, work)
    key = work.session.key
    for path, expected in ((f"{SUBJECT}/subject_id", key.animal), ("/general/session_id", key.label)):
        work.proof.guarded(path, _check_text, work, path, expected)
    work.proof.typed("/", "NWBFile")
    for name in work.session.metadata:
        work.general_fields[name] = name.rstrip("123456789") in _SUBJECT_KEYS or name in _GENERAL_KEYS


_GENERAL_KEYS = ("experimentType", "dateOfBirth", "dateOfExperiment", "timeOfExperiment", "experimenters")


def _check_text(work: Comparison, path: str, text: str) -> None:
    work.proof.equal(path, expected=text, found=work.reader.text(path))


def _check_subject(work: Comparison) -> None:
    work.reader.group(SUBJECT)
    work.proof.typed(SUBJECT, "Subject")
    if work.reader.has(f"{SUBJECT}/age"):
        work.proof.attribute(f"{SUBJECT}/age", "reference", "birth")


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


_MODELS = "/general/devices/models"


def check_device(work: Comparison, facts: DeviceFacts) -> str:
    """A device with the metadata's words; returns its path."""
    path = f"/general/devices/{facts.name}"
    work.reader.group(path)
    work.proof.typed(path, "Device")
    work.proof.attribute(path, "description", facts.description)
    if facts.model is not None:
        model = f"{_MODELS}/{facts.model.name}"
        for group in (_MODELS, model):
            work.reader.group(group)
        work.proof.typed(model, "DeviceModel")
        work.proof.attribute(model, "manufacturer", facts.model.manufacturer)
        work.proof.attribute(model, "description", facts.model.description)
        work.proof.links_to(f"{path}/model", model)
    return path


def check_imaging_planes(work: Comparison) -> None:
    """The ImagingPlane of the green channel of every plane of the source, and the microscope."""
    for subvolume in work.session.subvolumes:
        for plane in subvolume.planes:
            check_imaging_plane(work, plane, "green")
    if work.session.subvolumes:
        facts = work.context.metadata.imaging.microscope
        work.proof.guarded(f"/general/devices/{facts.name}", check_device, work, facts)


def imaging_plane_path(plane_name: str, channel: naming.Channel) -> str:
    """Where the ImagingPlane of a plane and channel is in the file."""
    return f"/general/optophysiology/{naming.imaging_plane(plane_name, channel)}"


def check_imaging_plane(work: Comparison, plane: Plane, channel: naming.Channel) -> None:
    """The ImagingPlane of one channel of a plane: its type, its device and what detects it."""
    path = imaging_plane_path(plane.name, channel)
    work.proof.guarded(path, _check_plane, work, path, channel)


def _check_plane(work: Comparison, path: str, channel: naming.Channel) -> None:
    facts, proof = work.context.metadata.imaging, work.proof
    work.reader.group(path)
    proof.typed(path, "ImagingPlane")
    if not work.reader.text(f"{path}/reference_frame"):
        proof.problem(kinds.VERIFY_VALUE_DIFFERS, f"{path}/reference_frame", expected="a text", found="''")
    proof.links_to(f"{path}/device", f"/general/devices/{facts.microscope.name}")
    proof.attribute(f"{path}/grid_spacing", "unit", "meters")
    detector = f"{path}/{channel}"
    work.reader.group(detector)
    proof.typed(detector, "OpticalChannel")
    for number in (f"{path}/excitation_lambda", f"{path}/grid_spacing", f"{detector}/emission_lambda"):
        proof.dtype(number, work.reader.dataset(number).dtype, expected=np.float64)
