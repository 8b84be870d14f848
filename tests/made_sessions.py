"""Made-up sessions for tests: written, read and converted, with what went wrong on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pynwb import NWBFile

from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.matlab.field import Field
from ssc_to_nwb.matlab.tree import MatCell, MatStruct, MatStructArray
from ssc_to_nwb.metadata.loader import load_metadata
from ssc_to_nwb.metadata.model import Metadata, SourceFacts
from ssc_to_nwb.nwb_file.results import SessionOutcome, SessionTask
from ssc_to_nwb.options.conversion import ConversionOptions
from ssc_to_nwb.problems.model import Problem, ProblemLog, SscError
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.session.context import SessionContext
from ssc_to_nwb.session.session import Session, read_session
from ssc_to_nwb.source_files.session_files import dataset_of, find_session_files, key_from_path
from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.matlab import Cell
from ssc_to_nwb.testing.spec import TOUCH_PROPERTIES, SessionSpec, SubvolumeSpec

Struct = dict[str, Any]
Edit = Callable[[Struct], None]
FILE = Path("an900001_2013_03_08_session.mat")


AWKWARD = SessionSpec(
    animal="an900007",
    date=date(2013, 12, 1),
    seed=7,
    n_trials=9,
    time_unit_id=2,
    trial_number_gap_after=(1, 4),
    trial_type_order=("NoLickR", "ErrR", "HitR", "NoLickL", "ErrL", "HitL"),
    trials_without_type=(3,),
    further_trial_properties=("Luminance", "side"),
    trials_with_nan_valve_time=(1,),
    further_metadata=(("roomName", "2W.335"), ("roomTemperature", 21.5)),
    whiskers=("c1", "c2", "D4"),
    trials_without_whisker=(2, 5),
    nan_over_first_touch=True,
    further_touch_properties=(*TOUCH_PROPERTIES, "wobble"),
    empty_event_series=("rightReward",),
    one_event_series=("leftLicks",),
    subvolumes=(
        SubvolumeSpec(number=4, planes=(2, 3, 4), rois_per_plane=5),
        SubvolumeSpec(number=6, planes=(3,), rois_per_plane=3),
    ),
    image_shape=(40, 72),
    trials_not_imaged=(6,),
    lone_plane_as_struct=True,
    master_image_2d=True,
    shuffled_rows=True,
    single_precision=True,
    rois_without_trace=2,
    traces_without_roi=1,
    blank_time_point=True,
    short_last_file=True,
    rejected_file=True,
    late_first_file=True,
    unknown_trial_frames=True,
    listed_without_fluo_batch_out=True,
)
"""Everything awkward that a session file may hold at once, without its raw files."""


@dataclass(frozen=True)
class Converted:
    """A made-up session and the NWB file made from it."""

    made: SyntheticSession
    outcome: SessionOutcome

    @property
    def path(self) -> Path:
        """The NWB file."""
        assert self.outcome.output is not None, self.outcome.error
        return self.outcome.output

    def warned(self, identifier: str) -> list[str]:
        """What was found by the problems of a kind, in their order."""
        return found_of(self.outcome.problems, identifier)


@dataclass(frozen=True)
class Assembled:
    """A made-up session and its NWBFile before that is written."""

    made: SyntheticSession
    nwbfile: NWBFile
    problems: list[Problem]

    @property
    def session(self) -> NwbSession:
        """What reports and readers make of it."""
        return NwbSession(path=self.made.mat_path, nwbfile=self.nwbfile)

    def warned(self, identifier: str) -> list[str]:
        """What was found by the problems of a kind, in their order."""
        return found_of(self.problems, identifier)


def field(value: Any, path: str = "s.x") -> Field:
    """A field of a file that need not exist."""
    return Field(file=FILE, path=path, value=value)


def row(*values: float) -> np.ndarray:
    """A 1xN double, 0x0 without values."""
    return np.array([values], dtype=np.float64) if values else np.zeros((0, 0))


def cell(*items: Any) -> MatCell:
    """A 1xN cell."""
    return MatCell(shape=(1, len(items)) if items else (0, 0), items=items)


def struct(**fields: Any) -> MatStruct:
    """A 1x1 struct."""
    return MatStruct(fields=fields)


def struct_array(*elements: MatStruct) -> MatStructArray:
    """A 1xN struct array."""
    names = tuple(elements[0].fields) if elements else ()
    return MatStructArray(shape=(1, len(elements)), field_names=names, elements=elements)


def hash_of(**values: Any) -> MatStruct:
    """A Hash without descriptions."""
    return struct(keyNames=cell(*values), value=cell(*values.values()))


def write(
    folder: Path, *, edit: Edit | None = None, raw: bool = False, others: Struct | None = None, **fields: Any
) -> SyntheticSession:
    """Write a session file from the named fields of a spec, with the stacks and videos where `raw`."""
    return write_session(root=folder, spec=SessionSpec(**fields), raw=raw, videos=raw, edit=edit, others=others)


def read(made: SyntheticSession, **options: Any) -> tuple[Session, ProblemLog]:
    """The session as the source model has it, with the warnings."""
    log = ProblemLog()
    reading = {name: options.pop(name) for name in ("allow_unmapped", "read") if name in options}
    return read_session(made.mat_path, facts=SourceFacts(**options), log=log, **reading), log


def facts_of(session: Session) -> SessionFacts:
    """What the rules need to know of a session, with the metadata of its data set."""
    return SessionFacts(SessionContext(session=session, metadata=metadata_of(session.path)))


def metadata_of(path: Path) -> Metadata:
    """The packaged metadata for a session file."""
    key = key_from_path(path)
    return load_metadata(dataset=dataset_of(path), session=str(key), subject=key.animal)


def task_of(source: Path, output: Path, **options: Any) -> SessionTask:
    """What converts the one session of a source, for `convert_session` in this process."""
    (file,) = find_session_files(source)
    return SessionTask(
        session_file=file, output=output, metadata=metadata_of(file.path), options=ConversionOptions(**options)
    )


def read_edited(folder: Path, edit: Edit, **fields: Any) -> tuple[Session, ProblemLog]:
    """The session as it is read after its struct was changed."""
    return read(write(folder, edit=edit, **fields))


def problem_of(folder: Path, edit: Edit | None = None, **fields: Any) -> Problem:
    """The problem that reading a session meets after its struct was changed."""
    made = write(folder, edit=edit, **fields)
    with pytest.raises(SscError) as raised:
        read(made)
    assert raised.value.problem.file == str(made.mat_path)
    return raised.value.problem


@contextmanager
def problem_raised() -> Iterator[list[Problem]]:
    """Expects an SscError; the list holds its problem afterwards."""
    found: list[Problem] = []
    with pytest.raises(SscError) as raised:
        yield found
    found.append(raised.value.problem)


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The NWBFile in a file, read with pynwb."""
    from pynwb import NWBHDF5IO

    with NWBHDF5IO(path, "r") as io:
        yield io.read()


def source_table(path: Path, name: str = "source_struct") -> pd.DataFrame:
    """A table of `processing/source`, read with h5py: far quicker than the whole file with pynwb."""
    import h5py

    with h5py.File(path) as file:
        table = file["processing/source"][name]
        columns = ((one, table[one]) for one in table.attrs["colnames"])
        return pd.DataFrame({one: data.asstr()[:] if data.dtype.kind == "O" else data[:] for one, data in columns})


def found_of(problems: tuple[Problem, ...] | list[Problem], identifier: str) -> list[str]:
    """What was found by the problems of a kind, in their order."""
    return [problem.found or "" for problem in problems if problem.kind.identifier == identifier]


def entry(hash_: Struct, key: str) -> Any:
    """The value of a Hash of the generator's that goes with a key."""
    return hash_["value"][list(hash_["keyNames"]).index(key)]


def set_entry(hash_: Struct, key: str, value: Any) -> None:
    """Replace the value of a Hash of the generator's that goes with a key."""
    hash_["value"][list(hash_["keyNames"]).index(key)] = value


def array(s: Struct, key: str) -> Struct:
    """An entry of timeSeriesArrayHash."""
    return entry(s["timeSeriesArrayHash"], key)


def events(s: Struct, key: str) -> Struct:
    """An entry of eventSeriesArrayHash."""
    return entry(s["eventSeriesArrayHash"], key)


def records(s: Struct, key: str) -> Any:
    """The struct array of planes in the descrHash that goes with an array."""
    hash_ = s["timeSeriesArrayHash"]
    return hash_["descrHash"][list(hash_["keyNames"]).index(key)]["value"][0]


def add_metadata(s: Struct, values: dict[str, Any]) -> None:
    """Add entries to metaDataHash."""
    hash_ = s["metaDataHash"]
    hash_["keyNames"] = Cell([*hash_["keyNames"], *values])
    hash_["value"] = Cell([*hash_["value"], *values.values()])
