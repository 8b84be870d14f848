"""Kinds of problems with writing: the output, its place, and the run's own words about it."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

OUTPUT_EXISTS = ProblemKind(
    identifier="output-exists",
    severity=Severity.ERROR,
    title="The output file exists",
    reason="A finished file is never replaced without being asked.",
    remedy="Add --overwrite to replace it, or choose another output folder.",
)
OUTPUT_NOT_NAMED = ProblemKind(
    identifier="output-not-named",
    severity=Severity.ERROR,
    title="The output folder has no name",
    reason="An empty text is not a folder. A shell passes one for a variable that is not set.",
    remedy="Name the output folder. `.` is the current one.",
)
OUTPUT_IS_SOURCE = ProblemKind(
    identifier="output-is-source",
    severity=Severity.ERROR,
    title="The output folder is a folder of the source",
    reason="The output would be mixed with the source, and the next run would take it for raw files.",
    remedy="Name another folder. A new one inside SOURCE is fine.",
)
OUTPUT_NOT_WRITABLE = ProblemKind(
    identifier="output-not-writable",
    severity=Severity.ERROR,
    title="Cannot write the output",
    reason="The folder cannot be created, or the operating system refuses to write there.",
    remedy="Check the path and its permissions.",
)
DISK_FULL = ProblemKind(
    identifier="disk-full",
    severity=Severity.ERROR,
    title="The disk is full",
    reason="There is no space left, or no quota. What was written of this session was removed.",
    remedy="Free some space and run the same command again. Finished sessions are not converted again.",
)
SOURCE_NOT_READABLE = ProblemKind(
    identifier="source-not-readable",
    severity=Severity.ERROR,
    title="Cannot read a source file",
    reason="It disappeared, or the operating system refuses to read it.",
    remedy="Check the file that is named and its permissions.",
)
FILE_LOCKS_MISSING = ProblemKind(
    identifier="file-locks-missing",
    severity=Severity.ERROR,
    title="The file system has no file locks",
    reason="HDF5 locks a file that it writes, and a run locks its output, so that no two programs write to the same "
    "file. This file system (some network and cluster disks) refuses every lock.",
    remedy="Set the environment variable HDF5_USE_FILE_LOCKING=FALSE, on the workers of a cluster too, and make sure "
    "that nothing else writes to the output. Or give an output folder on another disk.",
)
SYSTEM_REFUSED = ProblemKind(
    identifier="system-refused",
    severity=Severity.ERROR,
    title="The operating system refused a file operation",
    reason='The message of the operating system is under "found".',
    remedy="Check the disk and the path that is named, and run the same command again.",
)
INTERRUPTED = ProblemKind(
    identifier="interrupted",
    severity=Severity.ERROR,
    title="The conversion was interrupted",
    reason="It was stopped from outside. No part of the unfinished session remains.",
    remedy="Run the same command again.",
)
INTERNAL_ERROR = ProblemKind(
    identifier="internal-error",
    severity=Severity.ERROR,
    title="Unexpected internal error; please report it",
    reason="This is a defect of the program, not of the data.",
    remedy="Run the command again with -v, and report what it prints.",
)
STUB_NOT_VERIFIED = ProblemKind(
    identifier="stub-not-verified",
    severity=Severity.INFO,
    title="A stub is not verified",
    reason="It holds a part of the session, so there is no complete source to compare it with.",
    remedy="Convert without --stub for a verified file.",
)
