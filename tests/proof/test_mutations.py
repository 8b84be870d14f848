"""The proof of the proof: no change of a finished file goes unseen, and the object that was changed is named.

The quick tests make many changes in one file; the long ones see to it that no change is named for another's sake.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import pytest
from mutations import ALL, BATCHES, Mutation

from ssc_to_nwb.proof.digest import content_digest, object_digests

Mutated = Callable[[Callable[[h5py.File], None]], Path]
# A digest leaves out the copy of the schema, and what distinguishes two files of the same content.
NOT_IN_DIGEST = ("a damaged chunk", "an object id not unique", "another place for the schema")


def in_digest(mutation: Mutation) -> bool:
    return mutation.name not in NOT_IN_DIGEST and "specifications" not in mutation.place


def below(mutation: Mutation, paths: set[str]) -> bool:
    """Whether one of the paths is that of an object that was changed."""
    return any(path.startswith((mutation.place, *mutation.also)) for path in paths)


def unnamed(finished_planes, path: Path, mutations: tuple[Mutation, ...]) -> list[str]:
    """Changes that a verification finds no fault with."""
    report = finished_planes.verify(path)
    places = {problem.field or "" for problem in report.problems}
    assert not report.ok
    return [mutation.name for mutation in mutations if not any(place.startswith(mutation.place) for place in places)]


@pytest.fixture(scope="module")
def digests(finished_planes) -> dict[str, str]:
    """Digests of the objects of the finished file."""
    return object_digests(finished_planes.path)


def test_untouched_file_agrees_with_its_source(finished_planes):
    untouched = finished_planes.verify()
    assert [str(problem) for problem in untouched.problems] == []
    assert untouched.ok
    assert untouched.frames == untouched.frames_total > 0


def test_every_mutation_is_another():
    assert len({mutation.name for mutation in ALL}) == len(ALL)
    assert sorted(id(mutation) for batch in BATCHES for mutation in batch) == sorted(map(id, ALL))


@pytest.mark.parametrize(
    "batch",
    [
        pytest.param(batch, id=batch[0].name, marks=() if place % 6 == 0 else pytest.mark.long)
        for place, batch in enumerate(BATCHES)
    ],
)
def test_mutations_are_found_and_change_the_digests_of_their_objects(
    finished_planes, mutated_planes: Mutated, digests: dict[str, str], batch: tuple[Mutation, ...]
):
    def change_all(file: h5py.File) -> None:
        for mutation in batch:
            mutation.change(file)

    path = mutated_planes(change_all)
    assert unnamed(finished_planes, path, batch) == []
    countable = tuple(filter(in_digest, batch))
    if countable == batch:
        changed = {name for name, _ in set(object_digests(path).items()) ^ set(digests.items())}
        assert [mutation.name for mutation in batch if not below(mutation, changed)] == []


@pytest.mark.long
@pytest.mark.parametrize("mutation", ALL, ids=[mutation.name for mutation in ALL])
def test_mutation_alone_is_found_and_its_object_named(finished_planes, mutated_planes: Mutated, mutation: Mutation):
    assert unnamed(finished_planes, mutated_planes(mutation.change), (mutation,)) == []


@pytest.mark.long
@pytest.mark.parametrize("mutation", filter(in_digest, ALL), ids=lambda mutation: mutation.name)
def test_mutation_alone_changes_the_digest(finished_planes, mutated_planes: Mutated, mutation: Mutation):
    assert content_digest(mutated_planes(mutation.change)) != content_digest(finished_planes.path)
