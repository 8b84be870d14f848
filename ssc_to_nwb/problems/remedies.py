"""What several kinds of problems ask a user to do."""

REPORT_FILE = (
    "If it is an original file of the dataset, report it with the output of `ssc-to-nwb describe FILE`. There are no "
    "data in it."
)
FETCH_AGAIN = "Copy or download the file again and compare its checksum; "
OR_GO_ON = "with --keep-going the file becomes a gap, and the NWB file lists it."
