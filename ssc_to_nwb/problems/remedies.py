"""What several kinds of problems ask a user to do."""

REPORT_FILE = (
    "If it is the data set's own file, report it with what `ssc-to-nwb describe FILE` prints, which has no data in it."
)
