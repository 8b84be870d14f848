"""Kinds of problems with a whole run: its lock, record, workers and room, and sessions in packed files."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

_AGAIN = "Run the same command again: finished sessions are not converted again."

OUTPUT_IN_USE = ProblemKind(
    identifier="output-in-use",
    severity=Severity.ERROR,
    title="Another run is writing to the same output",
    reason="Two runs at once would convert the same sessions and disturb each other. The first one has the output.",
    remedy="Wait until the other run ends, or give this one another output folder.",
)
RECORD_UNWRITABLE = ProblemKind(
    identifier="record-unwritable",
    severity=Severity.ERROR,
    title="Cannot write the record of the run",
    reason="The record has a line per session, in .ssc-to-nwb/record.jsonl of the output folder. Without it no later "
    "run could know which sessions are finished.",
    remedy="Check the permissions of that file and folder, and the space on the disk. A file that could not be "
    "recorded did not get its final name. Run the same command again.",
)
EVENTS_UNWRITABLE = ProblemKind(
    identifier="events-unwritable",
    severity=Severity.ERROR,
    title="Cannot write the file for events",
    reason="The path given with --events cannot be opened for writing.",
    remedy="Give another path.",
)
SESSION_REDONE = ProblemKind(
    identifier="session-redone",
    severity=Severity.WARNING,
    title="A finished session was converted again",
    reason="Something that it depends on has changed. The new NWB file replaces the older one.",
    remedy="Nothing, if you know of the change.",
)
SESSION_WOULD_CHANGE = ProblemKind(
    identifier="session-would-change",
    severity=Severity.ERROR,
    title="Other options or metadata would change a finished file",
    reason="A finished file is never replaced without being asked. This one was made with other options or metadata "
    "files. The message names them, and what the file would lose.",
    remedy="Give the options and --metadata of the earlier run to keep the file. Or name another output folder, or "
    "add --overwrite to replace it.",
)
SESSION_NOT_REDONE = ProblemKind(
    identifier="session-not-redone",
    severity=Severity.WARNING,
    title="The finished file was kept",
    reason="The differences leave its content as it is. Another version of this program alone is no reason to replace "
    "a finished file.",
    remedy="Nothing. Or add --overwrite to write the file again.",
)
OUTPUT_CHANGED = ProblemKind(
    identifier="output-changed",
    severity=Severity.ERROR,
    title="The NWB file was changed after its conversion",
    reason="It can be opened, so it may hold work that is nowhere else. It is not replaced without being asked.",
    remedy="Move the file away if you need it, or add --overwrite to replace it.",
)
WORKER_DIED = ProblemKind(
    identifier="worker-died",
    severity=Severity.ERROR,
    title="The process that converted the session died",
    reason="It was killed from outside (often by the operating system, for lack of memory) or crashed. Other sessions "
    "continue.",
    remedy="If memory is short, lower --workers or --memory-mb. " + _AGAIN,
)
RUN_OVER = ProblemKind(
    identifier="run-over",
    severity=Severity.ERROR,
    title="The run that asked for this session has ended",
    reason="A worker checks from time to time whether the output still belongs to its run. Now it belongs to another "
    "run or to none, or the folder is gone.",
    remedy="Nothing, if another run has taken over. If the output folder was removed, run the same command again.",
)
WORKER_VERSION_DIFFERS = ProblemKind(
    identifier="worker-version-differs",
    severity=Severity.ERROR,
    title="A worker has another version of ssc-to-nwb",
    reason="All files of one output must be made by one version, and versions differ in what a run sends to its "
    "workers.",
    remedy="Install the same version of ssc_to_nwb for the run and for its workers.",
)
SOURCE_CHANGED_MEANWHILE = ProblemKind(
    identifier="source-changed-meanwhile",
    severity=Severity.ERROR,
    title="The source changed during the conversion",
    reason="The NWB file would hold a mixture of two states. What was written of it was removed.",
    remedy="Let whatever writes to the source finish. " + _AGAIN,
)
SPACE_SHORT = ProblemKind(
    identifier="space-short",
    severity=Severity.ERROR,
    title="The disk is too small for the output",
    reason="The space was estimated from the sizes of the sources and a sample of them.",
    remedy="Free some space, convert fewer sessions (--session), choose another output, or add --ignore-space to try "
    "anyway.",
)
EXTRA_NOT_INSTALLED = ProblemKind(
    identifier="extra-not-installed",
    severity=Severity.ERROR,
    title="A package that this option needs is not installed",
    reason="Nothing else needs it, so it is not installed by default.",
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
    reason="The workers read and write the sessions themselves, at the paths that were given.",
    remedy="Use paths on a file system that all machines share.",
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
    title="A packed file has content that must not be unpacked",
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
    title="A file is packed twice",
    reason="A packed file has a name twice, or has a file that another packed file, or the folder itself, has too. It "
    "is not clear which one is meant.",
    remedy="Remove one of the two.",
)
PACKED_PARTLY_UNPACKED = ProblemKind(
    identifier="packed-partly-unpacked",
    severity=Severity.ERROR,
    title="A packed file is only partly unpacked",
    reason="The session's folder has some of the files of a packed file beside it, but not all.",
    remedy="Unpack the rest, or move the folder away. Then the packed file is used.",
)
MAT_NOT_TAKEN = ProblemKind(
    identifier="mat-not-taken",
    severity=Severity.WARNING,
    title="A MATLAB file is not used as a session",
    reason="Session files are recognized by their names, and are not expected among raw files. This file may be "
    "something else, or a session with another name.",
    remedy="If it is a session, rename or move it: <animal>_<yyyy>_<mm>_<dd>_session.mat, with a letter after the "
    "day if the animal has two sessions on that day. If not, nothing.",
)
CHECKSUM_DIFFERS = ProblemKind(
    identifier="checksum-differs",
    severity=Severity.ERROR,
    title="A source file differs from its listed checksum",
    reason="The download is incomplete or damaged.",
    remedy="Download the file again.",
)
CHECKSUM_LIST_NOT_UNDERSTOOD = ProblemKind(
    identifier="checksum-list-not-understood",
    severity=Severity.WARNING,
    title="Cannot understand a list of checksums",
    reason="Its name is that of a list of checksums, but it has lines of unknown form. They check nothing.",
    remedy="Write it again with md5sum or sha256sum, or check the files by hand with the program that wrote the list.",
)
