"""The general part of the file: identity, subject, texts, devices, imaging planes."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.data_types.trial_labels.source import NO_TRIAL
from ssc_to_nwb.metadata.model import DeviceFacts
from ssc_to_nwb.problems import verify_kinds as kinds
from ssc_to_nwb.proof import expected_metadata as expected
from ssc_to_nwb.proof.comparison import Comparison
from ssc_to_nwb.proof.expected_metadata import SUBJECT, SourceMetadata
from ssc_to_nwb.restoring.nwb_reader import ObjectError

_UM = 1e-6
# Keys of metaDataHash whose fields are compared here; where a metadata file replaces one, its text is.
_SUBJECT_KEYS = ("species", "animalID", "sex", "animalStrain", "animalSource", "animalGeneModification")


def check_general(work: Comparison) -> None:
    """Compare every general field of the file."""
    source = SourceMetadata(work)
    for path, text in {**expected.general_texts(source), **expected.subject_texts(source)}.items():
        work.proof.guarded(path, _check_text, work, path, text)
    for path, texts in expected.general_lists(source).items():
        work.proof.guarded(path, _check_list, work, path, texts)
    for path in ("/session_start_time", "/timestamps_reference_time"):
        work.proof.guarded(path, _check_moment, work, path, expected.start_time(source))
    born = expected.birth_date(source)
    if born is not None:
        work.proof.guarded(f"{SUBJECT}/date_of_birth", _check_moment, work, f"{SUBJECT}/date_of_birth", born)
    for path, check in (
        (SUBJECT, _check_subject),
        ("/general/experimenter", _check_experimenter),
        ("/general/notes", _check_notes),
        ("/general/was_generated_by", _check_tool),
        ("/file_create_date", _check_create_date),
    ):
        work.proof.guarded(path, check, work, source)
    work.proof.typed("/", "NWBFile")
    for key in work.session.metadata:
        known = key.rstrip("123456789") in _SUBJECT_KEYS or key in _GENERAL_KEYS
        work.general_fields[key] = known


_GENERAL_KEYS = ("experimentType", "dateOfBirth", "dateOfExperiment", "timeOfExperiment", "experimenters")


def _check_text(work: Comparison, path: str, text: str) -> None:
    work.proof.equal(path, expected=text, found=work.reader.text(path))


def _check_list(work: Comparison, path: str, texts: list[str]) -> None:
    work.proof.equal(path, expected=texts, found=work.reader.texts(path))


def _check_moment(work: Comparison, path: str, moment: datetime | None) -> None:
    text = work.reader.text(path)
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    # Where the clock is set back or forward, Python holds no time with a zone for equal to one with a fixed offset.
    same = moment is not None and found.astimezone(UTC) == moment.astimezone(UTC)
    same = same and moment is not None and found.utcoffset() == moment.utcoffset()
    work.proof.counts[path] += 1
    if not same:
        work.proof.problem(kinds.VERIFY_VALUE_DIFFERS, path, expected=moment and moment.isoformat(), found=text)


def _check_subject(work: Comparison, source: SourceMetadata) -> None:  # noqa: ARG001
    work.reader.group(SUBJECT)
    work.proof.typed(SUBJECT, "Subject")
    if work.reader.has(f"{SUBJECT}/age"):
        work.proof.attribute(f"{SUBJECT}/age", "reference", "birth")


def _check_experimenter(work: Comparison, source: SourceMetadata) -> None:
    path = "/general/experimenter"
    found = work.reader.texts(path)
    given = list(source.context.metadata.session.experimenters)
    if given:
        work.proof.equal(path, expected=given, found=found)
        return
    told = source.texts("experimenters")
    work.proof.equal(path, expected=expected.name_words(told), found=expected.name_words(found))
    for name in found:
        # "First Last" of the source, with no comma to tell, is to stand as "Last, First".
        last, _, first = name.partition(", ")
        if first and not any(name in text or f"{first} {last}" in text or f"{last}, {first}" in text for text in told):
            work.proof.problem(kinds.VERIFY_VALUE_DIFFERS, path, expected=f"a name of {told}", found=name)


def _check_notes(work: Comparison, source: SourceMetadata) -> None:
    path = "/general/notes"
    text = work.reader.text(path)
    for part in expected.note_parts(source):
        work.proof.counts[path] += 1
        if part not in text:
            work.proof.problem(kinds.VERIFY_VALUE_DIFFERS, path, expected=f"notes with {part!r}", found="other notes")


def _check_tool(work: Comparison, source: SourceMetadata) -> None:  # noqa: ARG001
    path = "/general/was_generated_by"
    values = work.reader.values(path)
    if values.shape != (1, 2) or values[0, 0] != "ssc_to_nwb" or not values[0, 1]:
        work.proof.problem(
            kinds.VERIFY_VALUE_DIFFERS, path, expected="ssc_to_nwb and its version", found=values.tolist()
        )


def _check_create_date(work: Comparison, source: SourceMetadata) -> None:  # noqa: ARG001
    path = "/file_create_date"
    for text in work.reader.texts(path):
        if datetime.fromisoformat(text.replace("Z", "+00:00")).tzinfo is None:
            raise ObjectError(path, expected="a time with its zone", found=text)


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
            check_imaging_plane(work, subvolume, plane, "green")
    if work.session.subvolumes:
        facts = work.context.metadata.imaging.microscope
        work.proof.guarded(f"/general/devices/{facts.name}", check_device, work, facts)


def imaging_plane_path(plane_name: str, channel: naming.Channel) -> str:
    """Where the ImagingPlane of a plane and channel is in the file."""
    return f"/general/optophysiology/{naming.imaging_plane(plane_name, channel)}"


def check_imaging_plane(work: Comparison, subvolume: Subvolume, plane: Plane, channel: naming.Channel) -> None:
    """Compare the ImagingPlane of one channel of a plane: its place, its label and what detects it."""
    path = imaging_plane_path(plane.name, channel)
    work.proof.guarded(path, _check_plane, work, path, subvolume, plane, channel)


def _check_plane(work: Comparison, path: str, subvolume: Subvolume, plane: Plane, channel: naming.Channel) -> None:
    facts, proof = work.context.metadata.imaging, work.proof
    detected = next(one for name, one in facts.channels.items() if name == channel)
    work.reader.group(path)
    proof.typed(path, "ImagingPlane")
    text = work.reader.text(f"{path}/description")
    numbered = f"Plane {plane.position} of {len(subvolume.planes)}"
    for part in (plane.name, facts.location_description, numbered, f"{channel} channel"):
        if part not in text:
            proof.problem(kinds.VERIFY_VALUE_DIFFERS, f"{path}/description", expected=f"... {part} ...", found=text)
    if not work.reader.text(f"{path}/reference_frame"):
        proof.problem(kinds.VERIFY_VALUE_DIFFERS, f"{path}/reference_frame", expected="a text", found="''")
    _check_text(work, f"{path}/indicator", detected.indicator)
    _check_text(work, f"{path}/location", facts.location)
    _check_numbers(work, f"{path}/excitation_lambda", np.array(facts.excitation_lambda_nm))
    proof.links_to(f"{path}/device", f"/general/devices/{facts.microscope.name}")
    rows, columns = plane.image_shape
    width, height = facts.field_of_view_um
    spacing = np.array([width / columns * _UM, height / rows * _UM, facts.plane_spacing_um * _UM])
    _check_numbers(work, f"{path}/grid_spacing", spacing)
    proof.attribute(f"{path}/grid_spacing", "unit", "meters")
    _check_rate(work, f"{path}/imaging_rate", subvolume)
    detector = f"{path}/{channel}"
    work.reader.group(detector)
    proof.typed(detector, "OpticalChannel")
    _check_numbers(work, f"{detector}/emission_lambda", np.array(detected.emission_lambda_nm))
    _check_text(work, f"{detector}/description", detected.description)


def _check_rate(work: Comparison, path: str, subvolume: Subvolume) -> None:
    """Frames per second within trials, to the precision of the source's clock; absent without two frames in a trial."""
    stretches = np.split(subvolume.time_ms, np.flatnonzero(np.diff(subvolume.trial)) + 1)
    labels = np.split(subvolume.trial, np.flatnonzero(np.diff(subvolume.trial)) + 1)
    steps = [np.diff(times) for times, label in zip(stretches, labels, strict=True) if NO_TRIAL not in label]
    middle_ms = float(np.median(np.concatenate(steps))) if sum(map(len, steps)) else 0.0
    tick_ms = 1.0 if not np.any(subvolume.time_ms % 1) else 1e-3
    middle_ms = round(middle_ms / tick_ms) * tick_ms
    if middle_ms <= 0:
        if work.reader.has(path):
            work.proof.problem(kinds.VERIFY_OBJECT_UNEXPECTED, path, expected="no rate", found="a rate")
        return
    written = [float(f"{1000.0 / middle_ms:.{places}f}") for places in range(12)]
    # The shortest number for which the clock would show the same interval.
    same = [rate for rate in written if rate and abs(1000.0 / rate - middle_ms) <= tick_ms / 2]
    _check_numbers(work, path, np.array(same[0]))


def _check_numbers(work: Comparison, path: str, expected_values: np.ndarray) -> None:
    found = work.reader.values(path)
    work.proof.dtype(path, found.dtype, expected=np.float64)
    work.proof.numbers(path, expected=expected_values, found=found)
