"""Kinds of problems: ROIs and the frames of their planes."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

AREA = "ROIs"
ROI_NUMBER_TWICE = ProblemKind(
    identifier="roi-number-twice",
    severity=Severity.ERROR,
    title="An ROI number occurs twice",
    reason="ROI numbers are unique within a session; masks and traces are joined by them.",
    remedy="Look at the ids that are named.",
)
ROI_WITHOUT_RECORD = ProblemKind(
    identifier="roi-without-record",
    severity=Severity.WARNING,
    title="An ROI has no record of its mask",
    reason="rois does not have a number that ids has. The traces are kept; the mask is empty.",
    remedy="Nothing. Such ROIs have traces and no place in the image.",
)
ROI_WITHOUT_TRACE = ProblemKind(
    identifier="roi-without-trace",
    severity=Severity.WARNING,
    title="An ROI has a mask and no trace",
    reason="Some ROIs of a plane have no row in the arrays. Their masks are kept.",
    remedy="Nothing.",
)
ROI_PIXEL_OUTSIDE = ProblemKind(
    identifier="roi-pixel-outside",
    severity=Severity.ERROR,
    title="An ROI has a pixel outside the image",
    reason="indicesWithinImage are 1-based, column-major positions in an image of the size of the master image.",
    remedy="Compare indicesWithinImage with the size of masterImage.",
)
FRAME_INDEX_OUTSIDE = ProblemKind(
    identifier="frame-index-outside",
    severity=Severity.ERROR,
    title="A frame index points outside the list of files",
    reason="Row 1 of sourceFileFrameIdx is a position in sourceFileList; row 2 counts frames from 1.",
    remedy="Look at sourceFileFrameIdx at the position that is named.",
)
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
FRAME_LISTED_TWICE = ProblemKind(
    identifier="frame-listed-twice",
    severity=Severity.WARNING,
    title="The session file lists one frame for several time stamps",
    reason="sourceFileFrameIdx names the same frame of the same file more than once, but each frame was recorded once.",
    remedy="Nothing. The frame is written once for each time stamp. Ask who made the session file which time is right.",
)
