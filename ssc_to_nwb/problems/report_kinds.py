"""Kinds of problems with reports, plots and texts made from NWB files."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

NWB_FILE_MISSING = ProblemKind(
    identifier="nwb-file-missing",
    severity=Severity.ERROR,
    title="There is no NWB file",
    reason="The path does not exist, or no file in the folder ends in .nwb or .nwb.zarr.",
    remedy="Give a converted file, or the output folder of convert.",
)
NWB_FILE_UNREADABLE = ProblemKind(
    identifier="nwb-file-unreadable",
    severity=Severity.ERROR,
    title="Cannot open the file as NWB",
    reason="It is not an NWB file, or it is damaged.",
    remedy="Check the path. If it is the file of a session, it is damaged: convert the session again with --overwrite, "
    "or download the file again.",
)
NWB_FILE_NOT_CHOSEN = ProblemKind(
    identifier="nwb-file-not-chosen",
    severity=Severity.ERROR,
    title="The folder holds several NWB files",
    reason="The command is about one file.",
    remedy="Give the path of one file.",
)
STORE_LEFT_OUT = ProblemKind(
    identifier="store-left-out",
    severity=Severity.INFO,
    title="A Zarr store is left out, because the NWB file that it was exported from is there too",
    reason="Both hold the same session, which would count twice.",
    remedy="Nothing. To use the store, give its path without that of the file.",
)
REPORT_NAME_TAKEN = ProblemKind(
    identifier="report-name-taken",
    severity=Severity.ERROR,
    title="Two NWB files have the same name, so their report pages would too",
    reason="A page has the name of its NWB file.",
    remedy="Give the files of one dataset at a time, or another output folder for each.",
)
TRIAL_NOT_IN_FILE = ProblemKind(
    identifier="trial-not-in-file",
    severity=Severity.ERROR,
    title="The file has no such trial",
    reason="Trial numbers are those of the source. They may start at another number than 1 and have gaps.",
    remedy="Choose a number from the column trial_number of the trials table.",
)
ROI_NOT_IN_FILE = ProblemKind(
    identifier="roi-not-in-file",
    severity=Severity.ERROR,
    title="The file has no trace of this ROI in this trial",
    reason="ROI numbers are those of the source, and each subvolume is imaged in some of the trials only.",
    remedy="Choose ROIs of a subvolume that was imaged in the trial. plot-trial chooses the most active ones without "
    "--roi.",
)
PICTURE_FORMAT_UNKNOWN = ProblemKind(
    identifier="picture-format-unknown",
    severity=Severity.ERROR,
    title="Cannot write pictures in this format",
    reason="The ending of the file name selects the format.",
    remedy="Use a name that ends with .png, .svg or .pdf.",
)
NO_WINDOW = ProblemKind(
    identifier="no-window",
    severity=Severity.ERROR,
    title="Cannot open a window",
    reason="There is no display, or matplotlib has no graphical toolkit.",
    remedy="Give a file name with -o, or install a toolkit such as PySide6.",
)
CELL_NOT_JOINED = ProblemKind(
    identifier="cell-not-joined",
    severity=Severity.WARNING,
    title="ROIs with the same number are not the same cell",
    reason="In two sessions of the animal, the number is in different planes, more than 10 um apart, or without a "
    "mask.",
    remedy="Nothing. Look at both master images before you compare the two ROIs.",
)
REMOTE_SUPPORT_MISSING = ProblemKind(
    identifier="remote-support-missing",
    severity=Severity.ERROR,
    title="Cannot read files at web addresses with what is installed",
    reason="Reading over the network needs fsspec with its http part.",
    remedy="Install it: pip install 'ssc-to-nwb[remote]', or download the file first.",
)
CELL_NOT_IN_FILES = ProblemKind(
    identifier="cell-not-in-files",
    severity=Severity.ERROR,
    title="No file has this cell",
    reason="A cell is named by its animal and ROI number, such as an197522/1001. None of the files has it.",
    remedy="List the cells with `ssc-to-nwb cells` and choose one of them.",
)
