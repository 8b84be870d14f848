"""Kinds of problems met while a finished file is exported as a Zarr store."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

EXPORT_SOURCE_INVALID = ProblemKind(
    identifier="export-source-invalid",
    severity=Severity.ERROR,
    title="Only a finished HDF5 file can be exported",
    reason="A Zarr store is made from the NWB file that a conversion wrote and verified.",
    remedy="Give the .nwb file of a session.",
)
EXPORT_PLACE_TAKEN = ProblemKind(
    identifier="export-place-taken",
    severity=Severity.ERROR,
    title="Another file or folder is in the place of the Zarr store",
    reason="--overwrite replaces only a Zarr store, as a whole. It never removes another file or folder.",
    remedy="Give another path for the store.",
)
EXPORT_DIFFERS = ProblemKind(
    identifier="export-differs",
    severity=Severity.ERROR,
    title="The exported store differs from the file",
    reason="The digests of all objects of the file and of the store were compared. The store has been removed.",
    remedy="Export again. If it happens again, report it: it is a defect of the program, of hdmf-zarr, or of the disk.",
)
ZARR_STORE_NOT_VERIFIED = ProblemKind(
    identifier="zarr-store-not-verified",
    severity=Severity.ERROR,
    title="A Zarr store is not compared with its source",
    reason="It is an export of an NWB file. `verify` compares that file with the source; equal digests of the file and "
    "the store prove that the store has the same content.",
    remedy="Compare the digests: ssc-to-nwb digest FILE.nwb STORE",
)
