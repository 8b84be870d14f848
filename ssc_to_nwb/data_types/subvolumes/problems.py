"""Kinds of problems: imaged subvolumes."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
from ssc_to_nwb.problems.remedies import REPORT_FILE

AREA = "Subvolumes"
ARRAYS_DISAGREE = ProblemKind(
    identifier="arrays-disagree",
    severity=Severity.ERROR,
    title="The arrays of one subvolume have different imaging planes",
    reason="dF/F, raw fluorescence and events of a subvolume must come from the same frames and the same ROIs.",
    remedy="Compare imagingPlane and descrHash of the two arrays in MATLAB. " + REPORT_FILE,
)
ROI_WITHOUT_PLANE = ProblemKind(
    identifier="roi-without-plane",
    severity=Severity.ERROR,
    title="A trace belongs to an ROI that no imaging plane lists",
    reason="Without its plane, the ROI has no place in the tissue.",
    remedy="Look at ids of the array and of its imagingPlane entries.",
)
PLANE_NAME_UNKNOWN = ProblemKind(
    identifier="plane-name-unknown",
    severity=Severity.WARNING,
    title="The file names do not contain the name of the imaging plane",
    reason="Planes are named after the folder fov_VVPPP of their stacks. This one is named after its position.",
    remedy="If the folders have other names, set source.fov_pattern in a metadata file.",
)
CALCIUM_ARRAYS_MISSING = ProblemKind(
    identifier="calcium-arrays-missing",
    severity=Severity.WARNING,
    title="The session has no imaging data",
    reason="timeSeriesArrayHash has no array of dF/F, raw fluorescence or calcium events, or only empty ones. The NWB "
    "file has no ROI traces.",
    remedy="Nothing, if the session was not imaged. If an array has an unusual key, name it in a metadata file: "
    "source: {array_kinds: {<key>: dff}}.",
)
