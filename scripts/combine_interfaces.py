"""This project's interfaces beside those of another lab, in one neuroconv NWBConverter.

Every data type of a session file is a neuroconv data interface of its own (`ssc_to_nwb/data_types/interfaces.py`), so
that another lab takes the ones it wants and adds its own: here the size of the pupil, from a CSV file with the columns
`time_s` and `diameter_mm`, and a table of notes by an interface of neuroconv, from a CSV file with
start_time, stop_time and a text.

    python scripts/combine_interfaces.py an197522_2013_03_08_session.mat pupil.csv notes.csv combined.nwb
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from neuroconv import BaseDataInterface, NWBConverter
from neuroconv.datainterfaces import CsvTimeIntervalsInterface
from pydantic import FilePath
from pynwb import NWBFile, TimeSeries
from pynwb.behavior import PupilTracking

from ssc_to_nwb.data_types.from_layout import add_objects, find_object
from ssc_to_nwb.data_types.interfaces import (
    EventsInterface,
    RoiResponsesInterface,
    RoiSegmentationInterface,
    TrialNumbersInterface,
    TrialsInterface,
    WhiskerInterface,
)
from ssc_to_nwb.data_types.whisker.layout import BEHAVIOR


class PupilInterface(BaseDataInterface):
    """The other lab's own interface."""

    def __init__(self, file_path: FilePath, verbose: bool = False) -> None:
        super().__init__(file_path=file_path, verbose=verbose)

    def add_to_nwbfile(self, nwbfile: NWBFile, metadata: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Add the diameter of the pupil to the behavior module, beside the whiskers."""
        table = pd.read_csv(self.source_data["file_path"])
        diameter = TimeSeries(
            name="pupil_diameter",
            description="Diameter of the pupil.",
            data=table["diameter_mm"].to_numpy(),
            timestamps=table["time_s"].to_numpy(),
            unit="mm",
        )
        add_objects(nwbfile, [BEHAVIOR])
        find_object(nwbfile, BEHAVIOR.path).add(PupilTracking(time_series=diameter))


class CombinedConverter(NWBConverter):
    """Interfaces are added in this order; trial numbers come after the traces whose time stamps they share."""

    data_interface_classes: ClassVar[dict[str, type[BaseDataInterface]]] = {
        "Whisker": WhiskerInterface,
        "RoiSegmentation": RoiSegmentationInterface,
        "RoiResponses": RoiResponsesInterface,
        "TrialNumbers": TrialNumbersInterface,
        "Events": EventsInterface,
        "Trials": TrialsInterface,
        "Pupil": PupilInterface,
        "Notes": CsvTimeIntervalsInterface,
    }


def combine(*, session_file: Path, pupil_file: Path, notes_file: Path, output: Path) -> None:
    """Write one NWB file from a session file, a pupil file and notes."""
    ours = ("Whisker", "RoiSegmentation", "RoiResponses", "TrialNumbers", "Events", "Trials")
    converter = CombinedConverter(
        source_data={
            **{name: {"file_path": session_file} for name in ours},
            "Pupil": {"file_path": pupil_file},
            "Notes": {"file_path": str(notes_file)},
        }
    )
    metadata = converter.get_metadata()
    metadata["TimeIntervals"]["trials"].update(table_name="notes", table_description="Notes taken during the session.")
    converter.run_conversion(
        nwbfile_path=output,
        metadata=metadata,
        conversion_options={"Notes": {"tag": "trials"}},
        overwrite=True,
    )


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    session_file, pupil_file, notes_file, output = (Path(argument) for argument in sys.argv[1:])
    combine(session_file=session_file, pupil_file=pupil_file, notes_file=notes_file, output=output)
    print(output)
