"""Kinds of problems: registration files."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
from ssc_to_nwb.problems.remedies import FETCH_AGAIN

AREA = "Registration"
REGISTRATION_UNREADABLE = ProblemKind(
    identifier="registration-unreadable",
    severity=Severity.ERROR,
    title="Cannot read a registration file",
    reason="An .imreg_out file is a MATLAB file with the vectors dx_r and dy_r, one value per frame.",
    remedy=FETCH_AGAIN + "with --keep-going its shifts are left out.",
)
REGISTRATION_LENGTH = ProblemKind(
    identifier="registration-length",
    severity=Severity.ERROR,
    title="A registration file and its tif have different numbers of frames",
    reason="dx_r and dy_r have one shift per frame of the stack beside them.",
    remedy="Check that the two files belong together; with --keep-going its shifts are left out.",
)
