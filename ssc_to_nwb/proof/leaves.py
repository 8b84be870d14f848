"""For every rule of the ledger, how its leaves are rebuilt from the NWB file and compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ssc_to_nwb.data_types.rule import STRUCT_TABLE, Disposition, Leaf
from ssc_to_nwb.data_types.rules import RULES, UNMAPPED
from ssc_to_nwb.problems import verify_kinds as kinds
from ssc_to_nwb.proof import (
    leaves_calcium,
    leaves_events,
    leaves_metadata,
    leaves_planes,
    leaves_trials,
    leaves_whisker,
)
from ssc_to_nwb.proof.comparison import Comparison
from ssc_to_nwb.proof.source_struct import compare_source_struct

Rebuild = Callable[[Comparison, Sequence[Leaf]], None]

# Rules that keep leaves verbatim need no entry: the table of the source struct is compared as a whole.
REBUILD: Mapping[str, Rebuild] = {
    "metadata-value": leaves_metadata.metadata_value,
    "trial-numbers": leaves_trials.trial_numbers,
    "trial-starts": leaves_trials.trial_starts,
    "trial-types": leaves_trials.trial_types,
    "trial-property-values": leaves_trials.trial_property_values,
    "whisker-values": leaves_whisker.whisker_values,
    "whisker-times": leaves_whisker.whisker_times,
    "whisker-trials": leaves_whisker.whisker_trials,
    "whisker-valid-trials": leaves_whisker.whisker_valid_trials,
    "time-unit": leaves_whisker.time_unit,
    "calcium-rois": leaves_calcium.calcium_rois,
    "calcium-row-label": leaves_calcium.calcium_row_label,
    "calcium-values": leaves_calcium.calcium_values,
    "calcium-times": leaves_calcium.calcium_times,
    "calcium-trials": leaves_calcium.calcium_trials,
    "imaging-valid-trials": leaves_calcium.imaging_valid_trials,
    "plane-rois": leaves_planes.plane_rois,
    "plane-files": leaves_planes.plane_files,
    "plane-frames": leaves_planes.plane_frames,
    "plane-master-image": leaves_planes.plane_master_image,
    "plane-recorded-rois": leaves_planes.plane_recorded_rois,
    "roi-number": leaves_planes.roi_number,
    "roi-outline": leaves_planes.roi_outline,
    "roi-pixels": leaves_planes.roi_pixels,
    "event-type": leaves_events.event_type,
    "event-times": leaves_events.event_times,
    "event-trials": leaves_events.event_trials,
    "event-property-values": leaves_events.event_property_values,
}


def compare_leaves(work: Comparison) -> None:
    """Compare every leaf of the source, and report those that were compared with nothing."""
    for rule in RULES:
        leaves = work.leaves.get(rule.identifier)
        if leaves and rule.disposition is not Disposition.KEPT:
            place = next(iter(rule.places(leaves[0], work.facts)), "/")
            work.proof.guarded(place, REBUILD[rule.identifier], work, leaves)
    work.proof.guarded(STRUCT_TABLE, compare_source_struct, work)
    if not work.proof.problems:
        # Where a comparison was stopped, the problem that stopped it is reported already.
        _report_unproven(work)


def _report_unproven(work: Comparison) -> None:
    proof = work.proof
    for rule in (*RULES, UNMAPPED):
        for leaf in work.leaves.get(rule.identifier, ()):
            placed = rule.disposition is Disposition.KEPT or leaf.path in proof.proven
            kept = leaf.path not in work.kept or leaf.path in proof.proven_kept
            if not (placed and kept):
                place = next(iter(rule.places(leaf, work.facts)), "/")
                proof.problem(kinds.VERIFY_LEAF_UNPROVEN, place, expected="a comparison", found="none", leaf=leaf.path)
