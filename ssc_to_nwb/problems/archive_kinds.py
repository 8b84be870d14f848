"""Kinds of problems: the archive, its instance, the key, the upload and the check of what came back."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

_AGAIN = "Then run the same command again."

ARCHIVE_NO_KEY = ProblemKind(
    identifier="archive-no-key",
    severity=Severity.ERROR,
    title="No API key for the archive",
    reason="Uploading needs the API key of an account at the archive. None was found in the environment or the "
    "keyring.",
    remedy="Set DANDI_API_KEY (or the variable named with --api-key-env) to the key that the archive's web page shows "
    "under your initials, or store it in the keyring with `dandi`. A key is never taken from an argument.",
)
ARCHIVE_KEY_UNUSABLE = ProblemKind(
    identifier="archive-key-unusable",
    severity=Severity.ERROR,
    title="The API key contains characters that cannot be in a key",
    reason="A key is one word of printable ASCII characters. Spaces or line breaks usually come from copying.",
    remedy="Copy the key again from the archive's web page into the variable or the keyring.",
)
ARCHIVE_KEY_AS_NAME = ProblemKind(
    identifier="archive-key-as-name",
    severity=Severity.ERROR,
    title="--api-key-env is not the name of an environment variable, and may be the key itself",
    reason="The option names the variable that holds the key. The value is not shown, because it looks like a key. "
    "On the command line it is visible in the list of processes and in the shell's history.",
    remedy="Give the name of the variable. If it was a key, have the archive's web page make a new one, and delete "
    "it from the shell's history.",
)
ARCHIVE_KEY_REFUSED = ProblemKind(
    identifier="archive-key-refused",
    severity=Severity.ERROR,
    title="The archive refuses the API key",
    reason="The key is mistyped, was replaced by a newer one, or belongs to another instance of the archive.",
    remedy="Take the key from the web page of the very instance named with --instance. " + _AGAIN,
)
ARCHIVE_INSTANCE_NOT_UNDERSTOOD = ProblemKind(
    identifier="archive-instance-not-understood",
    severity=Severity.ERROR,
    title="The instance is neither a known name nor a usable URL",
    reason="An instance is named (dandi, dandi-sandbox...) or given as the http(s) URL of its API, without user name, "
    "password, query or fragment.",
    remedy="Give --instance dandi, --instance dandi-sandbox, or the API's URL, such as https://api.example.org/api.",
)
ARCHIVE_NEEDS_TLS = ProblemKind(
    identifier="archive-needs-tls",
    severity=Severity.ERROR,
    title="Plain http works only for this machine",
    reason="Over plain http, anybody between this machine and the server could read or change the key and the data.",
    remedy="Use the https URL of the instance (or of its object store). Plain http works only for localhost.",
)
ARCHIVE_CERTIFICATE_REFUSED = ProblemKind(
    identifier="archive-certificate-refused",
    severity=Severity.ERROR,
    title="Cannot verify the server's certificate",
    reason="The host name is wrong, the certificate has expired, or this machine does not know the authority that "
    "signed it.",
    remedy="Check the URL. If your institution signs its own certificates, name the file with its authority in "
    "REQUESTS_CA_BUNDLE. Verification cannot be turned off.",
)
ARCHIVE_UNREACHABLE = ProblemKind(
    identifier="archive-unreachable",
    severity=Severity.ERROR,
    title="Cannot reach the archive",
    reason="There was no answer after several tries. The network is down, the address is wrong, or the server is down.",
    remedy="Check the network and the address. " + _AGAIN,
)
ARCHIVE_SERVER_FAILING = ProblemKind(
    identifier="archive-server-failing",
    severity=Severity.ERROR,
    title="The archive reports an internal error",
    reason="The server reported an internal error or too much load, after several tries with longer and longer waits.",
    remedy="Wait until the archive works as usual. " + _AGAIN,
)
ARCHIVE_NOT_AN_INSTANCE = ProblemKind(
    identifier="archive-not-an-instance",
    severity=Severity.ERROR,
    title="The server at this address is not a DANDI archive",
    reason="The address answers, but not as the archive's API does.",
    remedy="Give the URL of the API: for the public archive https://api.dandiarchive.org/api.",
)
ARCHIVE_API_ON_ANOTHER_HOST = ProblemKind(
    identifier="archive-api-on-another-host",
    severity=Severity.ERROR,
    title="The API of this instance is on another host",
    reason="The key is sent only to the host that was named. This instance says that its API is on another host.",
    remedy="If you trust that host, name it yourself: --instance with the URL shown.",
)
ARCHIVE_CLIENT_TOO_OLD = ProblemKind(
    identifier="archive-client-too-old",
    severity=Severity.ERROR,
    title="The instance is too new for the installed dandi client",
    reason="The instance asks for a newer dandi client, rejects this version, or uses a metadata schema that this "
    "version does not know.",
    remedy="Upgrade the client: pip install --upgrade dandi dandischema. " + _AGAIN,
)
ARCHIVE_INSTANCE_TOO_OLD = ProblemKind(
    identifier="archive-instance-too-old",
    severity=Severity.ERROR,
    title="The instance is too old for the installed dandi client",
    reason="The metadata schema of the instance is so old that the client cannot write metadata for it.",
    remedy="Ask the administrators of the instance to update it, or install the dandischema (and a dandi client) of "
    "its time.",
)
ARCHIVE_DANDISET_ID = ProblemKind(
    identifier="archive-dandiset-id",
    severity=Severity.ERROR,
    title="Not a dandiset identifier",
    reason="A dandiset identifier has six digits.",
    remedy="Give --dandiset as six digits, such as 000123. They are in the address of its web page.",
)
ARCHIVE_NO_SUCH_DANDISET = ProblemKind(
    identifier="archive-no-such-dandiset",
    severity=Severity.ERROR,
    title="This instance has no such dandiset",
    reason="The identifier is mistyped, or the dandiset is at another instance. dandi and dandi-sandbox have "
    "different dandisets.",
    remedy="Create the dandiset on the instance's web page, or correct --dandiset or --instance.",
)
ARCHIVE_NO_PERMISSION = ProblemKind(
    identifier="archive-no-permission",
    severity=Severity.ERROR,
    title="This account may not change the dandiset",
    reason="Only owners of a dandiset may add assets, and only once the archive has approved their account.",
    remedy="Ask an owner to add the account (web page of the dandiset, Owners), or use an owner's key. " + _AGAIN,
)
ARCHIVE_EMBARGOED = ProblemKind(
    identifier="archive-embargoed",
    severity=Severity.ERROR,
    title="The dandiset is under embargo",
    reason="Files in a dandiset under embargo are visible only to its owners until the embargo is lifted. Others "
    "cannot see the dandiset at all.",
    remedy="If you are an owner and want this, add --allow-embargoed. Otherwise use an owner's key or another "
    "dandiset.",
)
ARCHIVE_REFUSED = ProblemKind(
    identifier="archive-refused",
    severity=Severity.ERROR,
    title="The archive refuses the asset",
    reason="The archive does not accept the asset's path or metadata, or the dandiset cannot be changed at present.",
    remedy="The detail is what the archive says. Correct that. " + _AGAIN,
)
ARCHIVE_UPLOAD_LOST = ProblemKind(
    identifier="archive-upload-lost",
    severity=Severity.ERROR,
    title="The archive has lost the upload",
    reason="The archive forgot an upload that had begun, or its addresses expired, several times.",
    remedy="A slow line may need fewer files at once (--jobs 1). " + _AGAIN,
)
ARCHIVE_TRANSFER_CORRUPT = ProblemKind(
    identifier="archive-transfer-corrupt",
    severity=Severity.ERROR,
    title="The archive received other bytes than were sent",
    reason="The checksum of a part or of the whole file differed, after several tries.",
    remedy="Look at the network path (a proxy, a faulty disk or memory). " + _AGAIN,
)
ARCHIVE_FILE_CHANGED = ProblemKind(
    identifier="archive-file-changed",
    severity=Severity.ERROR,
    title="The file changed while it was being uploaded",
    reason="Size, time stamp or content differ from what they were when the upload of this file began. A mixture of "
    "two states must not be published.",
    remedy="Let whatever writes the file finish, convert or validate again, then run the same command again.",
)
ARCHIVE_ASSET_METADATA = ProblemKind(
    identifier="archive-asset-metadata",
    severity=Severity.ERROR,
    title="Cannot extract the archive's metadata from the file",
    reason="The dandi client takes subject, session and techniques from each NWB file. It failed for this one.",
    remedy="The detail is what the client says. See `ssc-to-nwb validate`, or convert the session again.",
)
ARCHIVE_EMPTY_FILE = ProblemKind(
    identifier="archive-empty-file",
    severity=Severity.ERROR,
    title="An empty file cannot be uploaded",
    reason="The archive takes files of at least one byte. An empty NWB file or video means that a conversion went "
    "wrong.",
    remedy="Convert the session again, or remove the file.",
)
ARCHIVE_NOTHING_TO_UPLOAD = ProblemKind(
    identifier="archive-nothing-to-upload",
    severity=Severity.ERROR,
    title="The folder has no files that the archive accepts",
    reason="There are neither NWB files nor videos. This is probably not the output folder of `convert`.",
    remedy="Give the folder that `ssc-to-nwb convert` wrote. It contains sub-*.",
)
ARCHIVE_NOT_VALID = ProblemKind(
    identifier="archive-not-valid",
    severity=Severity.ERROR,
    title="Validation found errors: the session was not uploaded",
    reason="The archive would mark the file as invalid, and the dandiset could not be published.",
    remedy="Run `ssc-to-nwb validate` on the file: it shows every message and what to do about it.",
)
ARCHIVE_NOT_VALIDATED = ProblemKind(
    identifier="archive-not-validated",
    severity=Severity.WARNING,
    title="The NWB files were not validated before the upload",
    reason="--validation skip was given. The archive validates files itself, and cannot publish those with errors.",
    remedy="Run `ssc-to-nwb validate` on the folder, and look at the draft on the archive's web page.",
)
ARCHIVE_PREPARATION_DIED = ProblemKind(
    identifier="archive-preparation-died",
    severity=Severity.ERROR,
    title="The process that validated the file died",
    reason="The operating system ended it, usually for lack of memory. The session was not uploaded.",
    remedy="Use fewer processes (--workers 1), or a machine with more memory. " + _AGAIN,
)
ARCHIVE_ZARR_LEFT_OUT = ProblemKind(
    identifier="archive-zarr-left-out",
    severity=Severity.WARNING,
    title="A Zarr store is left out: DANDI cannot publish a dandiset that holds one",
    reason="DANDI stores Zarr only in drafts.",
    remedy="Upload the HDF5 file of the session (`ssc-to-nwb convert`), and remove the store from the folder.",
)
ARCHIVE_SCHEMA_DIFFERS = ProblemKind(
    identifier="archive-schema-differs",
    severity=Severity.WARNING,
    title="The archive and the installed dandi client use different metadata schemas",
    reason="The client translates its metadata where it can. The archive may still find them invalid.",
    remedy="Look at the draft on the archive's web page after the upload. If it is invalid for this reason, install "
    "the version of dandischema that the archive uses, and upload again.",
)
ARCHIVE_LISTING_DIFFERS = ProblemKind(
    identifier="archive-listing-differs",
    severity=Severity.ERROR,
    title="The archive's files differ from the local files",
    reason="After the upload, the archive's own listing was compared with the local files by size and checksum.",
    remedy="Run the same command again. If the difference remains, look at the asset on the web page.",
)
ARCHIVE_ONLY_REMOTE = ProblemKind(
    identifier="archive-only-remote",
    severity=Severity.WARNING,
    title="The dandiset has assets that are not in this folder",
    reason="They were uploaded from elsewhere, or the local files were renamed or removed. Nothing is deleted "
    "without being asked.",
    remedy="Leave them if they belong there. --prune removes them from the draft, after a confirmation.",
)
ARCHIVE_PRUNE_UNCONFIRMED = ProblemKind(
    identifier="archive-prune-unconfirmed",
    severity=Severity.ERROR,
    title="Removing assets from the dandiset was not confirmed",
    reason="--prune removes assets from the draft. It needs a yes at the terminal, or --yes.",
    remedy="Look at the list with --dry-run --prune, then run it again with --yes.",
)
ARCHIVE_INTERRUPTED = ProblemKind(
    identifier="archive-interrupted",
    severity=Severity.ERROR,
    title="The upload was interrupted",
    reason="It was stopped from outside before all assets were there.",
    remedy="Run the same command again.",
)
ARCHIVE_RECORD_UNWRITABLE = ProblemKind(
    identifier="archive-record-unwritable",
    severity=Severity.ERROR,
    title="Cannot write the record of the upload",
    reason="Each upload is recorded, one line per event, beside the folder that is uploaded.",
    remedy="Give another place with --record FILE.",
)
ARCHIVE_DOWNLOAD_DIFFERS = ProblemKind(
    identifier="archive-download-differs",
    severity=Severity.ERROR,
    title="The archive's copy differs from the local file",
    reason="The asset was downloaded and compared byte for byte with the local file.",
    remedy="If the local file is the right one, or was converted again after the upload, upload it again.",
)
ARCHIVE_ASSET_MISSING = ProblemKind(
    identifier="archive-asset-missing",
    severity=Severity.ERROR,
    title="The dandiset does not hold the file",
    reason="There is nothing to download: none of the local files, or not the one that was named, is among its assets.",
    remedy="Upload first, or give another path with --asset.",
)
