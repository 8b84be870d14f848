"""The proof of the proof: no change of a finished file goes unseen, and the object that was changed is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import pytest
from mutations import ALL, Mutation

from ssc_to_nwb.proof.digest import content_digest


def test_untouched_file_agrees_with_its_source(finished):
    report = finished.verify()
    assert [str(problem) for problem in report.problems] == []
    assert report.ok
    assert report.frames == report.frames_total > 0


def test_there_are_forty_mutations_at_least():
    assert len(ALL) >= 40
    assert len({mutation.name for mutation in ALL}) == len(ALL)


@pytest.mark.parametrize("mutation", ALL, ids=[mutation.name for mutation in ALL])
def test_mutation_is_found_and_its_object_named(
    finished, mutated: Callable[[Callable[[h5py.File], None]], Path], mutation: Mutation
):
    path = mutated(mutation.change)
    report = finished.verify(path)
    places = [problem.field or "" for problem in report.problems]
    assert not report.ok
    assert any(place.startswith(mutation.place) for place in places), places


@pytest.fixture(scope="module")
def digest_of_finished(finished) -> str:
    return content_digest(finished.path)


# One in three, of every part of the file: a digest costs as much as a verification. The schema's copy does not count.
WITH_DIGEST = [
    mutation
    for mutation in ALL[::3]
    if mutation.name not in ("a damaged chunk", "an object id not unique", "another place for the schema")
    and "specifications" not in mutation.place
]


@pytest.mark.parametrize("mutation", WITH_DIGEST, ids=[mutation.name for mutation in WITH_DIGEST])
def test_mutation_changes_the_digest(
    digest_of_finished: str, mutated: Callable[[Callable[[h5py.File], None]], Path], mutation: Mutation
):
    assert content_digest(mutated(mutation.change)) != digest_of_finished
