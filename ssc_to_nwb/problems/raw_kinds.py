"""Kinds of problems: the raw files (imaging stacks, side images, registration files, whisker videos)."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

_FETCH_AGAIN = "Copy or download the file again and compare its checksum; "
_OR_GO_ON = "with --keep-going the file becomes a gap, and the NWB file lists it."

TIF_UNREADABLE = ProblemKind(
    identifier="tif-unreadable",
    severity=Severity.ERROR,
    title="Cannot read a tif file",
    reason="The file is not a tif, its page table is damaged, or the operating system refuses to read it.",
    remedy=_FETCH_AGAIN + _OR_GO_ON,
)
TIF_TRUNCATED = ProblemKind(
    identifier="tif-truncated",
    severity=Severity.ERROR,
    title="A tif file ends before its last page",
    reason="A page or the page table points past the end of the file. A copy or a download was cut short.",
    remedy=_FETCH_AGAIN + _OR_GO_ON,
)
TIF_PIXELS_UNSUPPORTED = ProblemKind(
    identifier="tif-pixels-unsupported",
    severity=Severity.ERROR,
    title="A tif page is not one plane of whole-byte numbers",
    reason="This dataset has no colour pages, and no pixels other than 8, 16, 32 or 64 bits.",
    remedy="Check that the file is the one the acquisition wrote; " + _OR_GO_ON,
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
    remedy=_FETCH_AGAIN + _OR_GO_ON,
)
TIF_IMAGES_MISSING = ProblemKind(
    identifier="tif-images-missing",
    severity=Severity.ERROR,
    title="A tif file has fewer page tables than images, and the rest cannot be read with certainty",
    reason="ImageJ and tifffile may write one page table and many images after it. They are read if the description "
    "gives their number and the bytes are there. Here, one of the two is not true.",
    remedy="Write the file again with a page table for each image (ImageJ: below 4 GB; tifffile: without truncate), or "
    "correct its description; " + _OR_GO_ON,
)
TIF_ODD_PAGES = ProblemKind(
    identifier="tif-odd-pages",
    severity=Severity.ERROR,
    title="An imaging stack has an odd number of pages",
    reason="Green and red pages alternate, so a complete file has an even number of pages.",
    remedy=_FETCH_AGAIN + _OR_GO_ON,
)
TIF_ONE_CHANNEL = ProblemKind(
    identifier="tif-one-channel",
    severity=Severity.ERROR,
    title="An imaging stack has one page per listed frame, but green and red pages were expected",
    reason="It may hold the green channel alone, or be cut short. Read as green and red, its frames would be wrong.",
    remedy="If all stacks of the session hold green alone, set assumptions.channels_per_frame: 1 in a metadata file. "
    "Else " + _FETCH_AGAIN[0].lower() + _FETCH_AGAIN[1:] + _OR_GO_ON,
)
TIF_CHANNELS_UNCLEAR = ProblemKind(
    identifier="tif-channels-unclear",
    severity=Severity.ERROR,
    title="Cannot determine whether an imaging stack holds one channel or two",
    reason="Its number of pages fits neither, and the other stacks or images beside them do not point to two channels.",
    remedy="Set assumptions.channels_per_frame in a metadata file to 1 (green alone) or 2 (green and red); "
    + _OR_GO_ON,
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
    remedy="Check that the file belongs to this plane; " + _OR_GO_ON,
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
STACK_FILE_SKIPPED = ProblemKind(
    identifier="stack-file-skipped",
    severity=Severity.WARNING,
    title="A damaged imaging stack is left out",
    reason="The file cannot be used, and --keep-going was given. Its frames are listed as gaps.",
    remedy="Replace the file by a good copy, and convert the session again with --overwrite.",
)
RAW_FILE_LEFT_OUT = ProblemKind(
    identifier="raw-file-left-out",
    severity=Severity.INFO,
    title="A file beside the raw data is not in the NWB file",
    reason="The session file does not name it, and it has no place in NWB. The detail says which.",
    remedy="Nothing. Keep the source if you need the file.",
)
SIDE_IMAGE_UNREADABLE = ProblemKind(
    identifier="side-image-unreadable",
    severity=Severity.ERROR,
    title="Cannot use a side image",
    reason="A master image or projection beside the stacks is damaged, or its size differs from the frames of the "
    "plane.",
    remedy=_FETCH_AGAIN + "with --keep-going the image is left out.",
)
TIF_TEXT_CUT = ProblemKind(
    identifier="tif-text-cut",
    severity=Severity.WARNING,
    title="The description of a tif was shortened",
    reason="An HDF5 attribute holds at most 64 kB, and the text of the plane's first tif is longer.",
    remedy="Nothing. The missing part is the end of a list of settings of the acquisition program.",
)
REGISTRATION_UNREADABLE = ProblemKind(
    identifier="registration-unreadable",
    severity=Severity.ERROR,
    title="Cannot read a registration file",
    reason="An .imreg_out file is a MATLAB file with the vectors dx_r and dy_r, one value per frame.",
    remedy=_FETCH_AGAIN + "with --keep-going its shifts are left out.",
)
REGISTRATION_LENGTH = ProblemKind(
    identifier="registration-length",
    severity=Severity.ERROR,
    title="A registration file and its tif have different numbers of frames",
    reason="dx_r and dy_r have one shift per frame of the stack beside them.",
    remedy="Check that the two files belong together; with --keep-going its shifts are left out.",
)
VIDEO_UNREADABLE = ProblemKind(
    identifier="video-unreadable",
    severity=Severity.ERROR,
    title="Cannot read a whisker video",
    reason="The container is damaged or has no video stream.",
    remedy=_FETCH_AGAIN + "with --keep-going the video is left out.",
)
VIDEO_DIFFERS = ProblemKind(
    identifier="video-differs",
    severity=Severity.ERROR,
    title="A whisker video has another image size than the others of the session",
    reason="All videos of a session are in one series, which has one image size.",
    remedy="Check that the video belongs to this session; with --keep-going it is left out.",
)
_LIST_OF_VIDEOS = (
    "give a list in a metadata file, sessions: {<session>: {source: {video_trials: {<file name>: <trial>}}}}, with "
    "null for a video of no trial"
)
VIDEO_WITHOUT_TRIAL = ProblemKind(
    identifier="video-without-trial",
    severity=Severity.WARNING,
    title="A whisker video is left out because its trial is unknown",
    reason="Its name has no trial number, or one that the session does not have. Running numbers are used only if "
    "there are as many videos as trials, or as trials with whisker samples.",
    remedy="Set source.video_pattern in a metadata file to match your file names, or " + _LIST_OF_VIDEOS + ".",
)
VIDEO_ORDER_ASSUMED = ProblemKind(
    identifier="video-order-assumed",
    severity=Severity.WARNING,
    title="The trials of the whisker videos are inferred from their running numbers",
    reason="No public source says how the rig's running numbers belong to trials. There are as many videos as trials, "
    "or as trials with whisker samples, so the n-th video is assigned to the n-th of them.",
    remedy="Check a few videos against their trials. Where they do not fit, " + _LIST_OF_VIDEOS + "; "
    "source.video_running_pattern: null leaves the order unused.",
)
VIDEO_LISTED_MISSING = ProblemKind(
    identifier="video-listed-missing",
    severity=Severity.WARNING,
    title="A whisker video that the metadata name is missing",
    reason="source.video_trials names a file that is not in the folder of the session's raw files.",
    remedy="Nothing, if you downloaded only a part. Otherwise correct the name: the file name, or its path in the "
    "session's folder.",
)
VIDEO_TRIAL_TWICE = ProblemKind(
    identifier="video-trial-twice",
    severity=Severity.ERROR,
    title="Two whisker videos belong to the same trial",
    reason="There is one video per trial. So the pattern for trial numbers matches the wrong part of the names, or "
    "the list of videos in the metadata is wrong.",
    remedy="Set source.video_pattern in a metadata file to match your file names, or " + _LIST_OF_VIDEOS + ".",
)
VIDEO_FRAME_COUNT = ProblemKind(
    identifier="video-frame-count",
    severity=Severity.WARNING,
    title="A whisker video and the whisker samples of its trial differ in number",
    reason="Its frames cannot be matched with the time stamps of the samples one by one.",
    remedy="Nothing. The time stamps start with the trial's first sample, or its start, and follow the camera's frame "
    "rate, or the video's own times if its rate varies.",
)
VIDEO_OVERLAPS = ProblemKind(
    identifier="video-overlaps",
    severity=Severity.WARNING,
    title="A whisker video overlaps with the next one",
    reason="At the camera's frame rate, the video is longer than the time until the next one starts.",
    remedy="Check video.rate_hz in the metadata, and that the video belongs to its trial.",
)
