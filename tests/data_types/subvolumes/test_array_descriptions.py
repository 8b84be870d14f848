"""descrHash: planes and valid trials, distinguished by what they are."""

from __future__ import annotations

import numpy as np
import pytest
from made_sessions import cell, field, hash_of, problem_raised, row, struct, struct_array

from ssc_to_nwb.data_types.subvolumes.reader import ArrayDescription, read_description
from ssc_to_nwb.matlab.tree import MatValue

EMPTY = np.zeros((0, 0))
ROI = struct(id=row(7), cornersXY=np.ones((2, 3)), indicesWithinImage=row(1, 2))
OTHER = struct(id=row(7), cornersXY=np.ones((2, 3)), indicesWithinImage=row(1, 3))


def plane(roi: MatValue = ROI, image: float = 1.0) -> MatValue:
    return struct(masterImage=np.full((3, 5), image), roiIds=row(7), rois=roi)


def describe(value: MatValue) -> ArrayDescription:
    return read_description(field(value, "s.d"))


@pytest.mark.parametrize(
    ("value", "planes", "trials"),
    [
        (hash_of(rois=struct_array(plane(), plane()), valid=row(2, 3)), 2, [2, 3]),
        (hash_of(valid=row(2, 3), rois=struct_array(plane(), plane())), 2, [2, 3]),
        (hash_of(rois=plane(), valid=row(2)), 1, [2]),
        (hash_of(rois=cell(plane(), plane()), valid=row(2, 3).T), 2, [2, 3]),
        (hash_of(rois=struct_array(plane(), plane()), valid=EMPTY), 2, []),
        (hash_of(rois=EMPTY, valid=row(2, 3)), 0, [2, 3]),
        (hash_of(rois=plane()), 1, None),
        (hash_of(valid=row(4)), 0, [4]),
        (row(4, 5), 0, [4, 5]),
        (EMPTY, 0, None),
        (cell(), 0, None),
        (hash_of(), 0, None),
    ],
)
def test_the_forms_it_may_have(value: MatValue, planes: int, trials: list[int] | None) -> None:
    found = describe(value)
    assert len(found.planes) == planes
    assert (None if found.valid_trials is None else found.valid_trials.tolist()) == trials


@pytest.mark.parametrize("value", [None, EMPTY, cell()])
def test_without_a_descr_hash_nothing_is_known(value: MatValue | None) -> None:
    found = read_description(None if value is None else field(value))
    assert (found.valid_trials, found.planes) == (None, ())


@pytest.mark.parametrize(
    "value",
    [
        hash_of(rois=plane(), valid=row(2), more=row(3)),
        hash_of(rois=plane(), other=plane(), valid=row(2)),
        hash_of(rois=plane(), valid=row(2), note="by hand"),
        cell(row(1), "x"),
    ],
)
def test_a_value_too_many_is_not_dropped(value: MatValue) -> None:
    with problem_raised() as found:
        describe(value)
    assert found[0].kind.identifier == "field-type"


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        (hash_of(rois=plane(), valid=row(2)), hash_of(rois=plane(), valid=row(2)), True),
        (hash_of(rois=plane(), valid=row(2)), hash_of(rois=plane(), valid=row(3)), False),
        (hash_of(rois=plane(), valid=row(2)), hash_of(rois=plane(OTHER), valid=row(2)), False),
        (hash_of(rois=plane(), valid=row(2)), hash_of(rois=plane(image=2.0), valid=row(2)), False),
        (hash_of(rois=plane(image=np.nan)), hash_of(rois=plane(image=np.nan)), True),
        (hash_of(rois=plane(), valid=row(2)), EMPTY, True),
        (hash_of(valid=row(2)), hash_of(rois=plane()), True),
        (hash_of(valid=row(2)), hash_of(rois=plane(), valid=row(9)), False),
    ],
)
def test_two_descriptions_agree_where_both_say_something(one: MatValue, other: MatValue, agree: bool) -> None:
    assert describe(one).agrees_with(describe(other)) is agree
    assert describe(other).agrees_with(describe(one)) is agree
