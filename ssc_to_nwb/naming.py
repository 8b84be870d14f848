"""Names and paths: the one place that decides what files, folders and objects inside the NWB files are called."""

from __future__ import annotations

import glob
import os
import re
from pathlib import Path
from typing import Literal

Channel = Literal["green", "red"]
CHANNELS: tuple[Channel, ...] = ("green", "red")

OPHYS_MODULE = "ophys"
BEHAVIOR_MODULE = "behavior"
SOURCE_MODULE = "source"
# The name that readers of other tools look for.
IMAGE_SEGMENTATION = "ImageSegmentation"
TRIALS = "trials"
POLE_IN_REACH = "pole_in_reach"
TOUCHES = "touches"
LICKS = "licks"
REWARDS = "rewards"
REWARD_CUE = "reward_cue"
IMAGING_GAPS = "imaging_gaps"
TRIAL_NUMBER = "trial_number"
TRIAL_NUMBER_SERIES = re.compile(rf"{TRIAL_NUMBER}(_subvolume_\d{{2,}}(_\d+)?|_of_\w+)?")
TWO_PHOTON_FRAME = "two_photon_frame"
WHISKER_VIDEO = "whisker_video"
SOURCE_STRUCT = "source_struct"
STRUCT_TABLE = f"/processing/{SOURCE_MODULE}/{SOURCE_STRUCT}"
SOURCE_STACKS = "source_stacks"
IMAGE_DESCRIPTIONS = "image_descriptions"
SOURCE_FILES = "source_files"
PROVENANCE = "provenance"
FILE_LAYOUT_ITEM = "file_layout"
# Raised whenever the contents of NWB files change: a file of another layout can't be compared with its source.
FILE_LAYOUT = 2

# Tables of the event series the data set is known to have, and columns of the known trial properties.
EVENT_TABLES = {
    "poleInReach": POLE_IN_REACH,
    "touches": TOUCHES,
    "leftLicks": LICKS,
    "rightLicks": LICKS,
    "leftReward": REWARDS,
    "rightReward": REWARDS,
    "rewardCue": REWARD_CUE,
}
TRIAL_COLUMNS = {
    "LWaterValveTime": "left_water_valve_time",
    "RWaterValveTime": "right_water_valve_time",
    "StimulusPosition": "pole_position_motor_steps",
}

SUBJECT = "/general/subject"
# The fields of the NWB file that are made from a key of metaDataHash, where no metadata file replaces them.
METADATA_PLACES = {
    "species": f"{SUBJECT}/species",
    "experimentType": "/general/notes",
    "animalID": f"{SUBJECT}/subject_id",
    "sex": f"{SUBJECT}/sex",
    "dateOfBirth": f"{SUBJECT}/date_of_birth",
    "dateOfExperiment": "/session_start_time",
    "timeOfExperiment": "/session_start_time",
    "experimenters": "/general/experimenter",
    **{f"animalStrain{number}": f"{SUBJECT}/strain" for number in range(1, 10)},
    **{f"animalSource{number}": f"{SUBJECT}/strain" for number in range(1, 10)},
    **{f"animalGeneModification{number}": f"{SUBJECT}/genotype" for number in range(1, 10)},
}

# Container and prefix of the series for each kind of array of a subvolume.
RESPONSE_CONTAINERS = {"raw": "Fluorescence", "dff": "DfOverF", "event": "CalciumEvents"}
RESPONSE_PREFIXES = {"raw": "raw_fluorescence", "dff": "dff", "event": "calcium_events"}
# Columns that say which touches are of one train.
TOUCH_COLUMNS = ("direction", "whisker")
# Columns of the tables of trials and events that are not properties of the source.
_COLUMNS = frozenset(
    (
        "id", "start_time", "stop_time", "timestamp", "duration", "tags", "trial_number", "trial_type",
        "response", "correct_side", "pole_position_mm", "whisker_valid", "imaging_valid", "imaging_valid_subvolumes",
        "imaged_subvolumes", "start_measured", "source_position", "left_licks", "right_licks", "side", "series",
        *TOUCH_COLUMNS, *TRIAL_COLUMNS.values(),
    )
)  # fmt: skip
_AT_OFFSET = "_at_offset"
IN_PROGRESS_SUFFIX = ".in-progress"
TOKEN_CHARACTERS = 8
RUN_FOLDER = ".ssc-to-nwb"
# Folders of raw files, below which no session file lies; the stacks alone are tens of thousands of files.
RAW_FOLDERS = re.compile(r"fov_\d+|whisker|fluo_batch_out")
HDF5_SUFFIX, ZARR_SUFFIX = ".nwb", ".nwb.zarr"
NWB_SUFFIXES = (HDF5_SUFFIX, ZARR_SUFFIX)
SUBJECT_FOLDERS = "sub-*"
# Marks a file that does not hold a whole session, as the BIDS entity that DANDI's layout has for it.
_DESCRIPTION = "_desc-"


def imaging_plane(plane_name: str, channel: Channel) -> str:
    """ImagingPlane of a plane as one channel records it."""
    return f"imaging_plane_{plane_name}_{channel}"


def two_photon_series(plane_name: str, channel: Channel) -> str:
    """TwoPhotonSeries of a plane and channel."""
    return f"two_photon_series_{plane_name}_{channel}"


def plane_segmentation(plane_name: str) -> str:
    """PlaneSegmentation of a plane."""
    return f"plane_segmentation_{plane_name}"


def response_series(kind: str, plane_name: str) -> str:
    """RoiResponseSeries of a plane for raw fluorescence, dF/F or calcium events."""
    return f"{RESPONSE_PREFIXES[kind]}_{plane_name}"


def images(plane_name: str) -> str:
    """Images container of a plane."""
    return f"images_{plane_name}"


def image(kind: str, channel: Channel) -> str:
    """An image inside a plane's Images container; `kind` such as `master` or `session_mean`."""
    return f"{kind}_{channel}"


def image_pages(plane_name: str, kind: str, channel: Channel) -> str:
    """Table of the pages of a side image that has one per trial; `kind` such as `session_pertrial_mean`."""
    return f"{kind}_{plane_name}_{channel}"


def registration_shift(plane_name: str) -> str:
    """TimeSeries of a plane's registration shifts."""
    return f"registration_shift_{plane_name}"


def whisker_series(quantity: str, whisker: str) -> str:
    """TimeSeries of one whisker and quantity (`angle`, `curvature_change`)."""
    return f"whisker_{quantity}_{snake_case(whisker)}"


def subvolume_trial_number(number: int, *, occurrence: int = 1) -> str:
    """TimeSeries of the trial numbers of a subvolume, the first, second, ... of the session with its number."""
    further = "" if occurrence == 1 else f"_{occurrence}"
    return f"{TRIAL_NUMBER}_subvolume_{number:02d}{further}"


def trial_number_of(name: str) -> str:
    """TimeSeries of the trial numbers on the clock of a registered data type's series of this name."""
    return f"{TRIAL_NUMBER}_of_{name}"


def event_table(source_key: str) -> str:
    """Table of an event series; one that nobody knows has a table of its own."""
    return EVENT_TABLES.get(source_key, f"events_{snake_case(source_key)}")


def trial_column(source_key: str) -> str:
    """Column of a trial property."""
    return TRIAL_COLUMNS.get(source_key, property_column(source_key))


def property_column(source_key: str) -> str:
    """Column of a property of events or trials; one with the name of another column gets an ending."""
    name = snake_case(source_key)
    return f"{name}_property" if name in _COLUMNS or name.endswith(_AT_OFFSET) else name


def at_offset(column: str) -> str:
    """Column of a property's values at the end of events, beside the column of those at their start."""
    return f"{column}{_AT_OFFSET}"


def frame_index(plane_name: str) -> str:
    """Name of the table that gives the file and frame of each time stamp of a plane."""
    return f"frame_index_{plane_name}"


def kept_array(number: int) -> str:
    """Table of a large array that is kept verbatim; numbers count from 1."""
    return f"kept_source_array_{number}"


def snake_case(text: str) -> str:
    """`StimulusPosition` -> `stimulus_position`; anything but letters and digits becomes an underscore."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text)
    return re.sub(r"[\W_]+", "_", spaced).strip("_").lower()


def modalities(*, behavior: bool, imaging: bool, images: bool) -> str:
    """The last part of a file name, from what the file holds, in DANDI's vocabulary and order."""
    parts = [name for name, there in (("behavior", behavior), ("image", images), ("ophys", imaging)) if there]
    return "+".join(parts)


def nwb_path(output: Path, *, subject: str, label: str, modalities: str, stub: bool = False) -> Path:
    """`OUTPUT/sub-an197522/sub-an197522_ses-20130308_behavior+image+ophys.nwb`, the layout DANDI expects.

    label: `SessionKey.label`. Labels must not contain `_` or `-`, which separate them. A stub says so in its name.
    """
    stem = session_stem(subject=subject, label=label)
    description = f"{_DESCRIPTION}stub" if stub else ""
    return subject_folder(output, subject) / f"{stem}{description}_{modalities}{HDF5_SUFFIX}"


def subject_folder(output: Path, subject: str) -> Path:
    """The folder of a subject's files, one of SUBJECT_FOLDERS."""
    return output / f"sub-{dandi_label(subject)}"


def session_stem(*, subject: str, label: str) -> str:
    """What the names of all files of a session begin with: `sub-an197522_ses-20130308`."""
    return f"sub-{dandi_label(subject)}_ses-{dandi_label(label)}"


def is_whole_session(nwb: Path, *, subject: str, label: str) -> bool:
    """Whether this is the name of an NWB file of the session, and not of a stub."""
    of_session = nwb.name.startswith(f"{session_stem(subject=subject, label=label)}_")
    return of_session and nwb.name.endswith(HDF5_SUFFIX) and _DESCRIPTION not in nwb.name


def nwb_stem(nwb: Path) -> str:
    """The name of an NWB file without its ending."""
    return nwb.name.removesuffix(ZARR_SUFFIX).removesuffix(HDF5_SUFFIX)


def dandi_label(text: str) -> str:
    """A text as part of a DANDI file name: without the separators `_` and `-`."""
    return re.sub(r"[^0-9A-Za-z.+]", "", text)


def path_text(path: str) -> str:
    """A path as text that any file can hold: bytes in it that are no UTF-8 as `\\xff`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def video_file(name: str) -> str:
    """Name of a video beside the NWB file, which must be able to hold it: bytes that are no UTF-8 become `_`."""
    return os.fsencode(name).decode("utf-8", "replace").replace("\ufffd", "_")


def source_name(path: Path, root: Path) -> str:
    """A source file as the file names it: relative to the session file's folder, links not followed.

    A file elsewhere has its name alone.
    """
    absolute, folder = os.path.abspath(path), os.path.abspath(root)  # noqa: PTH100 - resolve() would follow links
    inside = Path(absolute).is_relative_to(folder)
    return path_text(Path(absolute).relative_to(folder).as_posix() if inside else path.name)


def video_folder(nwb: Path) -> Path:
    """The folder for a file's external videos: named as the file, without its ending, as DANDI has it."""
    return nwb.with_name(nwb_stem(nwb))


def in_progress_path(final: Path, token: str) -> Path:
    """Where an attempt builds a file or folder: beside its place, hidden, and not to be taken for a finished one.

    token: hexadecimal, of TOKEN_CHARACTERS characters, and more after a dot where need be.
    """
    return final.with_name(f".{final.name}.{token}{IN_PROGRESS_SUFFIX}")


def spare_path(building: Path) -> Path:
    """A file beside one that is being built, of the same attempt."""
    return building.with_name(f"{building.name.removesuffix(IN_PROGRESS_SUFFIX)}.spare{IN_PROGRESS_SUFFIX}")


def in_progress_pattern(final: Path | None = None) -> str:
    """A glob over the names that any attempt's `in_progress_path` of this file, or of any file, may have."""
    name, token = "*" if final is None else glob.escape(final.name), "[0-9a-f]" * TOKEN_CHARACTERS
    return f".{name}.{token}*{IN_PROGRESS_SUFFIX}"


def sidecar(nwb: Path, kind: Literal["ledger", "record", "report", "validation"]) -> Path:
    """A file about an NWB file, out of sight of archive tools: `OUTPUT/.ssc-to-nwb/<name>.<kind>.json`.

    `nwb` lies in OUTPUT/sub-<id>/; <name> is without `.nwb`.
    """
    return run_folder(nwb.parent.parent) / f"{nwb.name.removesuffix(HDF5_SUFFIX)}.{kind}.json"


def run_folder(output: Path) -> Path:
    """Where a run keeps what it needs to know of earlier runs, out of sight of archive tools."""
    return output / RUN_FOLDER
