"""Changes to a finished file, each of which a verification must find, and the object that it must name."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from changes import (
    ANGLE,
    CURVATURE,
    DFF,
    DFF_3,
    EVENTS,
    GREEN,
    IMAGES,
    KEPT,
    LABELS,
    LABELS_1,
    LICKS,
    MODEL,
    PLANE,
    RAW,
    RED,
    RED_PLANE,
    ROIS,
    SEGMENTATION,
    SHIFT,
    SOURCE,
    SUBJECT,
    TOUCHES,
    TRIALS,
    VIDEO,
    Change,
    add,
    attribute,
    chunk_damaged,
    copied,
    exchange,
    extra_column,
    extra_dataset,
    in_type,
    json_part,
    kept_value,
    last_row_doubled,
    last_row_dropped,
    link_resolved,
    linked,
    nan_to_zero,
    object_id_twice,
    other_side,
    pointed,
    put,
    put_text,
    removed,
    replaced,
    reversed_attribute,
    rows_exchanged,
    struct_text,
    swap,
    to_nan,
)
from roi_changes import mask_field, roi_axes_swapped, rois_exchanged
from schema_changes import schema_cut_short, schema_elsewhere, schema_removed


@dataclass(frozen=True)
class Mutation:
    """A change, and the object that must be named: a problem's path begins with it.

    also: other objects that are changed, or whose own change would make up for this one.
    """

    name: str
    place: str
    change: Change
    also: tuple[str, ...] = ()


FRAMES = (
    Mutation("a pixel of a green frame", f"{GREEN}/data", add(f"{GREEN}/data", (2, 3, 4))),
    Mutation("a pixel of a red frame", f"{RED}/data", add(f"{RED}/data", (0, 0, 0))),
    Mutation("the last pixel of the last frame", f"{RED}/data", add(f"{RED}/data", (-1, -1, -1))),
    Mutation("two frames exchanged", f"{GREEN}/data", swap(f"{GREEN}/data", 0, 1)),
    Mutation("frames turned", f"{GREEN}/data", replaced(f"{GREEN}/data", lambda v: v.swapaxes(1, 2))),
    Mutation("the last frame dropped", f"{GREEN}/data", replaced(f"{GREEN}/data", lambda v: v[:-1])),
    Mutation("frames of another type", f"{GREEN}/data", replaced(f"{GREEN}/data", lambda v: v.astype("i4"))),
    Mutation("a damaged chunk", f"{GREEN}/data", chunk_damaged),
    Mutation("channels exchanged", f"{RED}/data", lambda file: exchange(file, f"{GREEN}/data", f"{RED}/data"),
             also=(f"{GREEN}/data",)),
    Mutation("time stamp of a frame", f"{GREEN}/timestamps", add(f"{GREEN}/timestamps", 1, 1e-9)),
    Mutation("image size", f"{GREEN}/dimension", swap(f"{GREEN}/dimension", 0, 1)),
    Mutation("image size in fractions", f"{GREEN}/dimension", in_type(f"{GREEN}/dimension", "f8")),
    Mutation("time stamps of a video in 32 bits", f"{VIDEO}/timestamps",
             replaced(f"{VIDEO}/timestamps", lambda v: v.astype("f4"))),
    Mutation("field of view", f"{RED}/field_of_view", add(f"{RED}/field_of_view", 0, 1e-9)),
    Mutation("line rate", GREEN, attribute(GREEN, "scan_line_rate", 8000.0)),
    Mutation("plane of the frames", f"{RED}/imaging_plane",
             linked(f"{RED}/imaging_plane", RED_PLANE.replace("2", "3"))),
    Mutation("reason of a gap", "/intervals/imaging_gaps", put("/intervals/imaging_gaps/reason", 0, "rain")),
    Mutation("length of a gap", "/intervals/imaging_gaps", add("/intervals/imaging_gaps/frame_count", 0)),
    Mutation("end of a gap", "/intervals/imaging_gaps", add("/intervals/imaging_gaps/stop_time", 0, -1e-3)),
    Mutation("a gap dropped", "/intervals/imaging_gaps", removed("/intervals/imaging_gaps")),
    Mutation("a registration shift", f"{SHIFT}/data", add(f"{SHIFT}/data", (0, 1), 0.25)),
    Mutation("shifts of rows and columns exchanged", f"{SHIFT}/data", replaced(f"{SHIFT}/data", lambda v: v[:, ::-1])),
    Mutation("a side image", f"{IMAGES}/session_mean_red", add(f"{IMAGES}/session_mean_red", (3, 1))),
    Mutation(
        "a page of a side image",
        "/processing/ophys/session_pertrial_sd_fov_01002_green",
        add("/processing/ophys/session_pertrial_sd_fov_01002_green/image", (1, 2, 3)),
    ),
    Mutation("a video's path", f"{VIDEO}/external_file", put(f"{VIDEO}/external_file", 0, "/home/me/video.mp4")),
    Mutation("a video's first frame", f"{VIDEO}/external_file", attribute(f"{VIDEO}/external_file", "starting_frame",
             np.zeros(6, dtype=np.int32))),
    Mutation("time stamp of a video's frame", f"{VIDEO}/timestamps", add(f"{VIDEO}/timestamps", 7, 0.002)),
    Mutation("two videos exchanged", f"{VIDEO}/external_file", swap(f"{VIDEO}/external_file", 0, 1)),
)  # fmt: skip


ROI = (
    Mutation("a mask pixel moved by a column", f"{ROIS}/pixel_mask", mask_field("x", 1)),
    Mutation("a mask pixel moved by a row", f"{ROIS}/pixel_mask", mask_field("y", -1)),
    Mutation("a mask pixel's weight", f"{ROIS}/pixel_mask", mask_field("weight", -0.5)),
    Mutation("x and y of a mask exchanged", f"{ROIS}/pixel_mask", roi_axes_swapped),
    Mutation("a pixel given to the next ROI", f"{ROIS}/pixel_mask", add(f"{ROIS}/pixel_mask_index", 0, -1)),
    Mutation("a corner of an outline", f"{ROIS}/outline", add(f"{ROIS}/outline", (3, 0), 0.5)),
    Mutation("two ROIs exchanged", ROIS, rois_exchanged, also=(f"{RAW}/data", f"{DFF}/data")),
    Mutation("a ROI number", f"{ROIS}/roi_number", add(f"{ROIS}/roi_number", 0)),
    Mutation("where a ROI is listed", f"{ROIS}/source_lists", put(f"{ROIS}/source_lists", 0, "rois")),
    Mutation("plane of the masks", f"{ROIS}/imaging_plane", linked(f"{ROIS}/imaging_plane", PLANE.replace("2", "3"))),
    Mutation("a master image's pixel", f"{IMAGES}/master_green", add(f"{IMAGES}/master_green", (0, 5))),
    Mutation("a master image turned", f"{IMAGES}/master_red", replaced(f"{IMAGES}/master_red", lambda v: v.T)),
    Mutation("a master image of another type", f"{IMAGES}/master_red",
             replaced(f"{IMAGES}/master_red", lambda v: v.astype("f4"))),
    Mutation("a dF/F value", f"{DFF}/data", add(f"{DFF}/data", (1, 0), 1e-12)),
    Mutation("NaN made 0", f"{DFF}/data", nan_to_zero(f"{DFF}/data")),
    Mutation("a number made NaN", f"{RAW}/data", to_nan(f"{RAW}/data")),
    Mutation("float32 for float64", f"{DFF}/data", replaced(f"{DFF}/data", lambda v: v.astype("f4"))),
    Mutation("two columns exchanged", f"{RAW}/data", swap(f"{RAW}/data", (slice(None), 0), (slice(None), 1))),
    Mutation("a calcium event", f"{EVENTS}/data", add(f"{EVENTS}/data", (1, 1), 0.1)),
    Mutation("the last time stamp's row dropped", f"{DFF}/data", replaced(f"{DFF}/data", lambda v: v[:-1])),
    Mutation("a column dropped", f"{DFF}/data", replaced(f"{DFF}/data", lambda v: v[:, :-1])),
    Mutation("rows of the ROI table exchanged", f"{DFF}/rois", swap(f"{DFF}/rois", 0, 1)),
    Mutation("a row outside the ROI table", f"{DFF}/rois", put(f"{DFF}/rois", 0, 99)),
    Mutation("a row before the ROI table", f"{DFF}/rois", put(f"{DFF}/rois", 0, -1)),
    Mutation("another plane's ROI table", f"{DFF}/rois", pointed(f"{DFF}/rois", "table", ROIS.replace("2", "3"))),
    Mutation("rows of the ROI table in 16 bits", f"{DFF}/rois", in_type(f"{DFF}/rois", "i2")),
    Mutation("files of the frame index in fractions", f"{SOURCE}/frame_index_fov_01003",
             in_type(f"{SOURCE}/frame_index_fov_01003/file_number", "f8")),
    Mutation("ends of the masks with a sign", f"{ROIS}/pixel_mask", in_type(f"{ROIS}/pixel_mask_index", "i8")),
    Mutation("a time stamp", f"{RAW}/timestamps", add(f"{RAW}/timestamps", 3, 1e-9)),
    Mutation("all time stamps later", f"{RAW}/timestamps", replaced(f"{RAW}/timestamps", lambda v: v + 0.005)),
    Mutation("another subvolume's time stamps", f"{DFF_3}/timestamps",
             linked(f"{DFF_3}/timestamps", "/processing/ophys/Fluorescence/raw_fluorescence_fov_02002/timestamps")),
    Mutation("a unit", f"{DFF}/data", attribute(f"{DFF}/data", "unit", "percent")),
    Mutation("a conversion", f"{RAW}/data", attribute(f"{RAW}/data", "conversion", 100.0)),
    Mutation("an offset", f"{RAW}/data", attribute(f"{RAW}/data", "offset", 1.0)),
    Mutation("a resolution", f"{RAW}/data", attribute(f"{RAW}/data", "resolution", 0.1)),
    Mutation("a series of another type", DFF, attribute(DFF, "neurodata_type", "TimeSeries")),
    Mutation("a description emptied", DFF, attribute(DFF, "description", "")),
    Mutation("another array's description", DFF, attribute(DFF, "description", "Traces of fov_01002")),
    Mutation("a file of the frame index", f"{SOURCE}/frame_index_fov_01003",
             put(f"{SOURCE}/frame_index_fov_01003/file_number", 0, 3)),
    Mutation("a frame of the frame index", f"{SOURCE}/frame_index_fov_01003",
             add(f"{SOURCE}/frame_index_fov_01003/frame_number", 0)),
    Mutation("a listed path", f"{SOURCE}/source_stacks", put(f"{SOURCE}/source_stacks/listed_path", 1, "other.tif")),
)  # fmt: skip

BEHAVIOR = (
    Mutation("a whisker angle", f"{ANGLE}/data", add(f"{ANGLE}/data", 0, 1e-10)),
    Mutation("a lost whisker made 0", f"{CURVATURE}/data", nan_to_zero(f"{CURVATURE}/data")),
    Mutation("the last whisker sample dropped", f"{ANGLE}/data", replaced(f"{ANGLE}/data", lambda v: v[:-1])),
    Mutation("whiskers exchanged", f"{ANGLE}/data",
             lambda file: exchange(file, f"{ANGLE}/data", ANGLE.replace("c1", "c2") + "/data")),
    Mutation("time stamps in ms", f"{ANGLE}/timestamps", replaced(f"{ANGLE}/timestamps", lambda v: v * 1000)),
    Mutation("a whisker's unit", f"{ANGLE}/data", attribute(f"{ANGLE}/data", "unit", "radians")),
    Mutation("a trial's number", f"{TRIALS}/trial_number", put(f"{TRIALS}/trial_number", 0, 77)),
    Mutation("two trials' numbers", f"{TRIALS}/trial_number", swap(f"{TRIALS}/trial_number", 0, 1)),
    Mutation("trials' numbers in 64 bits", f"{TRIALS}/trial_number", in_type(f"{TRIALS}/trial_number", "i8")),
    Mutation("a trial's row id", f"{TRIALS}/id", put(f"{TRIALS}/id", 0, 77)),
    Mutation("touches' trials in 64 bits", f"{TOUCHES}/trial_number", in_type(f"{TOUCHES}/trial_number", "i8")),
    Mutation("a trial's start measured or not", f"{TRIALS}/start_measured",
             replaced(f"{TRIALS}/start_measured", lambda v: np.concatenate([~v[:1], v[1:]]))),
    Mutation("a trial's start", f"{TRIALS}/start_time", add(f"{TRIALS}/start_time", 1, 1e-6)),
    Mutation("a trial's stop", f"{TRIALS}/stop_time", add(f"{TRIALS}/stop_time", -1, 0.001)),
    Mutation("two trials' types", f"{TRIALS}/trial_type", swap(f"{TRIALS}/trial_type", 0, 1)),
    Mutation("a trial's response", f"{TRIALS}/response", put(f"{TRIALS}/response", 2, "none")),
    Mutation("a trial's side", f"{TRIALS}/correct_side", put(f"{TRIALS}/correct_side", 2, "up")),
    Mutation("a valve time", f"{TRIALS}/left_water_valve_time", add(f"{TRIALS}/left_water_valve_time", 0, 0.001)),
    Mutation("a pole position", f"{TRIALS}/pole_position_motor_steps",
             add(f"{TRIALS}/pole_position_motor_steps", 0)),
    Mutation("a pole position in mm", f"{TRIALS}/pole_position_mm", add(f"{TRIALS}/pole_position_mm", 0, 1e-6)),
    Mutation("a property nobody knows", f"{TRIALS}/luminance", add(f"{TRIALS}/luminance", 0)),
    Mutation("whisker validity", f"{TRIALS}/whisker_valid",
             replaced(f"{TRIALS}/whisker_valid", lambda v: np.concatenate([~v[:1], v[1:]]))),
    Mutation("imaging validity", f"{TRIALS}/imaging_valid",
             replaced(f"{TRIALS}/imaging_valid", lambda v: np.concatenate([~v[:1], v[1:]]))),
    Mutation("validity by subvolume", f"{TRIALS}/imaging_valid_subvolumes",
             add(f"{TRIALS}/imaging_valid_subvolumes", 0)),
    Mutation("imaged subvolume", f"{TRIALS}/imaged_subvolumes", add(f"{TRIALS}/imaged_subvolumes", 0)),
    Mutation("a lick in the trials table", f"{TRIALS}/left_licks", add(f"{TRIALS}/left_licks", 0, 1e-6),
             also=(LICKS,)),
    Mutation("a sample given to the next trial", f"{LABELS}/data", add(f"{LABELS}/data", 0)),
    Mutation("samples of two trials exchanged", f"{LABELS}/data", swap(f"{LABELS}/data", 0, -1)),
    Mutation("a sample's trial dropped", f"{LABELS}/data", replaced(f"{LABELS}/data", lambda v: v[:-1])),
    Mutation("the trial of an imaged time stamp", f"{LABELS_1}/data", add(f"{LABELS_1}/data", -1)),
    Mutation("trial numbers of time stamps in 64 bits", f"{LABELS_1}/data", in_type(f"{LABELS_1}/data", "i8")),
    Mutation("trial numbers of samples as fractions", f"{LABELS}/data", in_type(f"{LABELS}/data", "f8")),
    Mutation("trial numbers with a unit", f"{LABELS}/data", attribute(f"{LABELS}/data", "unit", "trials")),
    Mutation("trial numbers doubled by a conversion", f"{LABELS}/data", attribute(f"{LABELS}/data", "conversion", 2.0)),
    Mutation("trial numbers on another clock", f"{LABELS_1}/timestamps",
             linked(f"{LABELS_1}/timestamps", f"{ANGLE}/timestamps")),
    Mutation("trial numbers with time stamps of their own", f"{LABELS_1}/timestamps", link_resolved),
    Mutation("trial numbers of another type", LABELS, attribute(LABELS, "neurodata_type", "AnnotationSeries")),
    Mutation("trial numbers of a subvolume removed", LABELS_1, removed(LABELS_1)),
    Mutation("a frame of the file's own series", f"{SOURCE}/frame_index_fov_01003",
             add(f"{SOURCE}/frame_index_fov_01003/two_photon_frame", 0)),
    Mutation("columns of the trials in another order", TRIALS,
             lambda file: reversed_attribute(file, TRIALS, "colnames")),
    Mutation("a touch's onset", f"{TOUCHES}/start_time", add(f"{TOUCHES}/start_time", 0, -1e-6)),
    Mutation("a touch's offset", f"{TOUCHES}/stop_time", add(f"{TOUCHES}/stop_time", 0, 0.002),
             also=(f"{TOUCHES}/stop_time",)),
    Mutation("touches that end with their last sample", TOUCHES,
             replaced(f"{TOUCHES}/stop_time", lambda v: v - 0.002)),
    Mutation("length of the last sample of touches", f"{SOURCE}/provenance",
             json_part(f"{SOURCE}/provenance/value", "touch_sample_ms", "2", "3")),
    Mutation("a touch's number", TOUCHES, add(f"{TOUCHES}/touch_number_within_trial", 0)),
    Mutation("numbers of touches in 64 bits", f"{TOUCHES}/touch_number_within_trial",
             in_type(f"{TOUCHES}/touch_number_within_trial", "i8")),
    Mutation("a touch's curvature", f"{TOUCHES}/kappa_max_abs_over_touch",
             add(f"{TOUCHES}/kappa_max_abs_over_touch", 2, 1e-9)),
    Mutation("a touch's sample at its end", f"{TOUCHES}/wh_tsa_corresponding_index",
             add(f"{TOUCHES}/wh_tsa_corresponding_index_at_offset", 1)),
    Mutation("samples at the touches' ends in 32 bits", f"{TOUCHES}/wh_tsa_corresponding_index_at_offset",
             in_type(f"{TOUCHES}/wh_tsa_corresponding_index_at_offset", "f4")),
    Mutation("a touch's direction", TOUCHES, put(f"{TOUCHES}/direction", 0, "sideways")),
    Mutation("a touch's whisker", TOUCHES, put(f"{TOUCHES}/whisker", 0, "d1")),
    Mutation("a touch's trial", f"{TOUCHES}/trial_number", add(f"{TOUCHES}/trial_number", 0)),
    Mutation("the last touch dropped", TOUCHES, last_row_dropped(TOUCHES)),
    Mutation("two touches exchanged", TOUCHES, rows_exchanged(TOUCHES, 0, -1)),
    Mutation("a reward doubled", "/intervals/rewards", last_row_doubled("/intervals/rewards")),
    Mutation("a reward's side", "/intervals/rewards", put("/intervals/rewards/side", 0, "middle")),
    Mutation("the pole's way in", "/intervals/pole_in_reach", add("/intervals/pole_in_reach/start_time", 0, 1e-6)),
    Mutation("the cue's trial", "/intervals/reward_cue", add("/intervals/reward_cue/trial_number", 0)),
    Mutation("a lick", f"{LICKS}/timestamp", add(f"{LICKS}/timestamp", 0, 1e-6)),
    Mutation("a lick's side", LICKS, lambda file: other_side(file, f"{LICKS}/side")),
    Mutation("trial numbers with an axis more", "/intervals/pole_in_reach/trial_number",
             replaced("/intervals/pole_in_reach/trial_number", lambda v: v[:, np.newaxis]),
             also=tuple(f"{TRIALS}/{name}" for name in ("start_time", "stop_time", "start_measured"))),
    Mutation("row ids in 32 bits", f"{TOUCHES}/id", in_type(f"{TOUCHES}/id", "u4")),
    Mutation("subvolumes in fractions", f"{TRIALS}/imaged_subvolumes", in_type(f"{TRIALS}/imaged_subvolumes", "f8")),
    Mutation("points for intervals", LICKS, attribute(LICKS, "neurodata_type", "DynamicTable")),
)  # fmt: skip


START = "/session_start_time"

GENERAL = (
    Mutation("start of the session", START, put_text(START, "2013-03-08T15:45:47-05:00")),
    Mutation("zone of the start", START, put_text(START, "2013-03-08T20:45:46+00:00")),
    Mutation("identifier", "/identifier", put_text("/identifier", "another")),
    Mutation("description", "/session_description", put_text("/session_description", "none")),
    Mutation("notes", "/general/notes", put_text("/general/notes", "none")),
    Mutation("experimenter", "/general/experimenter", put("/general/experimenter", 0, "Simon, Peron")),
    Mutation("a keyword", "/general/keywords", put("/general/keywords", 0, "cerebellum")),
    Mutation("subject", f"{SUBJECT}/subject_id", put_text(f"{SUBJECT}/subject_id", "an1")),
    Mutation("species", f"{SUBJECT}/species", put_text(f"{SUBJECT}/species", "Rattus norvegicus")),
    Mutation("sex", f"{SUBJECT}/sex", put_text(f"{SUBJECT}/sex", "F")),
    Mutation("strain", f"{SUBJECT}/strain", put_text(f"{SUBJECT}/strain", "023139 (JAX)")),
    Mutation("age from another event", f"{SUBJECT}/age", attribute(f"{SUBJECT}/age", "reference", "gestational")),
    Mutation("wave length", f"{PLANE}/excitation_lambda", put(f"{PLANE}/excitation_lambda", (), 920.0)),
    Mutation("grid spacing", f"{PLANE}/grid_spacing", swap(f"{PLANE}/grid_spacing", 0, 2)),
    Mutation("frame rate", f"{PLANE}/imaging_rate", put(f"{PLANE}/imaging_rate", (), 15.0)),
    Mutation("wave length in 32 bits", f"{PLANE}/excitation_lambda", in_type(f"{PLANE}/excitation_lambda", "f4")),
    Mutation("version of the schema", "/", attribute("/", "nwb_version", "2.0.0")),
    Mutation("a part of the schema removed", "/specifications/core", schema_removed),
    Mutation("a part of the schema cut short", "/specifications/core", schema_cut_short),
    Mutation("another place for the schema", "/", schema_elsewhere),
    Mutation("location", f"{PLANE}/location", put_text(f"{PLANE}/location", "VISp")),
    Mutation("colours exchanged", f"{PLANE}/green", lambda file: exchange(
        file, f"{PLANE}/green/emission_lambda", f"{RED_PLANE}/red/emission_lambda")),
    Mutation("labels exchanged", f"{PLANE}/indicator", lambda file: exchange(
        file, f"{PLANE}/indicator", f"{RED_PLANE}/indicator")),
    Mutation("red frames on the green plane", f"{RED}/imaging_plane", linked(f"{RED}/imaging_plane", PLANE)),
    Mutation("model of the microscope", MODEL, attribute(MODEL, "manufacturer", "Thorlabs")),
    Mutation("centroid of a ROI", f"{ROIS}/centroid_x_um", put(f"{ROIS}/centroid_x_um", 0, 1.0)),
    Mutation("row of a centroid", f"{ROIS}/centroid_y_um", put(f"{ROIS}/centroid_y_um", 0, 1.0)),
    Mutation("depth of a ROI", f"{ROIS}/depth_from_first_plane_um", put(f"{ROIS}/depth_from_first_plane_um", 0, 7.0)),
    Mutation("cell of a ROI", f"{ROIS}/cell", swap(f"{ROIS}/cell", 0, 1)),
    Mutation("plane of a ROI", f"{ROIS}/plane", put(f"{ROIS}/plane", 0, "fov_01003")),
    Mutation("microscope", "/general/devices/DOM3", attribute("/general/devices/DOM3", "description", "A telescope.")),
    Mutation("a kept number", f"{KEPT}/value", kept_value("s.timeUnitIds", "[[1.0, 2.0, 3.0, 4.0, 6.0]]")),
    Mutation("a kept text", f"{KEPT}/value", kept_value("s.metaDataHash.value{1}", '"Mus"')),
    Mutation("the class of a kept field", f"{KEPT}/matlab_class", put(f"{KEPT}/matlab_class", 0, "string")),
    Mutation("a field of the source struct dropped", KEPT, last_row_dropped(KEPT)),
    Mutation("a field of the source struct twice", KEPT, last_row_doubled(KEPT)),
    Mutation("two rows of the source struct exchanged", KEPT, rows_exchanged(KEPT, 3, 4)),
    Mutation("a range of paths", f"{KEPT}/path", struct_text("path", ".cornersXY", "1..", "2..")),
    Mutation("a range without end", KEPT, struct_text("path", ".cornersXY", "1..", "1..99999999")),
    Mutation("the size of an outline", f"{KEPT}/size", struct_text("size", ".cornersXY", "2x", "3x")),
    Mutation("the size of a cell", f"{KEPT}/size", struct_text("size", ".imagingPlane", "1x", "2x")),
    Mutation("whole or not", f"{KEPT}/whole", struct_text("whole", ".time", "yes", "no")),
    Mutation("what became of a field", f"{KEPT}/how", struct_text("how", ".valueMatrix", "written", "derived")),
    Mutation("the rule of a field", f"{KEPT}/rule", struct_text("rule", ".valueMatrix", "whisker", "calcium")),
    Mutation("an object that a field became", f"{KEPT}/objects", struct_text("objects", ".valueMatrix", "_c1", "_c2")),
    Mutation("the text of labels", f"{KEPT}/value", struct_text("value", ".idStrs{1..", "Ca TS", "Cb TS")),
    Mutation("the order of fields", f"{KEPT}/value",
             struct_text("value", "metaDataHash", '"keyNames", "value"', '"value", "keyNames"')),
    Mutation("a key on the way", f"{KEPT}/key", struct_text("key", ".time", "whiskerVars", "whiskers")),
    Mutation("a source file's size", f"{SOURCE}/source_files/bytes", add(f"{SOURCE}/source_files/bytes", 0)),
    Mutation("a source file's hash", f"{SOURCE}/source_files/sha256",
             put(f"{SOURCE}/source_files/sha256", 0, "0" * 64)),
    Mutation("metadata of the provenance", f"{SOURCE}/provenance",
             json_part(f"{SOURCE}/provenance/value", "metadata", "DOM3", "DOM4")),
    Mutation("ledger of the provenance", f"{SOURCE}/provenance",
             json_part(f"{SOURCE}/provenance/value", "ledger", '"left out":{"bytes":0', '"left out":{"bytes":1')),
    Mutation("an object nobody knows", "/scratch", lambda file: file.create_dataset("scratch/x", data=1) and None),
    Mutation("a column nobody knows", f"{TRIALS}/mood", extra_column),
    Mutation("a dataset nobody knows", "/processing/ophys/extra", extra_dataset("/processing/ophys/extra")),
    Mutation("a field of the subject nobody knows", f"{SUBJECT}/nickname", extra_dataset(f"{SUBJECT}/nickname")),
    Mutation("a copy of a series", f"{SOURCE}/angle", copied(ANGLE, f"{SOURCE}/angle")),
    Mutation("a copy of a table of events", "/intervals/touches_2", copied(TOUCHES, "/intervals/touches_2")),
    Mutation("an image nobody knows", f"{IMAGES}/third", copied(f"{IMAGES}/master_red", f"{IMAGES}/third")),
    Mutation("the group of the masks removed", SEGMENTATION, removed(SEGMENTATION)),
    Mutation("the group of the masks of another type", SEGMENTATION,
             attribute(SEGMENTATION, "neurodata_type", "Fluorescence")),
    Mutation("the group of the masks under another name", SEGMENTATION,
             lambda file: file.move(SEGMENTATION, "/processing/ophys/segmentation")),
    Mutation("the record of the source removed", SOURCE, removed(SOURCE), also=("/",)),
    Mutation("the source struct removed", KEPT, removed(KEPT), also=("/",)),
    Mutation("the provenance removed", f"{SOURCE}/provenance", removed(f"{SOURCE}/provenance"), also=("/",)),
    Mutation("an attribute nobody knows", ANGLE, attribute(ANGLE, "checked", 1)),
    Mutation("an object id not unique", "/", object_id_twice),
    Mutation("a series removed", CURVATURE, removed(CURVATURE)),
    Mutation("the trials removed", TRIALS, removed(TRIALS)),
    Mutation("the masks removed", ROIS, removed(ROIS)),
)  # fmt: skip

ALL = (*FRAMES, *ROI, *BEHAVIOR, *GENERAL)


def _batches(count: int) -> tuple[tuple[Mutation, ...], ...]:
    """All mutations in so many batches or a few more; those of a batch change different objects, none below another."""
    batches: list[list[Mutation]] = [[] for _ in range(count)]
    for mutation in ALL:
        batches.sort(key=len)
        batch = next((one for one in batches if not any(_overlap(mutation, other) for other in one)), None)
        if batch is None:
            batches.append([mutation])
        else:
            batch.append(mutation)
    return tuple(map(tuple, batches))


def _overlap(one: Mutation, other: Mutation) -> bool:
    pairs = itertools.product(_changed(one), _changed(other))
    return any(f"{a}/".startswith(f"{b.rstrip('/')}/") or f"{b}/".startswith(f"{a.rstrip('/')}/") for a, b in pairs)


def _changed(mutation: Mutation) -> tuple[str, ...]:
    # Columns of traces are found through their rows of the ROI table: wherever those are wrong, no column is compared.
    through = (RAW, DFF) if mutation.place == f"{DFF}/rois" else ()
    return (mutation.place, *mutation.also, *through)


BATCHES = _batches(16)
