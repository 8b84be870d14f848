"""Every interface works alone with neuroconv, and together with those of others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from levels import mostly_long
from made_sessions import opened, write
from neuroconv import BaseDataInterface, ConverterPipe
from pynwb import NWBFile, TimeSeries

from ssc_to_nwb.data_types.interfaces import (
    EventsInterface,
    RoiResponsesInterface,
    RoiSegmentationInterface,
    SessionInterface,
    TrialNumbersInterface,
    TrialsInterface,
    WhiskerInterface,
)
from ssc_to_nwb.session.context import load_context
from ssc_to_nwb.testing.spec import SubvolumeSpec

INTERFACES = [
    EventsInterface,
    RoiResponsesInterface,
    RoiSegmentationInterface,
    TrialsInterface,
    WhiskerInterface,
    TrialNumbersInterface,
]


class PupilInterface(BaseDataInterface):
    """An interface of another lab."""

    def add_to_nwbfile(self, nwbfile: NWBFile, metadata: dict[str, Any]) -> None:
        nwbfile.add_acquisition(TimeSeries(name="pupil", data=[1.0, 1.1], unit="mm", rate=30.0))


@pytest.fixture(scope="module")
def session_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    subvolumes = (SubvolumeSpec(planes=(2, 3), rois_per_plane=2),)
    return write(tmp_path_factory.mktemp("alone"), subvolumes=subvolumes).mat_path


def holds(interface: type[SessionInterface], nwbfile: Any) -> bool:
    processing = nwbfile.processing
    return {
        EventsInterface: lambda: "licks" in nwbfile.events and "touches" in nwbfile.intervals,
        RoiResponsesInterface: lambda: "dff_fov_01002" in processing["ophys"]["DfOverF"].roi_response_series,
        RoiSegmentationInterface: lambda: len(processing["ophys"]["ImageSegmentation"].plane_segmentations) == 2,
        TrialsInterface: lambda: len(nwbfile.trials) == 6,
        TrialNumbersInterface: lambda: "trial_number" in processing["behavior"].data_interfaces,
        WhiskerInterface: lambda: "whisker_angle_c2" in processing["behavior"].data_interfaces,
    }[interface]()


@pytest.mark.parametrize("interface", mostly_long(INTERFACES, quick=lambda one: one is RoiResponsesInterface))
def test_alone(interface: type[SessionInterface], session_file: Path, tmp_path: Path) -> None:
    one = interface(file_path=session_file)
    metadata = one.get_metadata()
    assert metadata["Subject"]["subject_id"] == "an900001"
    one.validate_metadata(metadata)
    one.run_conversion(nwbfile_path=tmp_path / "alone.nwb", metadata=metadata)
    with opened(tmp_path / "alone.nwb") as nwbfile:
        assert holds(interface, nwbfile)
        assert nwbfile.subject.species == "Mus musculus"


def test_all_together_with_anothers(session_file: Path, tmp_path: Path) -> None:
    ours = {interface.__name__: interface(file_path=session_file) for interface in INTERFACES}
    pipe = ConverterPipe(data_interfaces={"pupil": PupilInterface(), **ours})
    pipe.run_conversion(nwbfile_path=tmp_path / "all.nwb", metadata=pipe.get_metadata())
    with opened(tmp_path / "all.nwb") as nwbfile:
        assert all(holds(interface, nwbfile) for interface in INTERFACES)
        assert len(nwbfile.imaging_planes) == 2, "interfaces find what another has made"
        assert nwbfile.acquisition["pupil"].unit == "mm"
        behavior = nwbfile.processing["behavior"]
        assert behavior["trial_number"].timestamps == behavior["whisker_angle_c2"].timestamps


def test_metadata_files_of_ones_own(session_file: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("session: {lab: Somebody}\n")
    one = WhiskerInterface(file_path=session_file, metadata_file_paths=[mine])
    assert one.get_metadata()["NWBFile"]["lab"] == "Somebody"


def test_interfaces_that_share_a_session_read_it_once(session_file: Path) -> None:
    context = load_context(session_file)
    assert all(interface.from_context(context).context is context for interface in INTERFACES)


@pytest.mark.parametrize("interface", INTERFACES)
def test_neuroconv_can_describe_its_arguments(interface: type[SessionInterface], session_file: Path) -> None:
    schema = interface.get_source_schema()
    assert schema["required"] == ["file_path"]
    assert set(schema["properties"]) == {"file_path", "metadata_file_paths", "verbose"}
    assert interface(file_path=session_file).get_conversion_options_schema().get("required", []) == []
    assert interface.display_name
    assert interface.info
