"""When a session started, from what the rig's clock showed; and the file's notes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ssc_to_nwb.data_types.events.source import touch_sample
from ssc_to_nwb.data_types.trials.times import joined_parts, labelled_times
from ssc_to_nwb.metadata.model import VIDEO_ORDER, Assumptions
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemKind, SscError, error
from ssc_to_nwb.quantities import numbered
from ssc_to_nwb.session.context import SessionContext
from ssc_to_nwb.session.session import Session
from ssc_to_nwb.source_files.session_files import dataset_named

_TIMES_OF_EXPERIMENT = {
    "start": "the session started",
    "saved": "the behavior file was saved, and the session ended then",
}
# HHMMSS; an hour that was once a number has lost its leading zero.
_TIME_OF_DAY = re.compile(r"(\d{1,2}):?(\d{2}):?(\d{2})(?:\.(\d{1,6}))?")


def session_start_time(context: SessionContext) -> datetime:
    """dateOfExperiment, and timeOfExperiment of the source or the metadata, in the assumed zone.

    Of an hour that occurs twice the first is taken; an hour that was skipped counts on from the time before it. Where
    the time is that of saving the behavior file, the session ended then. Raises metadata-value-missing,
    metadata-text-unreadable.
    """
    assumed = context.metadata.assumptions
    zone = ZoneInfo(assumed.timezone)
    start = _wall_clock(context).replace(tzinfo=zone)
    if assumed.time_of_experiment == "saved":
        times = [context.session.trials.start_ms, *(one.time_ms for one in labelled_times(context.session))]
        last_ms = max((float(one.max()) for one in times if one.size), default=0.0)
        length = timedelta(seconds=assumed.clock_zero_offset_s, milliseconds=last_ms)
        start = (start.astimezone(UTC) - length).astimezone(zone)
    return start


def _clock_change(context: SessionContext) -> tuple[ProblemKind, str] | None:
    """What to say where the clock was set back or forward in the hour of the experiment; None where it was not."""
    zone = context.metadata.assumptions.timezone
    shown = _wall_clock(context).replace(tzinfo=ZoneInfo(zone))
    first, second = shown.utcoffset(), shown.replace(fold=1).utcoffset()
    if first is None or second is None or first == second:
        return None
    clock = f"{shown:%H:%M:%S} on {shown:%Y-%m-%d} in {zone}"
    if second < first:
        text = f"{clock} occurred twice, because the clock was set back; the first is taken (UTC{shown:%z})."
        return kinds.CLOCK_HOUR_TWICE, text
    text = f"{clock} did not occur, because the clock was set forward; taken as if it had not been (UTC{shown:%z})."
    return kinds.CLOCK_HOUR_SKIPPED, text


def report_clock(context: SessionContext) -> None:
    """Warn where the hour of the experiment occurred twice, or not at all."""
    change = _clock_change(context)
    if change is not None:
        kind, remark = change
        context.log.add(kind, file=context.session.path, field="metaDataHash timeOfExperiment", found=remark)


def _time_remarks(context: SessionContext) -> list[str]:
    """Lines for the file's notes: of the hour of the experiment, of joined parts, of starts that were not measured."""
    trials, change = context.session.trials, _clock_change(context)
    lines = [] if change is None else [change[1]]
    if context.session.events.get("touches") is not None:
        sample_ms, why = touch_sample(context)
        lines.append(
            f"Touches stop one sample, {sample_ms:g} ms, after the offset of the source, which is the last sample of "
            f"the touch{f' (assumed, {why})' if why else ''}."
        )
    lines += [
        f"The source joins parts of this session: the {jump_ms:.10g} ms between the starts of trials {before} and "
        f"{after} are made up."
        for before, after, jump_ms in joined_parts(trials)
    ]
    unmeasured = trials.numbers[~trials.start_measured].tolist()
    if unmeasured:
        numbers, whose = numbered("trial", unmeasured), "its" if len(unmeasured) == 1 else "their"
        lines.append(f"The source has no start of {numbers}: {whose} start_time is the time of {whose} first data.")
    return lines


def notes(context: SessionContext) -> str:
    """Citation, conditions of use and every assumption, for the file itself, a line each."""
    dataset, assumptions = context.metadata.dataset, context.metadata.assumptions
    doi = f" doi:{dataset.doi}" if dataset.doi else ""
    lines = [
        f"Converted from the CRCNS data set {dataset.name}: {dataset.title}.",
        f"Citation: {dataset.citation}{doi}",
        f"Conditions of use: {dataset.conditions_of_use}",
        _assumed(assumptions),
    ]
    if context.metadata.source.video_running_pattern is not None:
        lines.append(VIDEO_ORDER)
    if dataset_named(context.session.path) is None:
        lines.append(
            f"Assumed, because the name of the session file does not say it: the session is of {dataset.name} (five "
            "sessions of ssc-1 are known by name, all others count as sessions of ssc-2)."
        )
    encoding = context.metadata.source.text_encoding or ("UTF-8" if context.session.texts_found_utf8 else None)
    if encoding is not None:
        lines.append(f"Assumed: texts whose encoding the session file does not name are in {encoding}.")
    experiment_type = context.session.metadata_text("experimentType")
    if experiment_type is not None:
        lines.append(f"Experiment type, as given in the source: {experiment_type}")
    return "\n".join([*lines, *_time_remarks(context)])


def _assumed(assumptions: Assumptions) -> str:
    channels = "and are green alone where most stacks of the session have one page per listed frame"
    if assumptions.channels_per_frame is not None:
        channels = f"with {assumptions.channels_per_frame} of the two channels recorded"
    return (
        "Assumed, because no public source says: "
        f"the rig's clock ran in the time zone {assumptions.timezone}; "
        f"zero of the session's clock lies {assumptions.clock_zero_offset_s:g} s after the session's start time; "
        f"outlines (cornersXY) count pixels from {assumptions.corners_first_index:g}; "
        f"the pole's motor makes {assumptions.motor_steps_per_mm:g} steps per mm; "
        f"pages of a stack alternate {'green, red' if assumptions.green_page_first else 'red, green'}, "
        f"{channels}; "
        f"timeOfExperiment is the time at which {_TIMES_OF_EXPERIMENT[assumptions.time_of_experiment]}."
    )


def _wall_clock(context: SessionContext) -> datetime:
    """What the rig's clock showed, without a zone."""
    session = context.session
    date = (session.metadata_text("dateOfExperiment") or session.key.date).removesuffix(session.key.letter)
    time = context.metadata.session.time_of_experiment or session.metadata_text("timeOfExperiment")
    if time is None:
        field = f"sessions.{session.key}.session.time_of_experiment"
        expected = "metaDataHash timeOfExperiment, or HHMMSS in a metadata file"
        raise error(kinds.METADATA_VALUE_MISSING, file=session.path, field=field, expected=expected)
    match = _TIME_OF_DAY.fullmatch(time)
    try:
        if match is None:
            raise ValueError("not HHMMSS")
        hour, minute, second, fraction = match.groups()
        return datetime.strptime(f"{date}{hour:0>2}{minute}{second}.{fraction or '0'}", "%Y%m%d%H%M%S.%f")
    except ValueError as failure:
        found, key = f"{date!r} and {time!r}", f"time_of_experiment of sessions.{session.key}.session"
        names = "dateOfExperiment, timeOfExperiment"
        raise unreadable(session, names, "yyyymmdd and HHMMSS", found, key=key) from failure


def unreadable(session: Session, name: str, expected: str, found: str, *, key: str) -> SscError:
    """The error of a text of metaDataHash. key: of the metadata, which can give it in its place."""
    field, detail = f"metaDataHash {name}", f"metadata key {key}"
    kind = kinds.METADATA_TEXT_UNREADABLE
    return error(kind, file=session.path, field=field, expected=expected, found=found, detail=detail)
