"""What several kinds of problems ask a user to do; in `areas/*.toml` by these names in braces."""

REPORT_FILE = (
    "If it is an original file of the dataset, report it with the output of `ssc-to-nwb describe FILE`. There are no "
    "data in it."
)
FETCH_AGAIN = "Copy or download the file again and compare its checksum; "
OR_GO_ON = "with --keep-going the file becomes a gap, and the NWB file lists it."
CONVERT_AGAIN = (
    "Convert the session again with --overwrite; if the message stays, report it: this is a defect of the program."
)
CORRECT_TIMES = "Correct the times in the source, or convert it again. Ask who made the file."
RUN_AGAIN = "Run the same command again: finished sessions are not converted again."
THEN_RUN_AGAIN = "Then run the same command again."
LIST_OF_VIDEOS = (
    "give a list in a metadata file, sessions: {<session>: {source: {video_trials: {<file name>: <trial>}}}}, with "
    "null for a video of no trial"
)
