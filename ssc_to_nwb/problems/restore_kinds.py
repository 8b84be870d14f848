"""Kinds of problems met on the way back: from an NWB file to the files of the source."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

RESTORE_UNREADABLE = ProblemKind(
    identifier="restore-unreadable",
    severity=Severity.ERROR,
    title="Cannot restore the source from this NWB file",
    reason="It was not made by ssc-to-nwb, is damaged, or its tables contradict each other.",
    remedy="Compare its checksum with the archive's and download it again; `ssc-to-nwb validate FILE` checks it.",
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
