"""Kinds of problems with a whole run: its lock, record, workers and room, and sessions in packed files."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

_AGAIN = "Run the same command again: finished sessions are not done twice."

OUTPUT_IN_USE = ProblemKind(
    identifier="output-in-use",
    severity=Severity.ERROR,
    title="Another run is writing to the same output",
    reason="Two runs at once would do the same sessions and get in each other's way; the first one has the output.",
    remedy="Wait for the other run to end, or give this one another output folder.",
)
RECORD_UNWRITABLE = ProblemKind(
    identifier="record-unwritable",
    severity=Severity.ERROR,
    title="The record of the run can't be written",
    reason="What was done is written down, a line per session, in .ssc-to-nwb/record.jsonl of the output folder; "
    "without it no later run could tell which sessions are done.",
    remedy="Check the permissions of that file and folder, and the room on the disk. What could not be recorded "
    "was not put in place: run the same command again.",
)
EVENTS_UNWRITABLE = ProblemKind(
    identifier="events-unwritable",
    severity=Severity.ERROR,
    title="The file for events can't be written",
    reason="The path given with --events can't be opened for writing.",
    remedy="Give another path.",
)
SESSION_REDONE = ProblemKind(
    identifier="session-redone",
    severity=Severity.WARNING,
    title="The session had been done and was done again",
    reason="What it depends on is not what it was then; the older NWB file is replaced by the new one.",
    remedy="Nothing, if you know of the change.",
)
SESSION_WOULD_CHANGE = ProblemKind(
    identifier="session-would-change",
    severity=Severity.ERROR,
    title="Other options or metadata would change a finished file",
    reason="A finished file is never replaced unasked. This one was made with other options or metadata files: what "
    "was found names them, and the detail says what the file would lose.",
    remedy="Give the options and --metadata of the earlier run to leave the file as it is; or name another output "
    "folder; or add --overwrite to replace it.",
)
SESSION_STANDS = ProblemKind(
    identifier="session-not-redone",
    severity=Severity.WARNING,
    title="The finished file stays as it was written",
    reason="What is different now leaves its contents as they are, or is another version of this program, which alone "
    "is no ground to replace a finished file.",
    remedy="Nothing; or add --overwrite to have the file written again.",
)
OUTPUT_CHANGED = ProblemKind(
    identifier="output-changed",
    severity=Severity.ERROR,
    title="The NWB file is not as it was written",
    reason="Something else changed the file after the conversion. It can be opened, so it may hold work that is "
    "nowhere else, and it is not replaced unasked.",
    remedy="Move the file away if you need it, or add --overwrite to replace it.",
)
WORKER_DIED = ProblemKind(
    identifier="worker-died",
    severity=Severity.ERROR,
    title="The process that converted the session died",
    reason="It was killed from outside (often by the system, for lack of memory) or crashed; other sessions go on.",
    remedy="If memory is short, lower --workers or --memory-mb. " + _AGAIN,
)
RUN_OVER = ProblemKind(
    identifier="run-over",
    severity=Severity.ERROR,
    title="The run that asked for this session is over",
    reason="A worker looks now and then whether the output is still its run's; here it is another's, or no run's, or "
    "the folder is gone.",
    remedy="Nothing where another run has taken over. If the output folder was removed: run the same command again.",
)
WORKER_VERSION_DIFFERS = ProblemKind(
    identifier="worker-version-differs",
    severity=Severity.ERROR,
    title="A worker has another version of ssc-to-nwb",
    reason="Files of one output must be made by one version, and what a run hands to its workers differs by version.",
    remedy="Install the same version of ssc_to_nwb where the run and where the workers are.",
)
SOURCE_CHANGED = ProblemKind(
    identifier="source-changed-meanwhile",
    severity=Severity.ERROR,
    title="The source changed while it was converted",
    reason="The NWB file would hold a mixture of two states; what was written of it has been removed.",
    remedy="Let whatever writes to the source finish. " + _AGAIN,
)
SPACE_SHORT = ProblemKind(
    identifier="space-short",
    severity=Severity.ERROR,
    title="The disk has too little room for the output",
    reason="The room needed was estimated from the sizes of the sources and a sample of them.",
    remedy="Make room, convert fewer sessions (--session), choose another output, or add --ignore-space to try anyway.",
)
EXTRA_MISSING = ProblemKind(
    identifier="extra-not-installed",
    severity=Severity.ERROR,
    title="A package that this option needs is not installed",
    reason="It is not needed otherwise, so it is not installed by default.",
    remedy="Install it with the extra that is named.",
)
CLUSTER_UNREACHABLE = ProblemKind(
    identifier="cluster-unreachable",
    severity=Severity.ERROR,
    title="The Dask cluster cannot be reached",
    reason="No scheduler answers at the address, or it went away.",
    remedy="Check the address given with --dask and that the scheduler runs. " + _AGAIN,
)
CLUSTER_SEES_NO_FILES = ProblemKind(
    identifier="cluster-sees-no-files",
    severity=Severity.ERROR,
    title="A worker and the run do not see the same files",
    reason="Sessions are read and written by the workers themselves, under the very paths that were given.",
    remedy="Use paths that lie on a file system all machines share.",
)
PACKED_UNREADABLE = ProblemKind(
    identifier="packed-unreadable",
    severity=Severity.ERROR,
    title="Cannot read a packed file",
    reason="It is cut short, damaged, encrypted, or not what its name says.",
    remedy="Download it again. Unpack a file that needs a password yourself.",
)
PACKED_UNSAFE = ProblemKind(
    identifier="packed-unsafe",
    severity=Severity.ERROR,
    title="A packed file holds what must not be unpacked",
    reason="Names that lead out of the folder, links and devices have no place in a download of this dataset.",
    remedy="Look at the file before you trust it; download it again from the dataset's own site.",
)
PACKED_TOO_LARGE = ProblemKind(
    identifier="packed-too-large",
    severity=Severity.ERROR,
    title="A packed file unpacks to more bytes than it announces",
    reason="More bytes came out of an entry than its header says; unpacking stopped there.",
    remedy="Look at the file before you trust it; download it again from the dataset's own site.",
)
PACKED_TWICE = ProblemKind(
    identifier="packed-twice",
    severity=Severity.ERROR,
    title="Two states of the same file",
    reason="A packed file has a name twice, or has a file that another packed file, or the folder itself, has too. It "
    "is not clear which one is meant.",
    remedy="Remove one of the two.",
)
PARTLY_UNPACKED = ProblemKind(
    identifier="packed-partly-unpacked",
    severity=Severity.ERROR,
    title="A packed file is only partly unpacked",
    reason="The session's folder has some of the files of a packed file beside it, but not all.",
    remedy="Unpack the rest, or move the folder away so that the packed file is used.",
)
MAT_NOT_TAKEN = ProblemKind(
    identifier="mat-not-taken",
    severity=Severity.WARNING,
    title="A MATLAB file is not used as a session",
    reason="Session files are recognized by their names and not expected among raw files. This file may be something "
    "else, or a session with another name.",
    remedy="If it is a session, rename or move it: <animal>_<yyyy>_<mm>_<dd>_session.mat, with a letter behind the day "
    "where the animal has two sessions of that day. If not, nothing.",
)
CHECKSUM_DIFFERS = ProblemKind(
    identifier="checksum-differs",
    severity=Severity.ERROR,
    title="A source file differs from its listed checksum",
    reason="The download is incomplete or damaged.",
    remedy="Download the file again.",
)
CHECKSUM_LIST_STRANGE = ProblemKind(
    identifier="checksum-list-not-understood",
    severity=Severity.WARNING,
    title="Cannot understand a list of checksums",
    reason="Its name is that of a list of checksums, but it has lines of unknown form. They check nothing.",
    remedy="Write it again with md5sum or sha256sum, or check the files by hand with the program that wrote the list.",
)
