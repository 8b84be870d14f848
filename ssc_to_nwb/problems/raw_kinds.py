"""Kinds of problems: the raw files (imaging stacks, side images, registration files, whisker videos)."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

_FETCH_AGAIN = "Copy or download the file again and compare its checksum; "
_OR_GO_ON = "with --keep-going the file becomes a gap that is written into the result."

TIF_UNREADABLE = ProblemKind(
    identifier="tif-unreadable",
    severity=Severity.ERROR,
    title="A tif file cannot be read",
    reason="The file is not a tif, its table of pages is damaged, or the system refuses to read it.",
    remedy=_FETCH_AGAIN + _OR_GO_ON,
)
TIF_TRUNCATED = ProblemKind(
    identifier="tif-truncated",
    severity=Severity.ERROR,
    title="A tif file ends before its last page does",
    reason="A page or the table of pages points past the end of the file: a copy or a download was cut short.",
    remedy=_FETCH_AGAIN + _OR_GO_ON,
)
TIF_PIXELS_UNSUPPORTED = ProblemKind(
    identifier="tif-pixels-unsupported",
    severity=Severity.ERROR,
    title="A tif page is not one plane of whole-byte numbers",
    reason="Colour pages and pixels of other than 8, 16, 32 or 64 bits do not occur in this data set.",
    remedy="Check that the file is the one the acquisition wrote; " + _OR_GO_ON,
)
TIF_NEEDS_DECODER = ProblemKind(
    identifier="tif-needs-decoder",
    severity=Severity.ERROR,
    title="A tif page is compressed in a way that cannot be decoded here",
    reason="tifffile decodes deflate and packbits by itself; LZW, JPEG and others need the package imagecodecs.",
    remedy="Install imagecodecs into the same environment, or write the tif again without compression.",
)
TIF_PAGES_DIFFER = ProblemKind(
    identifier="tif-pages-differ",
    severity=Severity.ERROR,
    title="The pages of a tif file differ in size or data type",
    reason="All frames of a stack come from one camera setting; a page that differs is damage or a strange file.",
    remedy=_FETCH_AGAIN + _OR_GO_ON,
)
TIF_IMAGES_MISSING = ProblemKind(
    identifier="tif-images-missing",
    severity=Severity.ERROR,
    title="A tif file has fewer page tables than images, and the rest cannot be read for certain",
    reason="ImageJ and tifffile may write one page table and many images behind it. They are read where the "
    "description says how many, and the bytes follow; here the one or the other does not hold.",
    remedy="Write the file again with a page table for each image (ImageJ: below 4 GB; tifffile: without truncate), or "
    "correct its description; " + _OR_GO_ON,
)
TIF_ODD_PAGES = ProblemKind(
    identifier="tif-odd-pages",
    severity=Severity.ERROR,
    title="An imaging stack has an odd number of pages",
    reason="Pages alternate green and red, so that a whole file has twice as many pages as frames.",
    remedy=_FETCH_AGAIN + _OR_GO_ON,
)
TIF_ONE_CHANNEL = ProblemKind(
    identifier="tif-one-channel",
    severity=Severity.ERROR,
    title="An imaging stack has one page per listed frame, where green and red pages are expected",
    reason="It may hold the green channel alone, or be cut short; read as green and red, its frames would be wrong.",
    remedy="If all stacks of the session hold green alone, set assumptions.channels_per_frame: 1 in a metadata file. "
    "Else " + _FETCH_AGAIN[0].lower() + _FETCH_AGAIN[1:] + _OR_GO_ON,
)
TIF_CHANNELS_UNCLEAR = ProblemKind(
    identifier="tif-channels-unclear",
    severity=Severity.ERROR,
    title="Nothing tells whether an imaging stack holds one channel or two",
    reason="Its number of pages decides for neither, and the other stacks or the images beside them speak against two "
    "channels.",
    remedy="Set assumptions.channels_per_frame in a metadata file to 1 (green alone) or 2 (green and red); "
    + _OR_GO_ON,
)
STACKS_OF_ONE_CHANNEL = ProblemKind(
    identifier="stacks-of-one-channel",
    severity=Severity.WARNING,
    title="The imaging stacks are read as the green channel alone",
    reason="They have one page per listed frame, and nothing beside them shows a red channel.",
    remedy="If that is right, nothing; assumptions.channels_per_frame: 1 in a metadata file states it.",
)
TIF_TOO_FEW_FRAMES = ProblemKind(
    identifier="tif-too-few-frames",
    severity=Severity.ERROR,
    title="An imaging stack has fewer frames than the session file names",
    reason="sourceFileFrameIdx points at a frame behind the last one of the file.",
    remedy="Check that tif and session file belong together; with --keep-going the frames become a gap.",
)
TIF_DIFFERS_FROM_STACK = ProblemKind(
    identifier="tif-differs-from-stack",
    severity=Severity.ERROR,
    title="A tif file differs in size or data type from the others of its plane",
    reason="All files of a plane go into one series, which has one image size and one data type.",
    remedy="Check that the file belongs to this plane; " + _OR_GO_ON,
)
RAW_FILE_CHANGED = ProblemKind(
    identifier="raw-file-changed",
    severity=Severity.ERROR,
    title="A raw file vanished or changed while it was being converted",
    reason="The file was there and whole when the session was planned; now it is gone, of another size or unreadable.",
    remedy="See that nobody writes to the source while it is converted, then convert the session again.",
)
RAW_PATH_EMPTY = ProblemKind(
    identifier="raw-path-empty",
    severity=Severity.ERROR,
    title="A listed path is empty",
    reason="sourceFileList has a place without a path, so that the frames of that file cannot be found.",
    remedy="Complete the list in MATLAB; or convert with --raw skip, without stacks and videos.",
)
RAW_PATH_OUTSIDE = ProblemKind(
    identifier="raw-path-outside",
    severity=Severity.ERROR,
    title="A listed path would leave the session's directory",
    reason="Listed paths come from the session file and are not trusted: no `..`, no absolute path.",
    remedy="Put the file below the session's directory, and correct the listed path.",
)
RAW_FILE_REQUIRED = ProblemKind(
    identifier="raw-file-required",
    severity=Severity.ERROR,
    title="A listed raw file is missing, and --raw require was asked for",
    reason="The session file names an imaging stack that does not lie below the session's directory.",
    remedy="Fetch the missing files, or convert with --raw auto, which takes what is there.",
)
RAW_FILE_MISSING = ProblemKind(
    identifier="raw-file-missing",
    severity=Severity.WARNING,
    title="A listed raw file is missing",
    reason="The session file names an imaging stack that does not lie below the session's directory.",
    remedy="Nothing, if only a part was downloaded: its frames are listed as gaps. Else fetch the file.",
)
RAW_FILE_OTHER_CASE = ProblemKind(
    identifier="raw-file-other-case",
    severity=Severity.WARNING,
    title="A listed raw file was found under a name in other upper or lower case",
    reason="Some file systems do not tell upper from lower case, and change it when files are copied.",
    remedy="Nothing, if the file is the right one: no other fits. Renaming it to the listed name silences this.",
)
RAW_PLANE_MISSING = ProblemKind(
    identifier="raw-plane-missing",
    severity=Severity.WARNING,
    title="None of a plane's listed imaging stacks is there",
    reason="The session's folder is there, but no stack that the session file lists for the plane is found in it.",
    remedy="Nothing, if the plane was not downloaded. Else look whether its stacks lie elsewhere or bear other names.",
)
RAW_LINK_DANGLING = ProblemKind(
    identifier="raw-link-dangling",
    severity=Severity.WARNING,
    title="A link beside the raw data leads to no file",
    reason="What it leads to is not there: a disk that is not mounted, or content that git-annex has not fetched.",
    remedy="Mount the disk or fetch the content, and convert again; as it is, the file counts as missing.",
)
RAW_LINK_LEFT_OUT = ProblemKind(
    identifier="raw-link-left-out",
    severity=Severity.WARNING,
    title="A link beside the raw data was left out",
    reason="It leads out of the session's folder to a file that has no place in NWB, or to a folder met before.",
    remedy="Nothing, if the file is none of the session's. Links to stacks and videos are followed.",
)
RAW_NOT_A_FILE = ProblemKind(
    identifier="raw-not-a-file",
    severity=Severity.WARNING,
    title="What lies beside the raw data is no file",
    reason="A pipe, a socket or a device has no content that could be read to its end.",
    remedy="Put the file itself in its place.",
)
RAW_FOLDER_MISSING = ProblemKind(
    identifier="raw-folder-missing",
    severity=Severity.WARNING,
    title="No raw files lie beside the session file",
    reason="Stacks, side images and videos are looked for in the folder that bears the session's name.",
    remedy="Nothing, if only the session file was downloaded; --raw skip says so and silences this.",
)
STACK_FILE_SKIPPED = ProblemKind(
    identifier="stack-file-skipped",
    severity=Severity.WARNING,
    title="A damaged imaging stack was left out",
    reason="The file could not be used, and --keep-going asks to go on: its frames are listed as gaps.",
    remedy="Mend the file and convert the session again with --overwrite.",
)
RAW_FILE_LEFT_OUT = ProblemKind(
    identifier="raw-file-left-out",
    severity=Severity.INFO,
    title="A file beside the raw data stays outside the NWB file",
    reason="The file holds nothing that the session file names or that has a place in NWB; the detail says which.",
    remedy="Nothing; keep the source if you need it.",
)
SIDE_IMAGE_UNREADABLE = ProblemKind(
    identifier="side-image-unreadable",
    severity=Severity.ERROR,
    title="A side image cannot be used",
    reason="A master image or projection beside the stacks is damaged or of another size than the plane's frames.",
    remedy=_FETCH_AGAIN + "with --keep-going the image is left out.",
)
TIF_TEXT_CUT = ProblemKind(
    identifier="tif-text-cut",
    severity=Severity.WARNING,
    title="A tif's description was cut",
    reason="An HDF5 attribute holds 64 kB at most, and the text in the first tif of the plane is longer.",
    remedy="Nothing; what was cut is the end of the acquisition program's list of settings.",
)
REGISTRATION_UNREADABLE = ProblemKind(
    identifier="registration-unreadable",
    severity=Severity.ERROR,
    title="A registration file cannot be read",
    reason="An .imreg_out file is a MATLAB file with the vectors dx_r and dy_r, one value per frame.",
    remedy=_FETCH_AGAIN + "with --keep-going its shifts are left out.",
)
REGISTRATION_LENGTH = ProblemKind(
    identifier="registration-length",
    severity=Severity.ERROR,
    title="A registration file has another number of frames than its tif",
    reason="dx_r and dy_r hold one shift per frame of the stack they lie beside.",
    remedy="Check that the two files belong together; with --keep-going its shifts are left out.",
)
VIDEO_UNREADABLE = ProblemKind(
    identifier="video-unreadable",
    severity=Severity.ERROR,
    title="A whisker video cannot be read",
    reason="The container is damaged or holds no video stream.",
    remedy=_FETCH_AGAIN + "with --keep-going the video is left out.",
)
VIDEO_DIFFERS = ProblemKind(
    identifier="video-differs",
    severity=Severity.ERROR,
    title="A whisker video has another image size than the session's others",
    reason="All videos of a session stand in one series, which has one image size.",
    remedy="Check that the video belongs to this session; with --keep-going it is left out.",
)
_LIST_OF_VIDEOS = (
    "give a list in a metadata file, sessions: {<session>: {source: {video_trials: {<file name>: <trial>}}}}, with "
    "null for a video of no trial"
)
VIDEO_WITHOUT_TRIAL = ProblemKind(
    identifier="video-without-trial",
    severity=Severity.WARNING,
    title="A whisker video stays out: no trial is known for it",
    reason="Its name has no trial number, or one that the session does not have. Running numbers are used only where "
    "there are as many videos as trials, or as trials with whisker samples.",
    remedy="Set source.video_pattern in a metadata file to the names at hand, or " + _LIST_OF_VIDEOS + ".",
)
VIDEO_ORDER_ASSUMED = ProblemKind(
    identifier="video-order-assumed",
    severity=Severity.WARNING,
    title="The trials of whisker videos follow from the order of their running numbers",
    reason="No public source says how the rig's running numbers go with trials. There are as many videos as trials, or "
    "as trials with whisker samples, so the n-th video is taken for that of the n-th of them.",
    remedy="Check a few videos against their trials. Where they do not fit, " + _LIST_OF_VIDEOS + "; "
    "source.video_running_pattern: null leaves the order unused.",
)
VIDEO_LISTED_MISSING = ProblemKind(
    identifier="video-listed-missing",
    severity=Severity.WARNING,
    title="A whisker video that the metadata list is missing",
    reason="source.video_trials names a file that is not in the folder of the session's raw files.",
    remedy="Nothing, if only a part was downloaded. Else correct the name: that of the file, or its path below the "
    "session's folder.",
)
VIDEO_TRIAL_TWICE = ProblemKind(
    identifier="video-trial-twice",
    severity=Severity.ERROR,
    title="Two whisker videos are of the same trial",
    reason="There is one video per trial, so the pattern for trial numbers takes the wrong part of the names, or the "
    "list of videos in the metadata is wrong.",
    remedy="Set source.video_pattern in a metadata file to the names at hand, or " + _LIST_OF_VIDEOS + ".",
)
VIDEO_FRAME_COUNT = ProblemKind(
    identifier="video-frame-count",
    severity=Severity.WARNING,
    title="A whisker video has another number of frames than its trial has whisker samples",
    reason="Its frames cannot be put on the samples' time stamps one to one.",
    remedy="Nothing; the time stamps begin with the trial's first sample, or its start, and run at the camera's frame "
    "rate, or at the video's own times where its rate varies.",
)
VIDEO_OVERLAPS = ProblemKind(
    identifier="video-overlaps",
    severity=Severity.WARNING,
    title="A whisker video runs into the next one",
    reason="At the camera's frame rate the video lasts longer than until the next video begins.",
    remedy="Check video.rate_hz in the metadata, and that the video belongs to its trial.",
)
