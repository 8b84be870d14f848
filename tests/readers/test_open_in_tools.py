"""Converted files open in the tools people have, with the source's values. A test per row of reference/contents.md."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from patience import PATIENCE_S

TOOLS = Path(__file__).parent / "tools"
READERS = ("pynapple==0.11.*", "lazynwb==1.*", "nwb2bids==0.13.*", "pynwb==4.*")
EVERYTHING = ("subject", "trial_numbers", "trial_types", "left_licks_s", "touch_onsets_s", "angle", "dff", "frame")

SAMPLE_TRIALS = ("whisker_trials", "plane_trials")
STORED = ("trial_numbers", "trial_types", "touch_onsets_s", "angle", "dff", "frame", *SAMPLE_TRIALS)


def check(found: dict[str, Any], expected: Any, *names: str) -> None:
    """Compare what a tool found, by name, with the truth."""
    truth = {
        **{name: getattr(expected, name) for name in (*EVERYTHING[:5], *SAMPLE_TRIALS)},
        "angle": expected.whisker_angle[:100],
        "dff": expected.dff[:20],
        "frame": expected.frame,
    }
    for name in names:
        if name in ("subject", "trial_types"):
            assert found[name] == truth[name], name
        else:
            numbers = np.array(found[name], dtype=np.float64)
            np.testing.assert_allclose(numbers, np.asarray(truth[name], dtype=np.float64), rtol=1e-12, err_msg=name)


@pytest.mark.long
def test_pynwb_of_today(expected: Any) -> None:
    import pynwb

    run = [sys.executable, TOOLS / "with_pynwb.py", expected.path, expected.plane]
    found = json.loads(subprocess.run(run, capture_output=True, text=True, check=True).stdout)
    check(found, expected, *EVERYTHING)
    assert found["events_seen"]
    assert {tuple(pair) for pair in found["mask"]} == expected.mask
    with pynwb.NWBHDF5IO(expected.path, "r") as io:
        licks = io.read().events["licks"]
        left = [time for time, side in zip(licks["timestamp"][:], licks["side"][:], strict=True) if side == "left"]
        assert left == pytest.approx(expected.left_licks_s)


@pytest.mark.long
@pytest.mark.parametrize(("version", "packages"), [("3.1", ("pynwb==3.1.*",)), ("2.8", ("pynwb==2.8.*", "hdmf<4"))])
def test_pynwb_of_the_past(
    expected: Any, ask_tool: Callable[..., Any], version: str, packages: tuple[str, ...]
) -> None:
    found = ask_tool("with_pynwb.py", expected.path, expected.plane, packages=packages)
    assert found["version"].startswith(version)
    check(found, expected, *EVERYTHING)
    assert {tuple(pair) for pair in found["mask"]} == expected.mask
    # These know no EventsTable; the licks come from the columns of the trials.
    assert not found["events_seen"]


def test_h5py_alone(expected: Any) -> None:
    with h5py.File(expected.path) as file:
        licks, trials = file["events/licks"], file["intervals/trials"]
        left = licks["side"].asstr()[:] == "left"
        frames = file[f"acquisition/two_photon_series_{expected.plane}_green/data"]
        found = {
            "subject": file["general/subject/subject_id"].asstr()[()],
            "trial_numbers": trials["trial_number"][:],
            "trial_types": trials["trial_type"].asstr()[:].tolist(),
            "left_licks_s": licks["timestamp"][:][left],
            "touch_onsets_s": file["intervals/touches/start_time"][:],
            "angle": file["processing/behavior/whisker_angle_c2/data"][:100],
            "dff": file[f"processing/ophys/DfOverF/dff_{expected.plane}/data"][:20, 0],
            "frame": frames[0].T,
            "whisker_trials": file["processing/behavior/trial_number/data"][:],
            "plane_trials": file[f"processing/ophys/trial_number_subvolume_{expected.plane[4:6]}/data"][:],
        }
        check(found, expected, *EVERYTHING, *SAMPLE_TRIALS)
        # The standard filters: no reader needs a plug-in.
        assert (frames.compression, frames.shuffle) == ("gzip", True)


def test_roiextractors_imaging_reader(expected: Any) -> None:
    from roiextractors import NwbImagingExtractor

    extractor = NwbImagingExtractor(expected.path, optical_series_name=f"two_photon_series_{expected.plane}_green")
    assert tuple(extractor.get_image_shape()) == expected.frame.shape
    np.testing.assert_array_equal(extractor.get_series(0, 1)[0], expected.frame)
    assert extractor.get_sampling_frequency() == pytest.approx(7.0)


@pytest.mark.long
def test_pynapple(expected: Any, ask_tool: Callable[..., Any]) -> None:
    found = ask_tool("with_pynapple.py", expected.path, expected.plane, packages=READERS)
    check(found, expected, "angle", "dff", "frame")
    np.testing.assert_allclose(found["angle_times_s"], expected.whisker_time_s[:100])
    # An IntervalSet has no overlaps: touches of two whiskers at once become one, touches of one frame vanish. Their
    # onsets are onsets of the source all the same.
    assert found["touch_onsets_s"]
    assert set(np.round(found["touch_onsets_s"], 6)) <= set(np.round(expected.touch_onsets_s, 6))
    assert {"trials", "touches", "rewards", "pole_in_reach", "reward_cue"} <= set(found["keys"])


@pytest.mark.long
def test_lazynwb(expected: Any, ask_tool: Callable[..., Any]) -> None:
    found = ask_tool("with_lazynwb.py", expected.path, expected.plane, packages=READERS)
    check(found, expected, *EVERYTHING)


@pytest.mark.long
def test_nwb2bids(expected: Any, ask_tool: Callable[..., Any], tmp_path: Path) -> None:
    found = ask_tool("with_nwb2bids.py", expected.path, tmp_path / "bids", packages=READERS)
    participants = dict(zip(*found["participants"], strict=True))
    assert participants["participant_id"] == f"sub-{expected.subject}"
    assert participants["species"] == "Mus musculus"
    of_table = {name: [row for row in found["events"] if row["nwb_table"] == name] for name in ("trials", "touches")}
    assert [row["trial_type"] for row in of_table["trials"]] == expected.trial_types
    np.testing.assert_allclose([float(row["onset"]) for row in of_table["touches"]], expected.touch_onsets_s)
    nwb = [name for name in found["files"] if name.endswith(".nwb")]
    assert len(nwb) == 1
    # It knows no imaging; the documentation says so.
    assert "/ecephys/" in nwb[0]
    assert (tmp_path / "bids" / nwb[0]).read_bytes() == expected.path.read_bytes()


@pytest.mark.long
def test_dandi_reads_its_metadata_from_the_file(expected: Any) -> None:
    from dandi.metadata.nwb import nwb2asset

    asset = nwb2asset(expected.path).model_dump(mode="json", exclude_none=True)
    participant = asset["wasAttributedTo"][0]
    assert participant["identifier"] == expected.subject
    assert participant["species"]["identifier"].endswith("NCBITaxon_10090")
    assert {"TwoPhotonSeries", "PlaneSegmentation"} <= {one["value"] for one in asset["variableMeasured"]}
    session = next(one for one in asset["wasGeneratedBy"] if one["schemaKey"] == "Session")
    assert session["identifier"] in expected.path.name
    assert "two-photon microscopy technique" in {one["name"] for one in asset["measurementTechnique"]}


@pytest.fixture(scope="module")
def exported(expected: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file as a Zarr folder, as hdmf-zarr exports it when nothing is set in the environment."""
    pytest.importorskip("hdmf_zarr", reason="the Zarr backend is not installed")
    target = tmp_path_factory.mktemp("exported") / "session.nwb.zarr"
    export = (
        "import sys; from hdmf_zarr.nwb import NWBZarrIO; from pynwb import NWBHDF5IO\n"
        "with NWBHDF5IO(sys.argv[1], 'r') as read, NWBZarrIO(sys.argv[2], 'w') as write:\n"
        "    write.export(src_io=read, write_args={'link_data': False})"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("NUMCODECS", "ZARR"))}
    subprocess.run([sys.executable, "-c", export, expected.path, target], env=environment, check=True)
    return target


@pytest.mark.long
def test_hdmf_zarr_exports_it(expected: Any, exported: Path) -> None:
    import zarr
    from hdmf_zarr.nwb import NWBZarrIO

    file = zarr.open(str(exported), mode="r")
    np.testing.assert_array_equal(file[f"processing/ophys/DfOverF/dff_{expected.plane}/data"][:, 0], expected.dff)
    np.testing.assert_array_equal(
        file[f"acquisition/two_photon_series_{expected.plane}_green/data"][0].T, expected.frame
    )
    np.testing.assert_allclose(file["intervals/touches/start_time"][:], expected.touch_onsets_s)
    heads = [json.loads(path.read_text()) for path in exported.rglob(".zarray")]
    assert not [head for head in heads if any(codec["id"] == "pickle" for codec in head["filters"] or ())]
    with NWBZarrIO(str(exported), mode="r") as io:
        nwbfile = io.read()
        assert nwbfile.trials["trial_number"][:].tolist() == expected.trial_numbers
        samples = nwbfile.processing["behavior"]["trial_number"].data[:] == expected.trial_numbers[0]
        np.testing.assert_array_equal(samples, expected.whisker_trials == expected.trial_numbers[0])


@pytest.mark.long
def test_zarr_3_reads_the_export(expected: Any, exported: Path, ask_tool: Callable[..., Any]) -> None:
    """Not the dates and the schema: it knows neither zarr 2's fill value of bytes nor the codec json2."""
    found = ask_tool("with_zarr.py", exported, expected.plane, packages=("zarr==3.1.*",))
    assert found["version"].startswith("3.")
    check(found, expected, *STORED)
    assert {tuple(pair) for pair in found["mask"]} == expected.mask
    others = [name for name in found["closed"] if not name.startswith("specifications/")]
    assert others == ["file_create_date", "session_start_time", "timestamps_reference_time"]


@pytest.mark.long
def test_kerchunk(expected: Any, ask_tool: Callable[..., Any]) -> None:
    """References to the chunks as they lie in the file, by the last kerchunk that goes with zarr 2."""
    packages = ("kerchunk==0.2.7", "zarr==2.18.*", "h5py==3.*", "fsspec", "numcodecs<0.16")
    found = ask_tool("with_kerchunk.py", expected.path, expected.plane, packages=packages)
    check(found, expected, *STORED)
    assert found["ranges"] > 100


@pytest.mark.long
def test_lindi(expected: Any, ask_tool: Callable[..., Any], tmp_path: Path) -> None:
    index = tmp_path / "session.nwb.lindi.json"
    packages = ("lindi==0.4.*", "pynwb==4.*")
    found = ask_tool("with_lindi.py", expected.path, index, expected.plane, packages=packages)
    check(found, expected, *STORED)
    assert found["rows"] == expected.trial_numbers


@pytest.mark.long
def test_neuroconv_appends_to_it(expected: Any, tmp_path: Path) -> None:
    import pynwb
    from neuroconv import NWBConverter
    from neuroconv.datainterfaces import CsvTimeIntervalsInterface

    class NotesConverter(NWBConverter):
        data_interface_classes = {"Notes": CsvTimeIntervalsInterface}  # noqa: RUF012

    notes, copy = tmp_path / "notes.csv", tmp_path / "session.nwb"
    notes.write_text("start_time,stop_time,note\n20.0,21.5,animal grooms\n")
    shutil.copyfile(expected.path, copy)
    converter = NotesConverter(source_data={"Notes": {"file_path": str(notes)}})
    metadata = converter.get_metadata()
    metadata["TimeIntervals"]["trials"].update(table_name="notes", table_description="Notes.")
    converter.run_conversion(
        nwbfile_path=copy,
        metadata=metadata,
        append_on_disk_nwbfile=True,
        conversion_options={"Notes": {"tag": "trials"}},
    )
    with pynwb.NWBHDF5IO(copy, "r") as io:
        file = io.read()
        assert file.intervals["notes"]["note"][:].tolist() == ["animal grooms"]
        assert file.trials["trial_number"][:].tolist() == expected.trial_numbers
        np.testing.assert_array_equal(file.processing["behavior"]["whisker_angle_c2"].data[:], expected.whisker_angle)


@pytest.mark.long
def test_h5wasm_as_web_viewers_use_it(expected: Any, node_folder: Path) -> None:
    shutil.copyfile(TOOLS / "with_h5wasm.mjs", node_folder / "with_h5wasm.mjs")
    run = subprocess.run(
        ["node", "with_h5wasm.mjs", expected.path, expected.plane],
        cwd=node_folder, capture_output=True, text=True, check=True, timeout=PATIENCE_S,
    )  # fmt: skip
    found = json.loads(run.stdout)
    found["frame"] = np.array(found["frame"]).reshape(found["frame_shape"]).T
    check(found, expected, *EVERYTHING)
