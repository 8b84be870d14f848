"""A whole session file as one frozen object, read and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.clock import TimeUnits, read_time_units
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.arrays.source import LabelledArray
from ssc_to_nwb.data_types.events.source import KNOWN_TYPES, EventSeries, read_event_series
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.data_types.trials.source import Trials, read_trials
from ssc_to_nwb.data_types.trials.times import labelled_times, measured_starts
from ssc_to_nwb.matlab.field import Field, check_names_distinct, read_hash
from ssc_to_nwb.matlab.leaves import walk_leaves
from ssc_to_nwb.matlab.mat_file import OtherVariable, read_session_struct
from ssc_to_nwb.matlab.stored_chars import MatRead
from ssc_to_nwb.matlab.tree import MatStruct, MatValue
from ssc_to_nwb.metadata.model import SourceFacts
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, SscError
from ssc_to_nwb.session.time_series import read_time_series
from ssc_to_nwb.session_key import SessionKey
from ssc_to_nwb.source_files.session_files import dataset_named, key_from_path


@dataclass(frozen=True, kw_only=True)
class Session:
    """One session as its MATLAB file has it. Times are in ms of the session's clock.

    Attributes
    ----------
    path : Path
        The session file.
    key : SessionKey
        Animal and date, from the file name.
    variable : str
        Name of the variable.
    tree : MatStruct
        The struct as it was read, for the ledger and for what is kept verbatim.
    others : tuple of OtherVariable
        The variables beside it.
    texts_found_utf8 : tuple of str
        Paths of texts that are UTF-8 though the file does not say so.
    units : TimeUnits
        The file's table of time units.
    metadata : dict of str to Field
        metaDataHash by key.
    trials : Trials
        All trials.
    arrays : dict of str to LabelledArray
        By kind, what the data types read from the entries of timeSeriesArrayHash that they claim.
    subvolumes : tuple of Subvolume
        In the order of their first array.
    events : dict of str to EventSeries
        By key name.
    """

    path: Path
    key: SessionKey
    variable: str
    tree: MatStruct
    others: tuple[OtherVariable, ...] = ()
    texts_found_utf8: tuple[str, ...] = ()
    units: TimeUnits
    metadata: dict[str, Field]
    trials: Trials
    arrays: dict[str, LabelledArray]
    subvolumes: tuple[Subvolume, ...]
    events: dict[str, EventSeries]

    @cached_property
    def leaves(self) -> tuple[tuple[str, MatValue], ...]:
        """Every leaf of the struct with its path, in the struct's order."""
        return tuple(walk_leaves(self.tree, self.variable))

    @property
    def planes(self) -> tuple[Plane, ...]:
        """Every imaging plane, subvolume by subvolume."""
        return tuple(plane for volume in self.subvolumes for plane in volume.planes)

    def metadata_text(self, key: str) -> str | None:
        """A text of metaDataHash, such as `animalID`; a whole number as its digits, None where it is absent or empty.

        Raises field-type.
        """
        entry = self.metadata.get(key)
        if entry is None or entry.is_empty:
            return None
        if isinstance(entry.value, np.ndarray):
            return str(entry.integer())
        return entry.text().strip() or None


def read_session(
    path: Path,
    *,
    facts: SourceFacts | None = None,
    allow_unmapped: bool = False,
    read: MatRead | None = None,
    log: ProblemLog,
) -> Session:
    """Read and check a session file of any MATLAB format.

    facts: what a metadata file says of open questions (section `source`); allow_unmapped: arrays and event series of no
    known kind are passed over, for the ledger to keep them whole, instead of an error; read: reads the MATLAB file
    in place of the conversion's reader; log: takes the warnings. Raises SscError of a kind of
    `problems/areas/source.toml` or of a data type, on whatever differs from the layout.
    """
    facts = facts or SourceFacts()
    key = key_from_path(path)
    variable, tree, others, inferred = read_session_struct(
        path, variable_names=facts.variable_names, text_encoding=facts.text_encoding, read=read
    )
    _report_file(path, others=others, inferred=inferred, log=log)
    root = Field(file=path, path=variable, value=tree)
    units = read_time_units(root)
    metadata = _read_metadata(root.child("metaDataHash"), log=log)
    trials = read_trials(root, units=units, log=log)
    arrays, subvolumes = read_time_series(
        root.child("timeSeriesArrayHash"), units=units, facts=facts, allow_unmapped=allow_unmapped, log=log
    )
    events = _read_events(root.child("eventSeriesArrayHash"), units=units, allow_unmapped=allow_unmapped, log=log)
    session = Session(
        path=path, key=key, variable=variable, tree=tree, others=others, texts_found_utf8=inferred, units=units,
        metadata=metadata, trials=trials, arrays=arrays, subvolumes=subvolumes, events=events,
    )  # fmt: skip
    measured = measured_starts(trials.start_ms, trials.numbers, labelled_times(session))
    session = replace(session, trials=replace(trials, start_measured=measured))
    _check_name(session, log=log)
    for _, report_unusual in registry.having("source", "report_unusual"):
        report_unusual(session, log=log)
    return session


def _report_file(path: Path, *, others: tuple[OtherVariable, ...], inferred: tuple[str, ...], log: ProblemLog) -> None:
    for other in others:
        size = "x".join(map(str, other.shape))
        log.add(
            kinds.MAT_VARIABLE_LEFT_OUT,
            file=path,
            field=other.name,
            found=f"{size} {other.matlab_class}, {other.reason}",
        )
    for place in inferred:
        log.add(kinds.MAT_TEXT_FOUND_UTF8, file=path, field=place)


def _read_metadata(field: Field, *, log: ProblemLog) -> dict[str, Field]:
    metadata = {entry.key: entry.value for entry in read_hash(field)}
    for key, value in metadata.items():
        if key not in naming.METADATA_PLACES:
            log.add(kinds.UNKNOWN_KEY_KEPT, file=field.file, field=value.path, found=f"metaDataHash key {key}")
    return metadata


def _read_events(field: Field, *, units: TimeUnits, allow_unmapped: bool, log: ProblemLog) -> dict[str, EventSeries]:
    entries = read_hash(field)
    unknown = [entry.key for entry in entries if entry.key not in KNOWN_TYPES]
    check_names_distinct(field, unknown, named=naming.event_table)
    series = {}
    for entry in entries:
        try:
            series[entry.key] = read_event_series(entry, units=units, log=log)
        except SscError:
            # A series that nobody knows need not be of the known form.
            if entry.key in KNOWN_TYPES or not allow_unmapped:
                raise
    return series


def _check_name(session: Session, *, log: ProblemLog) -> None:
    """The file name must not contradict animalID and dateOfExperiment, where the file has them.

    The lab's animals are `an` and a number; an animalID that is the number alone does not contradict the name, and
    neither does a date with or without the name's letter. Another day is a warning where the name is not of the data
    set's own form: whoever saved such a copy chose its name.
    """
    for key, named, also in (
        ("animalID", session.key.animal, session.key.animal.removeprefix("an")),
        ("dateOfExperiment", session.key.date, session.key.label),
    ):
        given = session.metadata_text(key)
        if given is None or given in (named, also):
            continue
        is_day = key == "dateOfExperiment" and re.fullmatch(r"\d{8}", given) is not None
        if is_day and dataset_named(session.path) is None:
            place = session.metadata[key].path
            log.add(kinds.FILE_NAME_OF_OTHER_DAY, file=session.path, field=place, expected=named, found=given)
        else:
            raise session.metadata[key].problem(
                kinds.FILE_NAME_DISAGREES, expected=f"{named}, as the file name says", found=given
            )
