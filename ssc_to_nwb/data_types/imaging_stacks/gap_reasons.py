"""Why frames are missing, in the words of the table `imaging_gaps`."""

NO_FRAME_LISTED = "the session file lists no frame of this plane"
FILE_MISSING = "the tif file is missing"
FILE_SKIPPED = "the tif file is damaged"
FRAME_ABSENT = "the tif file has fewer frames than listed"
