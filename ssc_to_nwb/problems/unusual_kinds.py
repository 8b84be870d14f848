"""Kinds of problems: content of a session file that is read and kept as it is, and that an analysis may trip over."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

ROI_PIXEL_TWICE = ProblemKind(
    identifier="roi-pixel-twice",
    severity=Severity.WARNING,
    title="A mask has a pixel twice",
    reason="indicesWithinImage of the ROIs named repeats a pixel. The mask is written as it is in the source.",
    remedy="Count each pixel once in analyses that sum or count the pixels of a mask.",
)
ROI_MASK_EMPTY = ProblemKind(
    identifier="roi-mask-empty",
    severity=Severity.WARNING,
    title="An ROI has a record without pixels",
    reason="indicesWithinImage of the ROIs named is empty. Their traces and outlines are kept; their masks are empty.",
    remedy="Nothing. Such ROIs have no place in the image.",
)
ROI_OUTLINE_NOT_FINITE = ProblemKind(
    identifier="roi-outline-not-finite",
    severity=Severity.WARNING,
    title="An outline has corners that are NaN or infinite",
    reason="cornersXY of the ROIs named has values that are no positions. They are written as they are in the source.",
    remedy="Leave such corners out when you draw outlines. The masks do not depend on them.",
)
VALUES_INFINITE = ProblemKind(
    identifier="values-infinite",
    severity=Severity.WARNING,
    title="Values are infinite",
    reason="A value was divided by zero, or is not a measurement. It is kept. One infinite value makes a mean "
    "infinite.",
    remedy="Leave infinite values out of analyses, as you do with NaN.",
)
WHISKER_ARRAY_MISSING = ProblemKind(
    identifier="whisker-array-missing",
    severity=Severity.WARNING,
    title="The session has no whisker data",
    reason="timeSeriesArrayHash has no whisker array, or an empty one. The NWB file has no whisker angle and no "
    "curvature change.",
    remedy="Nothing, if the whiskers were not tracked in this session. If the array has an unusual key, name it in a "
    "metadata file: source: {array_kinds: {<key>: whisker}}.",
)
CALCIUM_ARRAYS_MISSING = ProblemKind(
    identifier="calcium-arrays-missing",
    severity=Severity.WARNING,
    title="The session has no imaging data",
    reason="timeSeriesArrayHash has no array of dF/F, raw fluorescence or calcium events, or only empty ones. The NWB "
    "file has no ROI traces.",
    remedy="Nothing, if the session was not imaged. If an array has an unusual key, name it in a metadata file: "
    "source: {array_kinds: {<key>: dff}}.",
)
FRAME_LISTED_TWICE = ProblemKind(
    identifier="frame-listed-twice",
    severity=Severity.WARNING,
    title="The session file lists one frame for several time stamps",
    reason="sourceFileFrameIdx names the same frame of the same file more than once, but each frame was recorded once.",
    remedy="Nothing. The frame is written once for each time stamp. Ask who made the session file which time is right.",
)
