"""Kinds of problems: images beside the stacks."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
from ssc_to_nwb.problems.remedies import FETCH_AGAIN

AREA = "Side images"
SIDE_IMAGE_UNREADABLE = ProblemKind(
    identifier="side-image-unreadable",
    severity=Severity.ERROR,
    title="Cannot use a side image",
    reason="A master image or projection beside the stacks is damaged, or its size differs from the frames of the "
    "plane.",
    remedy=FETCH_AGAIN + "with --keep-going the image is left out.",
)
