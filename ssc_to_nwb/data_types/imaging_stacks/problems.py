"""Kinds of problems: imaging stacks, on the way into the NWB file and back."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
from ssc_to_nwb.problems.remedies import FETCH_AGAIN, OR_GO_ON

AREA = "Imaging stacks"
TIF_ODD_PAGES = ProblemKind(
    identifier="tif-odd-pages",
    severity=Severity.ERROR,
    title="An imaging stack has an odd number of pages",
    reason="Green and red pages alternate, so a complete file has an even number of pages.",
    remedy=FETCH_AGAIN + OR_GO_ON,
)
TIF_ONE_CHANNEL = ProblemKind(
    identifier="tif-one-channel",
    severity=Severity.ERROR,
    title="An imaging stack has one page per listed frame, but green and red pages were expected",
    reason="It may hold the green channel alone, or be cut short. Read as green and red, its frames would be wrong.",
    remedy="If all stacks of the session hold green alone, set assumptions.channels_per_frame: 1 in a metadata file. "
    "Else " + FETCH_AGAIN[0].lower() + FETCH_AGAIN[1:] + OR_GO_ON,
)
TIF_CHANNELS_UNCLEAR = ProblemKind(
    identifier="tif-channels-unclear",
    severity=Severity.ERROR,
    title="Cannot determine whether an imaging stack holds one channel or two",
    reason="Its number of pages fits neither, and the other stacks or images beside them do not point to two channels.",
    remedy="Set assumptions.channels_per_frame in a metadata file to 1 (green alone) or 2 (green and red); " + OR_GO_ON,
)
STACKS_OF_ONE_CHANNEL = ProblemKind(
    identifier="stacks-of-one-channel",
    severity=Severity.WARNING,
    title="The imaging stacks are read as the green channel alone",
    reason="They have one page per listed frame, and nothing beside them shows a red channel.",
    remedy="Nothing, if that is right. assumptions.channels_per_frame: 1 in a metadata file confirms it.",
)
TIF_TOO_FEW_FRAMES = ProblemKind(
    identifier="tif-too-few-frames",
    severity=Severity.ERROR,
    title="An imaging stack has fewer frames than the session file names",
    reason="sourceFileFrameIdx points to a frame after the last one of the file.",
    remedy="Check that tif and session file belong together; with --keep-going the frames become a gap.",
)
TIF_DIFFERS_FROM_STACK = ProblemKind(
    identifier="tif-differs-from-stack",
    severity=Severity.ERROR,
    title="A tif file differs in size or data type from the others of its plane",
    reason="All files of a plane become one series, which has one image size and one data type.",
    remedy="Check that the file belongs to this plane; " + OR_GO_ON,
)
STACK_FILE_SKIPPED = ProblemKind(
    identifier="stack-file-skipped",
    severity=Severity.WARNING,
    title="A damaged imaging stack is left out",
    reason="The file cannot be used, and --keep-going was given. Its frames are listed as gaps.",
    remedy="Replace the file by a good copy, and convert the session again with --overwrite.",
)
TIF_TEXT_CUT = ProblemKind(
    identifier="tif-text-cut",
    severity=Severity.WARNING,
    title="The description of a tif was shortened",
    reason="An HDF5 attribute holds at most 64 kB, and the text of the plane's first tif is longer.",
    remedy="Nothing. The missing part is the end of a list of settings of the acquisition program.",
)
STACK_NOT_RESTORED = ProblemKind(
    identifier="stack-not-restored",
    severity=Severity.WARNING,
    title="A listed imaging stack is not restored",
    reason="The NWB file has no frame of this stack.",
    remedy="Nothing. The stack was missing or left out when the NWB file was made.",
)
STACK_PAGES_ZERO = ProblemKind(
    identifier="stack-pages-zero",
    severity=Severity.WARNING,
    title="Pages of a restored imaging stack are zero",
    reason="The session file lists no frame for these pages, so they are not in the NWB file.",
    remedy="Nothing. If you need these pages, take them from the source.",
)
STACK_TEXT_CUT = ProblemKind(
    identifier="stack-text-cut",
    severity=Severity.WARNING,
    title="The ImageDescription of a plane's restored stacks may be cut short",
    reason="An attribute of the NWB file holds only the beginning of a long text.",
    remedy="If you need the whole text, take it from the source.",
)
