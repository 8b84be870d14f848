"""Kinds of problems met on the way back: from an NWB file to the files of the source."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

RESTORE_UNREADABLE = ProblemKind(
    identifier="restore-unreadable",
    severity=Severity.ERROR,
    title="Cannot restore the source from this NWB file",
    reason="It is damaged, or its tables contradict each other.",
    remedy="Compare its checksum with the archive's and download it again; `ssc-to-nwb validate FILE` checks it.",
)
RESTORE_FOREIGN = ProblemKind(
    identifier="restore-foreign",
    severity=Severity.ERROR,
    title="Only a file made by ssc-to-nwb can be restored",
    reason="The way back needs what the conversion noted of its source in the file.",
    remedy="Give an NWB file that `ssc-to-nwb convert` wrote.",
)
RESTORE_OF_STUB = ProblemKind(
    identifier="restore-of-stub",
    severity=Severity.ERROR,
    title="A stub cannot be restored",
    reason="A stub holds only a few trials of the session.",
    remedy="Convert the session without --stub, and restore that file.",
)
RESTORE_WITHOUT_FRAMES = ProblemKind(
    identifier="restore-without-frames",
    severity=Severity.ERROR,
    title="The NWB file has no frames, so no imaging stack can be restored",
    reason="It was made with --raw skip, or there were no raw files.",
    remedy="Convert the session with its raw files, and restore that file.",
)
RESTORE_PATH_OUTSIDE = ProblemKind(
    identifier="restore-path-outside",
    severity=Severity.ERROR,
    title="The NWB file names a path outside the output folder",
    reason="Files are written only below the folder that was named.",
    remedy="Look at /processing/source/source_files: its paths are relative to the folder of the session file.",
)
