"""Rules for the raw files beside a session file, by what kind of file they are."""

from __future__ import annotations

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rule import Disposition, Rule

_OPHYS = f"/processing/{naming.OPHYS_MODULE}"
# In place of the name of any plane.
_PLANE = "{plane}"

SESSION_FILE = Rule(
    identifier="session-file",
    patterns=("<animal>_<date>_session.mat",),
    disposition=Disposition.WRITTEN,
    text="Every field of the session struct, by the rules above.",
)
STACK = Rule(
    identifier="imaging-stack",
    patterns=("fov_VVPPP/fluo_batch_out/*_main_NNN.tif",),
    disposition=Disposition.WRITTEN,
    nwb=tuple(f"/acquisition/{naming.two_photon_series(_PLANE, channel)}/data" for channel in naming.CHANNELS),
    unit="pixel value",
    text="The frames that sourceFileFrameIdx names, in its order, axes (time, column, row), values unchanged.",
)
SIDE_IMAGE = Rule(
    identifier="side-image",
    patterns=("fov_VVPPP/fluo_batch_out/{master_imreg_image,session_*}_chan_NN.tif",),
    disposition=Disposition.WRITTEN,
    nwb=(f"{_OPHYS}/{naming.images(_PLANE)}",),
    text="An image per channel and kind, axes (column, row), values unchanged.",
)
REGISTRATION = Rule(
    identifier="registration-shifts",
    patterns=("fov_VVPPP/fluo_batch_out/*.imreg_out",),
    disposition=Disposition.WRITTEN,
    nwb=(f"{_OPHYS}/{naming.registration_shift(_PLANE)}/data",),
    unit="pixels",
    text="Shifts per frame, on the frames' time stamps.",
)
VIDEO = Rule(
    identifier="whisker-video",
    patterns=("*.mp4",),
    disposition=Disposition.WRITTEN,
    nwb=(f"/acquisition/{naming.WHISKER_VIDEO}/external_file",),
    text="Copied unchanged into the folder beside the NWB file.",
)
MISSING = Rule(
    identifier="raw-file-missing",
    patterns=("a stack that is listed and not there",),
    disposition=Disposition.LEFT_OUT,
    text="The listed file is not there; its frames are gaps.",
)
LEFT_OUT = Rule(
    identifier="raw-file-left-out",
    patterns=("any other file",),
    disposition=Disposition.LEFT_OUT,
    text="Stays outside, with the reason named for each file.",
)
SYSTEM_FILE = Rule(
    identifier="system-file",
    patterns=("._*", ".DS_Store", "__MACOSX/*", "Thumbs.db", "desktop.ini"),
    disposition=Disposition.LEFT_OUT,
    text="What macOS and Windows leave beside data is named and not counted: it comes and goes.",
)

RAW_RULES = (SESSION_FILE, STACK, SIDE_IMAGE, REGISTRATION, VIDEO, MISSING, LEFT_OUT, SYSTEM_FILE)
