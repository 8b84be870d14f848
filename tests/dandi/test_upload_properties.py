"""Whatever goes wrong, in whatever order: after enough runs the archive holds exactly the local files."""

from __future__ import annotations

from pathlib import Path

import pytest
from archive_samples import local_assets
from dandi_server import DandiServer, running_archive
from dandischema.consts import DANDI_SCHEMA_VERSION
from dandischema.digests.dandietag import PartGenerator
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ssc_to_nwb.api.archive import upload
from ssc_to_nwb.dandi import parts
from ssc_to_nwb.options.archive import RetryPolicy
from ssc_to_nwb.problems.model import SscError

_ANY_STEP = ["drop", "drop-after", "500", "502", "503", "429"]
_STEPS = {
    "info": _ANY_STEP,
    "users-me": [*_ANY_STEP, "401"],
    "dandiset": [*_ANY_STEP, "403", "404"],
    "list": [*_ANY_STEP, "404"],
    "initialize": [*_ANY_STEP, "400", "401", "403"],
    "part": [*_ANY_STEP, "expire", "corrupt", "400"],
    "complete": [*_ANY_STEP, "lose", "400"],
    "storage-complete": [*_ANY_STEP, "expire"],
    "validate": [*_ANY_STEP, "lose", "400"],
    "create": [*_ANY_STEP, "400", "404", "409"],
    "replace": [*_ANY_STEP, "400", "404"],
    "asset": [*_ANY_STEP, "404"],
}
FAULTS = st.lists(
    st.sampled_from([(step, action) for step, actions in _STEPS.items() for action in actions]).flatmap(
        lambda fault: st.tuples(st.just(fault), st.integers(1, 8), st.integers(0, 3))
    ),
    max_size=6,
)
RUNS = 60
PART_SIZE = 1000


@pytest.fixture
def parts_of_1000_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PartGenerator, "DEFAULT_PART_SIZE", PART_SIZE)
    monkeypatch.setattr(PartGenerator, "MIN_PART_SIZE", 1)
    monkeypatch.setattr(parts, "PATIENCE_S", 0.2)
    monkeypatch.setattr(parts, "_POLL_S", 0.05)


@pytest.mark.long
@pytest.mark.usefixtures("no_waiting", "validated", "key")
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@example(faults=[(("part", "corrupt"), 8, 0), (("create", "drop-after"), 8, 0)])
@example(faults=[(("complete", "lose"), 8, 1), (("list", "500"), 8, 2)])
@given(faults=FAULTS)
def test_after_enough_runs_remote_is_local(
    output: Path, parts_of_1000_bytes: None, faults: list[tuple[tuple[str, str], int, int]]
) -> None:
    with running_archive(schema_version=DANDI_SCHEMA_VERSION) as archive:
        archive.model.part_size = PART_SIZE
        for (step, action), times, skip in faults:
            archive.fail(step, action, times=times, skip=skip)

        assert any(complete(archive, output) for _ in range(RUNS)), f"not complete after {RUNS} runs"

        here = local_assets(output)
        assert {path: archive.bytes_of(path) for path in archive.contents()} == here
        assert not archive.requests("delete")
        assert {each.authorization for each in archive.seen if each.server == "storage"} <= {None}


def complete(archive: DandiServer, output: Path) -> bool:
    """One run, as a user would repeat it; True when it says that everything is there."""
    try:
        result = upload(
            output=output,
            dandiset="000123",
            instance=archive.url,
            retry=RetryPolicy(attempts=2, first_wait_s=0.0, jitter=0.0),
            first_contact=RetryPolicy(attempts=2, first_wait_s=0.0, jitter=0.0),
        )
    except SscError:
        return False
    return result.ok
