"""Kinds of problems: dandiset.yaml and the metadata of a dandiset."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

DANDISET_FIELD_MALFORMED = ProblemKind(
    identifier="dandiset-field-malformed",
    severity=Severity.ERROR,
    title="A field of the dandiset's metadata does not fit the archive's schema",
    reason="dandischema, which the archive uses itself, refuses the value.",
    remedy="Correct it in the section `dandiset` of the metadata file, or in dandiset.yaml if it was filled in there.",
)
DANDISET_YAML_UNREADABLE = ProblemKind(
    identifier="dandiset-yaml-unreadable",
    severity=Severity.ERROR,
    title="dandiset.yaml cannot be read",
    reason="It is updated, not overwritten, so that what a person filled in stays; for that it must be valid YAML.",
    remedy="Correct the file, or take it away and write a new one: ssc-to-nwb dandiset.",
)
DANDISET_YAML_OF_ANOTHER = ProblemKind(
    identifier="dandiset-yaml-of-another",
    severity=Severity.ERROR,
    title="dandiset.yaml is of another dandiset than --dandiset names",
    reason="The folder was prepared for the dandiset that its dandiset.yaml names; its files would get into another.",
    remedy="Correct --dandiset or --instance; or correct `identifier` and `id` in dandiset.yaml, or move that file "
    "away, if the folder is meant for the dandiset that was named.",
)
DANDISET_YAML_UNWRITABLE = ProblemKind(
    identifier="dandiset-yaml-unwritable",
    severity=Severity.ERROR,
    title="dandiset.yaml cannot be written",
    reason="The output folder does not exist or may not be written.",
    remedy="Give the folder that `ssc-to-nwb convert` wrote.",
)
DANDISET_VALUE_REPLACED = ProblemKind(
    identifier="dandiset-value-replaced",
    severity=Severity.WARNING,
    title="A value of the dandiset's metadata is replaced",
    reason="The metadata file wins over dandiset.yaml, and that over the archive's web page, where both say something.",
    remedy="If the old value is the right one, put it into a metadata file of your own (`dandiset --metadata`).",
)
DANDISET_NO_NWB_FILES = ProblemKind(
    identifier="dandiset-no-nwb-files",
    severity=Severity.WARNING,
    title="No NWB file to take species, techniques and variables from",
    reason="The summary of the assets is made from the NWB files in the folder; there is none that can be read.",
    remedy="Convert first, then make dandiset.yaml again.",
)
