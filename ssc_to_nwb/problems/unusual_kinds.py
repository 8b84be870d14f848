"""Kinds of problems: content of a session file that is read and kept as it is, and that an analysis may trip over."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

ROI_PIXEL_TWICE = ProblemKind(
    identifier="roi-pixel-twice",
    severity=Severity.WARNING,
    title="A mask has a pixel twice",
    reason="indicesWithinImage of the ROIs named repeats a pixel; the mask is written as the source has it.",
    remedy="Analyses that sum or count the pixels of a mask must take each once.",
)
ROI_MASK_EMPTY = ProblemKind(
    identifier="roi-mask-empty",
    severity=Severity.WARNING,
    title="A ROI has a record and no pixel",
    reason="indicesWithinImage of the ROIs named is empty; their traces and outlines are kept, their masks are empty.",
    remedy="Nothing to do for the conversion; such ROIs have no place in the image.",
)
ROI_OUTLINE_NOT_FINITE = ProblemKind(
    identifier="roi-outline-not-finite",
    severity=Severity.WARNING,
    title="An outline has corners that are NaN or infinite",
    reason="cornersXY of the ROIs named holds values that are no position; they are written as the source has them.",
    remedy="Programs that draw outlines must leave such corners out; the masks do not depend on them.",
)
VALUES_INFINITE = ProblemKind(
    identifier="values-infinite",
    severity=Severity.WARNING,
    title="Values are infinite",
    reason="A value was divided by zero, or is no measurement; it is kept. A single one makes a mean infinite.",
    remedy="Analyses must leave infinite values out, as they do NaN.",
)
WHISKER_ARRAY_MISSING = ProblemKind(
    identifier="whisker-array-missing",
    severity=Severity.WARNING,
    title="The session has no whisker data",
    reason="timeSeriesArrayHash holds no whisker array, or one without samples: the NWB file has no whisker angle and "
    "no curvature change.",
    remedy="Nothing, if the whiskers were not tracked in this session. An array under an unusual key is named in a "
    "metadata file: source: {array_kinds: {<key>: whisker}}.",
)
CALCIUM_ARRAYS_MISSING = ProblemKind(
    identifier="calcium-arrays-missing",
    severity=Severity.WARNING,
    title="The session has no imaging data",
    reason="timeSeriesArrayHash holds no array of dF/F, raw fluorescence or calcium events, or none with frames: the "
    "NWB file has no traces of ROIs.",
    remedy="Nothing, if the session was not imaged. An array under an unusual key is named in a metadata file: "
    "source: {array_kinds: {<key>: dff}}.",
)
FRAME_LISTED_TWICE = ProblemKind(
    identifier="frame-listed-twice",
    severity=Severity.WARNING,
    title="The session file lists one frame for several time stamps",
    reason="sourceFileFrameIdx names the same frame of the same file more than once; each frame was taken once.",
    remedy="Nothing; the frame is in the series once for each. Ask who made the session file which time is right.",
)
