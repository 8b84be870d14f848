"""Kinds of problems with reports, plots and texts made from NWB files."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

NWB_FILE_MISSING = ProblemKind(
    identifier="nwb-file-missing",
    severity=Severity.ERROR,
    title="There is no NWB file",
    reason="The path does not exist, or no file in the folder ends with .nwb or .nwb.zarr.",
    remedy="Give a converted file, or the folder that convert wrote to.",
)
NWB_FILE_UNREADABLE = ProblemKind(
    identifier="nwb-file-unreadable",
    severity=Severity.ERROR,
    title="The file can't be opened as NWB",
    reason="It is not an NWB file, or it is damaged.",
    remedy="Check the path; convert the session again if the file is damaged.",
)
REPORT_NAME_TAKEN = ProblemKind(
    identifier="report-name-taken",
    severity=Severity.ERROR,
    title="Two files would get the same report page",
    reason="Pages bear the names of their NWB files, and two of those given have the same name.",
    remedy="Give the files of one data set at a time, or another output folder for each.",
)
TRIAL_NOT_IN_FILE = ProblemKind(
    identifier="trial-not-in-file",
    severity=Severity.ERROR,
    title="The file has no such trial",
    reason="Trial numbers are those of the source; they need not begin at 1 and may have gaps.",
    remedy="Choose one of the numbers of the trials table (its column trial_number).",
)
ROI_NOT_IN_FILE = ProblemKind(
    identifier="roi-not-in-file",
    severity=Severity.ERROR,
    title="The file has no trace of this ROI in this trial",
    reason="ROI numbers are those of the source, and each subvolume is imaged in a part of the trials only.",
    remedy="Choose ROIs of a subvolume that was imaged in the trial, or leave --roi away for the most active ones.",
)
PICTURE_FORMAT_UNKNOWN = ProblemKind(
    identifier="picture-format-unknown",
    severity=Severity.ERROR,
    title="Pictures can't be written in this format",
    reason="The format is taken from the ending of the file's name.",
    remedy="Use a name that ends with .png, .svg or .pdf.",
)
NO_WINDOW = ProblemKind(
    identifier="no-window",
    severity=Severity.ERROR,
    title="No window can be opened",
    reason="There is no display, or matplotlib has no graphical toolkit to draw with.",
    remedy="Give -o with a file name instead, or install a toolkit such as PySide6.",
)
CELL_NOT_JOINED = ProblemKind(
    identifier="cell-not-joined",
    severity=Severity.WARNING,
    title="ROIs of one number are not the same cell",
    reason="In two sessions of the animal the number is in different planes, more than 10 um apart, or without a mask.",
    remedy="Nothing to do for the files; look at both master images before you compare the two ROIs.",
)
REMOTE_SUPPORT_MISSING = ProblemKind(
    identifier="remote-support-missing",
    severity=Severity.ERROR,
    title="Files at web addresses cannot be read with what is installed",
    reason="Reading over the network needs fsspec with its http part.",
    remedy="Install it: pip install 'ssc-to-nwb[remote]', or download the file first.",
)
CELL_NOT_IN_FILES = ProblemKind(
    identifier="cell-not-in-files",
    severity=Severity.ERROR,
    title="No file has this cell",
    reason="A cell is named by its animal and ROI number, such as an197522/1001; the files given have no such ROI.",
    remedy="List the cells with `ssc-to-nwb cells` and choose one of them.",
)
