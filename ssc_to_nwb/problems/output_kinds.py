"""Kinds of problems with writing: the output, its place, and the run's own words about it."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

OUTPUT_EXISTS = ProblemKind(
    identifier="output-exists",
    severity=Severity.ERROR,
    title="The output file exists",
    reason="A finished file is never replaced unasked.",
    remedy="Add --overwrite to replace it, or choose another output folder.",
)
OUTPUT_NOT_NAMED = ProblemKind(
    identifier="output-not-named",
    severity=Severity.ERROR,
    title="No output folder was named",
    reason="An empty text is no folder; a shell writes one for a variable that is not set.",
    remedy="Name the output folder; `.` is the current one.",
)
OUTPUT_IS_SOURCE = ProblemKind(
    identifier="output-is-source",
    severity=Severity.ERROR,
    title="The output folder is a folder of the source",
    reason="What a conversion writes there would be mixed with the source, and taken for raw files by the next run.",
    remedy="Name another folder; a new one inside SOURCE is fine.",
)
OUTPUT_NOT_WRITABLE = ProblemKind(
    identifier="output-not-writable",
    severity=Severity.ERROR,
    title="The output can't be written",
    reason="The folder can't be made, or the system refuses to write there.",
    remedy="Check the path and its permissions.",
)
DISK_FULL = ProblemKind(
    identifier="disk-full",
    severity=Severity.ERROR,
    title="The disk is full",
    reason="No space, or no quota, was left for the output; what was written of this session has been removed.",
    remedy="Make room and run the same command again; finished sessions are not done twice.",
)
SOURCE_NOT_READABLE = ProblemKind(
    identifier="source-not-readable",
    severity=Severity.ERROR,
    title="A source file can't be read",
    reason="It vanished or the system refuses to read it.",
    remedy="Check the file named and its permissions.",
)
FILE_LOCKS_MISSING = ProblemKind(
    identifier="file-locks-missing",
    severity=Severity.ERROR,
    title="The file system has no file locks",
    reason="HDF5 locks a file that it writes, and a run locks its output, so that no two programs write to the same "
    "file; this file system (some network and cluster disks) refuses every lock.",
    remedy="Set the environment variable HDF5_USE_FILE_LOCKING=FALSE, on the workers of a cluster too, and see to it "
    "that nothing else writes to the output; or give an output folder on another disk.",
)
SYSTEM_REFUSED = ProblemKind(
    identifier="system-refused",
    severity=Severity.ERROR,
    title="The operating system refused a file operation",
    reason="See what was found.",
    remedy="Check the disk and the path named, and run the same command again.",
)
INTERRUPTED = ProblemKind(
    identifier="interrupted",
    severity=Severity.ERROR,
    title="The conversion was interrupted",
    reason="It was asked to stop; nothing of the session under way was left behind.",
    remedy="Run the same command again.",
)
INTERNAL_ERROR = ProblemKind(
    identifier="internal-error",
    severity=Severity.ERROR,
    title="The program met something it was not written for",
    reason="This is a defect of the program, not of the data.",
    remedy="Report it with the traceback (-v shows it).",
)
STUB_NOT_VERIFIED = ProblemKind(
    identifier="stub-not-verified",
    severity=Severity.INFO,
    title="A stub holds a part of the session and is not verified",
    reason="There is no whole source to compare it with.",
    remedy="Convert without --stub for a file to be trusted.",
)
