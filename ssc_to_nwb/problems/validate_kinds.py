"""Kinds of problems: validate, apart from this project's own checks of NWB files (`check_kinds`)."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

NO_NWB_FILE = ProblemKind(
    identifier="no-nwb-file",
    severity=Severity.ERROR,
    title="There is no NWB file at the path",
    reason="The path does not exist, or no file below it ends in .nwb or .nwb.zarr.",
    remedy="Give the NWB file, or a folder that holds some.",
)
NWB_UNREADABLE = ProblemKind(
    identifier="nwb-unreadable",
    severity=Severity.ERROR,
    title="An NWB file can't be read",
    reason="The file is damaged, was cut short, is no NWB file, or a program has it open for writing.",
    remedy="Convert the session again, or fetch the file again and compare its checksum.",
)
LAYOUT_NOT_CHECKED = ProblemKind(
    identifier="layout-not-checked",
    severity=Severity.WARNING,
    title="The file was written by an older layout, and this project's own checks were left out",
    reason="The checks look for objects where this version of the program puts them. Schema, nwbinspector and DANDI's "
    "rules were applied.",
    remedy="Convert the session again with --overwrite to have the file checked in full.",
)
NWB_READ_WARNING = ProblemKind(
    identifier="nwb-read-warning",
    severity=Severity.WARNING,
    title="Reading the NWB file gave a warning",
    reason="pynwb or hdmf met something in the file that they read, but that should not be there.",
    remedy="See the message; where it is about the version of pynwb, try a newer one.",
)
ZARR_SUPPORT_MISSING = ProblemKind(
    identifier="zarr-support-missing",
    severity=Severity.ERROR,
    title="Files that end in .nwb.zarr need the package hdmf-zarr",
    reason="It is not installed.",
    remedy="pip install hdmf-zarr",
)
ZARR_PICKLES_REFUSED = ProblemKind(
    identifier="zarr-pickles-refused",
    severity=Severity.ERROR,
    title="The file holds pickled objects, and numcodecs refuses to unpickle them",
    reason="hdmf-zarr stores references as pickles, and unpickling can run any code that a stranger put into the file.",
    remedy="Where you trust the file's origin, set NUMCODECS_ALLOW_UNSAFE_PICKLE_DECODE=1 and run the command again.",
)
NWB_SCHEMA = ProblemKind(
    identifier="nwb-schema",
    severity=Severity.ERROR,
    title="The file breaks the NWB schema",
    reason="pynwb's validation compares every object with the schema that is stored in the file.",
    remedy="Make the object named as the schema has it; in a file of this converter it is a defect: report it.",
)
NWBINSPECTOR = ProblemKind(
    identifier="nwbinspector",
    severity=Severity.WARNING,
    title="A check of nwbinspector, in DANDI's configuration, has something to say",
    reason="nwbinspector compares files with the best practices of NWB; such a message bears the name of its check.",
    remedy="Mend what the message says, or accept it, with the reason, in a file given with --accept.",
)
DANDI_LAYOUT = ProblemKind(
    identifier="dandi-layout",
    severity=Severity.ERROR,
    title="The path is not in the layout that DANDI expects",
    reason="DANDI takes sub-<subject>/sub-<subject>_ses-<session>_<modalities>.nwb; labels hold no _ or -.",
    remedy="Move or rename the file; files written by `ssc-to-nwb convert` have this layout.",
)
DANDI_METADATA = ProblemKind(
    identifier="dandi-metadata",
    severity=Severity.ERROR,
    title="DANDI's metadata of the file is not valid",
    reason="The dandi client draws an asset's metadata from the file and checks it against DANDI's schema.",
    remedy="Mend the field named, in the NWB file or in the metadata file it was converted with.",
)
CHECK_FAILED = ProblemKind(
    identifier="check-failed",
    severity=Severity.ERROR,
    title="A check could not be carried out",
    reason="The check itself ended with an exception, so that nothing is known about what it looks at.",
    remedy="See the exception; where the file is sound, report it as a defect of the check.",
)
CHECK_NOT_MADE_FOR_IT = ProblemKind(
    identifier="check-not-made-for-it",
    severity=Severity.INFO,
    title="A check of nwbinspector can't deal with a table",
    reason="It takes the first value of every column, and a ragged column has none where all its rows are empty.",
    remedy="Nothing; what the check looks for in the table's other columns was not looked at.",
)
VALIDATION_CUT_SHORT = ProblemKind(
    identifier="validation-cut-short",
    severity=Severity.ERROR,
    title="The process that validated the file died",
    reason="The system ended it, for instance for want of memory, or a library crashed on a damaged file.",
    remedy="Validate the file alone, with --workers 1, and look at the system's log.",
)
ACCEPT_FILE_INVALID = ProblemKind(
    identifier="accept-file-invalid",
    severity=Severity.ERROR,
    title="The file of accepted messages is not valid",
    reason="It must hold a list `accept` of entries with identifier, path and reason, and may narrow one by file.",
    remedy="Correct the line named; metadata/inspector.yaml is an example.",
)
ACCEPT_ENTRY_UNUSED = ProblemKind(
    identifier="accept-entry-unused",
    severity=Severity.WARNING,
    title="An entry of the file of accepted messages matches nothing",
    reason="An exception that is no longer needed, or has a typo, would hide the next true message.",
    remedy="Remove the entry or correct its identifier and path.",
)
ACCEPT_DEFAULT_UNUSED = ProblemKind(
    identifier="accept-default-unused",
    severity=Severity.INFO,
    title="An entry of the packaged list of accepted messages matches nothing",
    reason="The files at hand don't have the peculiarity of the data sets that the entry is about.",
    remedy="Nothing.",
)
