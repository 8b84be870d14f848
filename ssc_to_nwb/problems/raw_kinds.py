"""Kinds of problems: the raw files beside a session file, and tif files as such."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
from ssc_to_nwb.problems.remedies import FETCH_AGAIN, OR_GO_ON

TIF_UNREADABLE = ProblemKind(
    identifier="tif-unreadable",
    severity=Severity.ERROR,
    title="Cannot read a tif file",
    reason="The file is not a tif, its page table is damaged, or the operating system refuses to read it.",
    remedy=FETCH_AGAIN + OR_GO_ON,
)
TIF_TRUNCATED = ProblemKind(
    identifier="tif-truncated",
    severity=Severity.ERROR,
    title="A tif file ends before its last page",
    reason="A page or the page table points past the end of the file. A copy or a download was cut short.",
    remedy=FETCH_AGAIN + OR_GO_ON,
)
TIF_PIXELS_UNSUPPORTED = ProblemKind(
    identifier="tif-pixels-unsupported",
    severity=Severity.ERROR,
    title="A tif page is not one plane of whole-byte numbers",
    reason="This dataset has no colour pages, and no pixels other than 8, 16, 32 or 64 bits.",
    remedy="Check that the file is the one the acquisition wrote; " + OR_GO_ON,
)
TIF_NEEDS_DECODER = ProblemKind(
    identifier="tif-needs-decoder",
    severity=Severity.ERROR,
    title="Cannot decode the compression of a tif page",
    reason="tifffile decodes deflate and packbits without help. LZW, JPEG and others need the package imagecodecs.",
    remedy="Install imagecodecs into the same environment, or write the tif again without compression.",
)
TIF_PAGES_DIFFER = ProblemKind(
    identifier="tif-pages-differ",
    severity=Severity.ERROR,
    title="The pages of a tif file differ in size or data type",
    reason="All frames of a stack have the same camera settings. A page that differs is damaged, or the file does not "
    "belong here.",
    remedy=FETCH_AGAIN + OR_GO_ON,
)
TIF_IMAGES_MISSING = ProblemKind(
    identifier="tif-images-missing",
    severity=Severity.ERROR,
    title="A tif file has fewer page tables than images, and the rest cannot be read with certainty",
    reason="ImageJ and tifffile may write one page table and many images after it. They are read if the description "
    "gives their number and the bytes are there. Here, one of the two is not true.",
    remedy="Write the file again with a page table for each image (ImageJ: below 4 GB; tifffile: without truncate), or "
    "correct its description; " + OR_GO_ON,
)
RAW_FILE_CHANGED = ProblemKind(
    identifier="raw-file-changed",
    severity=Severity.ERROR,
    title="A raw file disappeared or changed during the conversion",
    reason="The file was there when the session was planned. Now it is gone, has another size or is unreadable.",
    remedy="Make sure that nobody writes to the source during the conversion, then convert the session again.",
)
RAW_PATH_EMPTY = ProblemKind(
    identifier="raw-path-empty",
    severity=Severity.ERROR,
    title="A listed path is empty",
    reason="sourceFileList has an entry without a path, so the frames of that file cannot be found.",
    remedy="Complete the list in MATLAB, or convert without stacks and videos: --raw skip.",
)
RAW_PATH_OUTSIDE = ProblemKind(
    identifier="raw-path-outside",
    severity=Severity.ERROR,
    title="A listed path leads out of the session's folder",
    reason="Listed paths come from the session file and are not trusted: `..` and absolute paths are refused.",
    remedy="Put the file into the session's folder, and correct the listed path.",
)
RAW_FILE_REQUIRED = ProblemKind(
    identifier="raw-file-required",
    severity=Severity.ERROR,
    title="A listed raw file is missing, and --raw require was given",
    reason="The session file names an imaging stack that is not in the session's folder.",
    remedy="Fetch the missing files, or convert with --raw auto, which takes what is there.",
)
RAW_FILE_MISSING = ProblemKind(
    identifier="raw-file-missing",
    severity=Severity.WARNING,
    title="A listed raw file is missing",
    reason="The session file names an imaging stack that is not in the session's folder.",
    remedy="Nothing, if you downloaded only a part: the missing frames are listed as gaps. Otherwise fetch the file.",
)
RAW_FILE_OTHER_CASE = ProblemKind(
    identifier="raw-file-other-case",
    severity=Severity.WARNING,
    title="The name of a listed raw file differs in upper and lower case",
    reason="Some file systems ignore the difference, and change it when files are copied.",
    remedy="Nothing, if it is the right file; no other one fits. Rename it to the listed name to avoid this message.",
)
RAW_PLANE_MISSING = ProblemKind(
    identifier="raw-plane-missing",
    severity=Severity.WARNING,
    title="All listed imaging stacks of a plane are missing",
    reason="The session's folder is there, but it has none of the stacks that the session file lists for the plane.",
    remedy="Nothing, if you did not download the plane. Otherwise look for its stacks in other folders or under other "
    "names.",
)
RAW_LINK_DANGLING = ProblemKind(
    identifier="raw-link-dangling",
    severity=Severity.WARNING,
    title="The target of a link beside the raw data is missing",
    reason="A disk may not be mounted, or git-annex has not fetched the content.",
    remedy="Mount the disk or fetch the content, and convert again. Until then, the file counts as missing.",
)
RAW_LINK_LEFT_OUT = ProblemKind(
    identifier="raw-link-left-out",
    severity=Severity.WARNING,
    title="A link beside the raw data is left out",
    reason="It leads out of the session's folder to a file that has no place in NWB, or to a folder that was visited "
    "already.",
    remedy="Nothing, if the file does not belong to the session. Links to stacks and videos are followed.",
)
RAW_NOT_A_FILE = ProblemKind(
    identifier="raw-not-a-file",
    severity=Severity.WARNING,
    title="Something beside the raw data is not a file",
    reason="A pipe, a socket or a device cannot be read to an end.",
    remedy="Put the file itself in its place.",
)
RAW_FOLDER_MISSING = ProblemKind(
    identifier="raw-folder-missing",
    severity=Severity.WARNING,
    title="There are no raw files beside the session file",
    reason="Stacks, side images and videos are expected in the folder with the session's name.",
    remedy="Nothing, if you downloaded only the session file. --raw skip confirms this and avoids the message.",
)
RAW_FILE_LEFT_OUT = ProblemKind(
    identifier="raw-file-left-out",
    severity=Severity.INFO,
    title="A file beside the raw data is not in the NWB file",
    reason="The session file does not name it, and it has no place in NWB. The detail says which.",
    remedy="Nothing. Keep the source if you need the file.",
)
