"""One file from its path to all its messages: schema, nwbinspector, DANDI, and files that can't be read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import h5py
import numpy as np
import pytest
from check_runs import Spoil, copy_without
from pynwb import NWBFile, TimeSeries
from ssc_like import FILE_NAME, IMAGING, VIDEO, sound_nwbfile

from ssc_to_nwb.validate.messages import Message
from ssc_to_nwb.validate.one_file import validate_file


def by_identifier(messages: tuple[Message, ...]) -> dict[str, Message]:
    return {message.identifier: message for message in messages}


@pytest.fixture(scope="module")
def of_four_faults(sound_file: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Message]:
    """The messages about the sound file with faults in a table, the subject, a region of a table and a series."""
    copy = copy_without(sound_file, tmp_path_factory.mktemp("faults"))
    with h5py.File(copy, "r+") as file:
        file["/intervals/touches/stop_time"][0] = file["/intervals/touches/start_time"][0]
        del file["/general/subject/sex"]
        file["/general/subject/species"][()] = "mouse of some kind"
        file["/processing/ophys/DfOverF/dff_fov_01002/rois"][0] = 7
        del file["/processing/behavior/whisker_angle_c2/data"].attrs["unit"]
    return by_identifier(validate_file(copy))


@pytest.fixture
def few_objects(sound_file: Path, tmp_path: Path) -> Path:
    """A copy of the sound file without imaging, licks and whisker, to be changed."""
    return copy_without(sound_file, tmp_path, *IMAGING, VIDEO, "processing/behavior", "events")


def test_messages_of_nwbinspector_name_their_object_and_reason(of_four_faults: dict[str, Message]) -> None:
    messages = of_four_faults
    touches = messages["check_time_intervals_stop_after_start"]
    assert (touches.severity.value, touches.object_path) == ("warning", "/intervals/touches")
    assert touches.reason.startswith("Check that all stop times")
    assert (messages["check_single_row"].severity.value, messages["check_single_row"].object_path) == (
        "info", "/intervals/rewards",
    )  # fmt: skip


def test_the_sound_file_has_one_slight_peculiarity(sound_file: Path) -> None:
    assert set(by_identifier(validate_file(sound_file))) == {"check_single_row", "derived-values-not-checked"}


@pytest.mark.long
def test_validation_leaves_no_trace_in_the_folder(sound_file: Path) -> None:
    def listing() -> list[tuple[str, int, float]]:
        files = sorted(sound_file.parents[1].rglob("*"))
        return [(str(path), path.stat().st_size, path.stat().st_mtime) for path in files]

    before = listing()
    validate_file(sound_file)
    assert listing() == before


def test_breaches_of_the_schema(of_four_faults: dict[str, Message]) -> None:
    message = of_four_faults["nwb-schema"]
    assert message.object_path == "/processing/behavior/whisker_angle_c2/data"
    assert message.text == "TimeSeries/data/unit: argument missing"


def test_breaches_of_the_schema_that_keep_pynwb_from_reading_are_reported(few_objects: Path) -> None:
    with h5py.File(few_objects, "r+") as file:
        del file["/session_description"]

    messages = by_identifier(validate_file(few_objects))
    assert set(messages) == {"nwb-schema", "nwb-unreadable"}
    assert "session_description" in messages["nwb-schema"].text


def test_what_dandi_demands_of_a_subject_is_an_error(of_four_faults: dict[str, Message]) -> None:
    assert of_four_faults["check_subject_sex"].severity.value == "error"
    assert of_four_faults["check_subject_species_form"].severity.value == "error"
    assert of_four_faults["dandi-metadata"].text.startswith("ValueError: Cannot interpret species field")


def test_no_network_for_a_species_that_is_an_address(few_objects: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    with h5py.File(few_objects, "r+") as file:
        file["/general/subject/species"][()] = "http://purl.obolibrary.org/obo/NCBITaxon_999999"
    monkeypatch.setattr("socket.socket.connect", refuse)
    assert set(by_identifier(validate_file(few_objects))) == {"check_single_row", "derived-values-not-checked"}


def test_a_check_that_fails_is_a_message_and_the_others_are_run(
    spoiled: Callable[[Spoil], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ssc_to_nwb.validate import checks_ophys

    def fail(*_: object) -> None:
        raise RuntimeError("no image")

    monkeypatch.setattr(checks_ophys, "image_size", fail)
    messages = by_identifier(validate_file(spoiled(lambda _: None)))

    assert messages["check-failed"].text == "check_masks_inside_image: RuntimeError: no image"
    assert messages["check-failed"].object_path.endswith("plane_segmentation_fov_01002")
    assert "check_single_row" in messages


@pytest.mark.long
def test_empty_tables_are_named_and_break_no_check(tmp_path: Path) -> None:
    from pynwb import NWBHDF5IO
    from pynwb.epoch import TimeIntervals

    nwbfile = sound_nwbfile()
    nwbfile.add_time_intervals(TimeIntervals(name="nothing", description="No intervals.", id=np.zeros(0, dtype=int)))
    path = tmp_path / "sub-an1" / "sub-an1_ses-1_behavior.nwb"
    path.parent.mkdir()
    with NWBHDF5IO(path, "w") as io:
        io.write(nwbfile)

    messages = by_identifier(validate_file(path))

    assert messages["check_empty_table"].object_path == "/intervals/nothing"
    assert "check-failed" not in messages


@pytest.mark.parametrize("damage", ["cut", "text", "empty", "not-nwb"])
def test_files_that_cannot_be_read_are_messages(damage: str, sound_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "sub-an1" / sound_file.name
    path.parent.mkdir()
    if damage == "not-nwb":
        with h5py.File(path, "w") as file:
            file["a"] = 1
    else:
        whole = sound_file.read_bytes()
        path.write_bytes({"cut": whole[: len(whole) // 2], "text": b"no NWB file", "empty": b""}[damage])

    messages = validate_file(path)

    assert [message.identifier for message in messages] == ["nwb-unreadable"]
    assert len(messages[0].text) < 300


def test_an_object_that_pynwb_cannot_make_is_named(few_objects: Path) -> None:
    with h5py.File(few_objects, "r+") as file:
        attributes = dict(file["/intervals/touches/direction"].attrs)
        del file["/intervals/touches/direction"]
        texts = file.create_dataset("/intervals/touches/direction", data=["protraction"])
        texts.attrs.update(attributes)

    message = by_identifier(validate_file(few_objects))["nwb-unreadable"]
    assert (message.object_path, message.text) == ("/intervals/touches", "ValueError: Columns must be the same length")


def test_what_pynwb_warns_of_while_reading_is_a_message(of_four_faults: dict[str, Message]) -> None:
    assert "out of bounds" in of_four_faults["nwb-read-warning"].text
    assert "table-region-out-of-range" in of_four_faults


@pytest.fixture
def zarr_file(sound_file: Path, tmp_path: Path) -> Path:
    """The sound file as zarr, with its videos."""
    pytest.importorskip("hdmf_zarr")
    from hdmf_zarr import NWBZarrIO
    from pynwb import NWBHDF5IO

    shutil.copytree(sound_file.parent / sound_file.stem, tmp_path / "sub-an1" / sound_file.stem)
    path = tmp_path / "sub-an1" / f"{sound_file.name}.zarr"
    with NWBHDF5IO(sound_file, "r") as source, NWBZarrIO(str(path), "w") as target:
        target.export(src_io=source, write_args={"link_data": False})
    return path


@pytest.mark.long
def test_zarr_is_validated_as_hdf5_is(zarr_file: Path, sound_file: Path) -> None:
    def reported(path: Path) -> set[tuple[str, str, str]]:
        return {(message.identifier, message.object_path, message.text) for message in validate_file(path)}

    assert reported(zarr_file) == reported(sound_file)


@pytest.mark.long
def test_faults_are_found_in_zarr_too(zarr_file: Path) -> None:
    import zarr

    store = zarr.open(str(zarr_file), mode="r+")
    times = store["processing/behavior/whisker_angle_c2/timestamps"]
    times[300] = times[299]
    store["processing/ophys/DfOverF/dff_fov_01002/rois"][0] = 3

    messages = by_identifier(validate_file(zarr_file))

    assert messages["timestamps-repeated"].text.startswith("1 time stamps")
    assert messages["table-region-out-of-range"].object_path == "/processing/ophys/DfOverF/dff_fov_01002/rois"


def test_pickles_are_read_only_where_the_user_allows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other people's files may have a column of references to samples, which hdmf-zarr pickles."""
    pytest.importorskip("hdmf_zarr")
    from hdmf_zarr import NWBZarrIO
    from numcodecs import errors, pickles

    if not hasattr(errors, "UnsafeDecodeError"):
        pytest.skip("this version of numcodecs reads all pickles")
    start = datetime(2013, 3, 8, tzinfo=UTC)
    nwbfile = NWBFile(session_description="One series.", identifier="an1", session_start_time=start)
    angle = TimeSeries(name="angle", data=np.zeros(9), unit="degrees", rate=1.0)
    nwbfile.add_acquisition(angle)
    nwbfile.add_epoch(start_time=1.0, stop_time=6.0, timeseries=[angle])
    path = tmp_path / "sub-an1" / f"{FILE_NAME}.zarr"
    monkeypatch.setattr(pickles, "ALLOW_UNSAFE_PICKLE_DECODE", True)
    with NWBZarrIO(str(path), "w") as target:
        target.write(nwbfile)
    monkeypatch.setattr(pickles, "ALLOW_UNSAFE_PICKLE_DECODE", False)

    assert [message.identifier for message in validate_file(path)] == ["zarr-pickles-refused"]


@pytest.mark.parametrize(
    ("place", "identifier"),
    [
        ("sub-an1/sub-an1_ses-20130308_behavior.nwb", None),
        ("sub-an1/session1.nwb", "DANDI.NON_DANDI_FILENAME"),
        ("an1/sub-an1_ses-20130308_behavior.nwb", "DANDI.NON_DANDI_FOLDERNAME"),
        ("sub-an2/sub-an1_ses-20130308_behavior.nwb", "DANDI.METADATA_MISMATCH_SUBJECT"),
    ],
)
@pytest.mark.parametrize("suffix", ["", ".zarr"])
def test_layout(place: str, identifier: str | None, suffix: str, tmp_path: Path) -> None:
    from ssc_to_nwb.validate.dandi_rules import layout_messages

    path = tmp_path / f"{place}{suffix}"
    path.mkdir(parents=True) if suffix else (path.parent.mkdir(parents=True), path.touch())
    found = [message.text.split(":")[0] for message in layout_messages(path)]
    assert found == ([] if identifier is None else [identifier])


def test_the_layout_counts_from_the_dandiset_around_the_file(tmp_path: Path) -> None:
    from ssc_to_nwb.validate.dandi_rules import layout_messages

    (tmp_path / "dandiset.yaml").touch()
    path = tmp_path / "nwb" / "sub-an1" / "sub-an1_ses-20130308_behavior.nwb"
    path.parent.mkdir(parents=True)
    path.touch()

    (message,) = layout_messages(path)
    assert message.text.startswith("DANDI.NON_DANDI_FOLDERNAME")
    assert message.text.endswith("nwb/sub-an1/sub-an1_ses-20130308_behavior.nwb")
