"""The schema of the metadata files: everything the session files do not say, as typed, frozen models.

Facts about a dataset are in `metadata/ssc-1.yaml` and `ssc-2.yaml`, each with its source; a user's own files are
laid on top.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar, Literal, get_args
from zoneinfo import ZoneInfo

from ssc_to_nwb.json_lines import fact
from ssc_to_nwb.metadata.forms import (
    Age,
    CalendarDate,
    Check,
    Doi,
    Limits,
    PersonName,
    Publication,
    Sex,
    Species,
    TimeOfDay,
    Weight,
)

ArrayKind = Literal["whisker", "dff", "raw", "event"]
ARRAY_KINDS: tuple[str, ...] = get_args(ArrayKind)
# A text that says something, and one that can be the name of an object in an NWB file.
Text = Annotated[str, Limits(min_length=1, strip_whitespace=True)]
Name = Annotated[str, Limits(pattern=r"^[^/:\s](?:[^/:]*[^/:\s])?$")]
Positive = Annotated[float, Limits(gt=0)]


def _known(look_up: Callable[[str], object], wanted: str) -> Check:
    def check(name: str) -> str:
        try:
            look_up(name)
        except (LookupError, ValueError) as failure:
            raise ValueError(f"Expected {wanted}") from failure
        return name

    return Check(check)


Zone = Annotated[str, _known(ZoneInfo, "a time zone of the IANA database, such as America/New_York")]
Encoding = Annotated[str, _known("".encode, "an encoding of text that Python knows, such as latin-1")]


def _pattern_with(*groups: str) -> Check:
    def check(pattern: str) -> str:
        try:
            compiled = re.compile(pattern)
        except re.error as failure:
            raise ValueError(f"Expected a regular expression; in this one: {failure}") from failure
        missing = [group for group in groups if group not in compiled.groupindex]
        if missing:
            raise ValueError(f"Expected a regular expression with the named group(s) {', '.join(missing)}")
        return pattern

    return Check(check)


class Section:
    """A section of a metadata file: closed to unknown keys.

    Pydantic makes it from what is read. Workers that get it need no pydantic, which takes long to load.
    """

    __slots__ = ()
    __pydantic_config__: ClassVar = {"extra": "forbid", "allow_inf_nan": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet(Section):
    """The published data set the session belongs to."""

    name: Text = fact("Short name; part of every file's identifier")
    title: Text = fact("Full title")
    citation: Text = fact("How the data set asks to be cited")
    doi: Doi | None = fact("DataCite DOI of the data set, once known", default=None)
    conditions_of_use: Text = fact("Conditions under which the data set is given out")
    related_publications: tuple[Publication, ...] = fact("Papers, as doi:...")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDefaults(Section):
    """What is said of a session in NWB's terms; the time of the experiment never for all sessions at once."""

    session_description: Text
    experiment_description: Text
    institution: Text
    lab: Text
    keywords: tuple[Text, ...]
    time_of_experiment: TimeOfDay | None = fact("HHMMSS; replaces timeOfExperiment of the session file", default=None)
    experimenters: tuple[PersonName, ...] = fact(
        '"Last, First"; used where the session file names nobody, or to replace what it names', default=()
    )
    virus: str | None = None
    surgery: str | None = None
    pharmacology: str | None = None
    protocol: str | None = fact("Number of the approved animal protocol, once known", default=None)
    stimulus_notes: str | None = None
    data_collection: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectFacts(Section):
    """The animal, where the session file does not say it."""

    species: Species | None = fact("Latin binomial; replaces what the session file says", default=None)
    species_names: dict[str, Species] = fact("Latin binomial of names in the files", default_factory=dict)
    sex: Sex | None = fact("M, F, U or O; replaces what the session file says", default=None)
    sex_names: dict[str, Sex] = fact("M, F, U or O of names in the files", default_factory=dict)
    age: Age | None = fact("ISO 8601 duration or range, where no date of birth is known", default=None)
    date_of_birth: CalendarDate | None = fact("yyyymmdd; replaces dateOfBirth of the session file", default=None)
    strain: str | None = None
    genotype: str | None = None
    weight: Weight | None = fact("A number and its unit, as 21 g", default=None)
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceModelFacts(Section):
    """The model of a device, where its manufacturer is known."""

    name: Name
    manufacturer: Text
    description: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts(Section):
    """A device."""

    name: Name
    description: Text
    model: DeviceModelFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpticalChannelFacts(Section):
    """A detection channel of the microscope."""

    description: Text
    emission_lambda_nm: Positive
    indicator: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagingFacts(Section):
    """The microscope and how it was used."""

    microscope: DeviceFacts
    channels: dict[Literal["green", "red"], OpticalChannelFacts]
    excitation_lambda_nm: Positive
    location: Text = fact("Acronym of the Allen Mouse Brain Common Coordinate Framework")
    location_description: Text
    field_of_view_um: tuple[Positive, Positive] = fact("Width and height of the whole image")
    plane_spacing_um: Positive
    scan_line_rate_hz: float | None = fact(default=None, gt=0)
    subvolume_depth_um: dict[int, float] = fact(
        "Depth below the pia of the first plane, by subvolume number, once known", default_factory=dict
    )
    response_units: dict[Literal["raw", "dff", "event"], Text] = fact("Unit of each kind of trace")
    data_processing: dict[Literal["raw", "dff", "event", "stacks"], str] = fact(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFacts(Section):
    """The whisker videos."""

    camera: DeviceFacts
    description: Text
    rate_hz: Positive


VIDEO_ORDER = (
    "Assumed, because no public source says: whisker videos whose names have a running number and no trial number "
    "follow each other as the trials do. This is used only where there are as many of them as trials, or as trials "
    "with whisker samples."
)
"""What the notes of a file say where `SourceFacts.video_running_pattern` is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts(Section):
    """How to read files whose names and keys no public source gives with certainty."""

    variable_names: tuple[str, ...] = fact("Names the session struct may have", default=("s", "dat"))
    array_kinds: dict[str, ArrayKind] = fact(
        "Kind of a time series array, by key name or as `value{3}`", default_factory=dict
    )
    fov_pattern: Annotated[str, _pattern_with("subvolume", "plane")] = fact(
        "Finds subvolume and plane in a listed path", default=r"fov_(?P<subvolume>\d{2})(?P<plane>\d{3})"
    )
    # Videos are said to be one per trial; no public source says how they are named. Look-alikes of the data set have
    # `_trial_<number>.mp4`, the rig's own names WDBP_<animal>_<yyyymmdd>_main_<running number>_<date and time>.mp4.
    # No number of a trial has as many digits as a date and time.
    video_pattern: Annotated[str, _pattern_with("trial")] = fact(
        "Finds the trial number in the name of a whisker video", default=r"_trial_(?P<trial>\d{1,7})\.mp4$"
    )
    video_running_pattern: Annotated[str, _pattern_with("running")] | None = fact(
        "Finds the running number in the name of a whisker video, whose order is that of the trials; "
        "null where it is not to be used",
        default=r"^WDBP(?:.*_main)?_?(?P<running>\d{1,7})(?:[_-](?:19|20)\d{2}[_-]?\d{2}[_-]?\d{2}[\d_T.-]*)?\.mp4$",
    )
    video_trials: dict[str, int | None] = fact(
        "Trial of each whisker video, by file name; null for a video of no trial", default_factory=dict
    )
    text_encoding: Encoding | None = fact(
        "Encoding of texts beyond ASCII where the session file does not name it, once known", default=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions(Section):
    """What no public source says and the conversion has to decide; each is named in the file's notes."""

    timezone: Zone = fact("Zone of dateOfExperiment and timeOfExperiment", default="America/New_York")
    clock_zero_offset_s: float = fact(
        "Seconds from dateOfExperiment/timeOfExperiment to the zero of the session's clock", default=0.0
    )
    time_of_experiment: Literal["start", "saved"] = fact(
        "What timeOfExperiment is: when the session started, or when its behavior file was saved", default="start"
    )
    touch_sample_ms: float = fact(
        "Sample interval of the whisker's clock, where a session has no whisker array", default=2.0, gt=0
    )
    corners_first_index: float = fact("Number of the first pixel in cornersXY", default=1.0)
    motor_steps_per_mm: float = fact("Zaber motor steps per mm of StimulusPosition", default=10_000.0, gt=0)
    green_page_first: bool = fact("Pages of a stack alternate green, red", default=True)
    channels_per_frame: int | None = fact(
        "Channels in the stacks; null: the numbers of pages and frames decide", default=None, ge=1, le=2
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata(Section):
    """A complete, validated set of metadata for one session."""

    dataset: DataSet
    session: SessionDefaults
    subject: SubjectFacts
    imaging: ImagingFacts
    video: VideoFacts
    source: SourceFacts = SourceFacts()
    assumptions: Assumptions = Assumptions()
    dandiset: dict[str, Any] | None = fact("See `ssc-to-nwb dandiset --help`", default=None)
    sources: dict[str, str] = fact(
        "Where each fact comes from, by dotted key; a key covers all below it", default_factory=dict
    )

    def contents(self) -> dict[str, Any]:
        """All that decides what is in NWB files, defaults included, in the form that JSON gives it."""
        sections = asdict(self)
        del sections["dandiset"]
        found: dict[str, Any] = json.loads(json.dumps(sections))
        return found
