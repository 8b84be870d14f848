"""Kinds of problems: dandiset.yaml and the metadata of a dandiset."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

DANDISET_FIELD_MALFORMED = ProblemKind(
    identifier="dandiset-field-malformed",
    severity=Severity.ERROR,
    title="A field of the dandiset's metadata does not fit the archive's schema",
    reason="dandischema, which the archive itself uses, rejects the value.",
    remedy="Correct it in the section `dandiset` of the metadata file, or in dandiset.yaml if it is written there.",
)
DANDISET_YAML_UNREADABLE = ProblemKind(
    identifier="dandiset-yaml-unreadable",
    severity=Severity.ERROR,
    title="Cannot read dandiset.yaml",
    reason="The file is updated, not overwritten, to keep what a person wrote there. For that it must be valid YAML.",
    remedy="Correct the file, or remove it and write a new one: ssc-to-nwb dandiset.",
)
DANDISET_YAML_OF_ANOTHER = ProblemKind(
    identifier="dandiset-yaml-of-another",
    severity=Severity.ERROR,
    title="dandiset.yaml belongs to another dandiset than --dandiset names",
    reason="The folder was prepared for the dandiset in its dandiset.yaml. Its files would go into another one.",
    remedy="Correct --dandiset or --instance. If the folder is meant for the dandiset that was named, correct "
    "`identifier` and `id` in dandiset.yaml, or move that file away.",
)
DANDISET_YAML_UNWRITABLE = ProblemKind(
    identifier="dandiset-yaml-unwritable",
    severity=Severity.ERROR,
    title="Cannot write dandiset.yaml",
    reason="The output folder does not exist, or the operating system refuses to write there.",
    remedy="Give the folder that `ssc-to-nwb convert` wrote.",
)
DANDISET_VALUE_REPLACED = ProblemKind(
    identifier="dandiset-value-replaced",
    severity=Severity.WARNING,
    title="A value of the dandiset's metadata is replaced",
    reason="The metadata file wins over dandiset.yaml, and dandiset.yaml wins over the archive's web page.",
    remedy="If the old value is right, put it into a metadata file of your own (`dandiset --metadata`).",
)
DANDISET_NO_NWB_FILES = ProblemKind(
    identifier="dandiset-no-nwb-files",
    severity=Severity.WARNING,
    title="No NWB file to read species, techniques and variables from",
    reason="The summary of the assets is made from the NWB files in the folder. None can be read.",
    remedy="Convert first, then run `ssc-to-nwb dandiset` again.",
)
