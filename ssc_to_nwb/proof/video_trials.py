"""Which trial each whisker video is of, worked out a second time from names, metadata and the trials' numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ssc_to_nwb.metadata.model import SourceFacts
from ssc_to_nwb.session.session import Session


def expected_trials(paths: Sequence[Path], *, folder: Path, session: Session, facts: SourceFacts) -> dict[Path, int]:
    """The trial of every video that has one."""
    trials: dict[Path, int] = {}
    waiting: list[tuple[int, Path]] = []
    listed = facts.video_trials
    for path in paths:
        named = [name for name in (path.relative_to(folder).as_posix(), path.name) if name in listed]
        own = re.search(facts.video_pattern, path.name, re.IGNORECASE)
        running = re.search(facts.video_running_pattern or "(?!)", path.name, re.IGNORECASE)
        if named:
            trial = listed[named[0]]
            if trial is not None:
                trials[path] = trial
        elif own is not None:
            trials[path] = int(own["trial"])
        elif running is not None:
            waiting.append((int(running["running"]), path))
    sampled = set() if session.whisker is None else set(session.whisker.trial.tolist())
    free = sorted(set(session.trials.numbers.tolist()) - set(trials.values()))
    distinct = len({number for number, _ in waiting}) == len(waiting)
    for numbers in (free, [number for number in free if number in sampled]):
        if waiting and distinct and len(numbers) == len(waiting):
            trials.update(zip((path for _, path in sorted(waiting)), numbers, strict=True))
            break
    return trials
