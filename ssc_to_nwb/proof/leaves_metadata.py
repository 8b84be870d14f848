"""From the general fields back to metaDataHash, as far as they are made from it; its values are kept besides."""

from __future__ import annotations

from collections.abc import Sequence

from ssc_to_nwb.data_types.rule import Leaf
from ssc_to_nwb.proof.comparison import Comparison


def metadata_value(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """`objects_general` has compared the fields made from these values; see that it has reached each of them."""
    keys = tuple(work.session.metadata)
    for leaf in leaves:
        if work.general_fields.get(keys[leaf.indices[0] - 1], False):
            work.proof.prove([leaf.path])
