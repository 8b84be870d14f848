"""The ways back of all data types by the identifiers of their claims, and what follows from the rest of a file."""

from __future__ import annotations

from ssc_to_nwb.data_types.registry import having
from ssc_to_nwb.restoring.following import Follows
from ssc_to_nwb.restoring.pieces import Restores


def all_restores() -> Restores:
    """The ways back of all data types."""
    return {rule: restore for _, restores in having("restore", "RESTORES") for rule, restore in restores.items()}


def all_follows() -> Follows:
    """What follows, of all data types, by the place that it is compared with."""
    return {place: follow for _, follows in having("follows", "FOLLOWS") for place, follow in follows.items()}
