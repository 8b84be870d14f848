"""Kinds of problems: whisker videos."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
from ssc_to_nwb.problems.remedies import FETCH_AGAIN

AREA = "Whisker videos"
VIDEO_UNREADABLE = ProblemKind(
    identifier="video-unreadable",
    severity=Severity.ERROR,
    title="Cannot read a whisker video",
    reason="The container is damaged or has no video stream.",
    remedy=FETCH_AGAIN + "with --keep-going the video is left out.",
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
