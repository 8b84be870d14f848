"""Kinds of problems: the archive, its instance, the key, the upload and the check of what came back."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

_AGAIN = "Then run the same command again."

ARCHIVE_NO_KEY = ProblemKind(
    identifier="archive-no-key",
    severity=Severity.ERROR,
    title="No API key for the archive",
    reason="Uploading needs the key of an account at the archive; none was in the environment or the keyring.",
    remedy="Set DANDI_API_KEY (or the variable named with --api-key-env) to the key that the archive's web page shows "
    "under your initials, or store it in the keyring with `dandi`. A key is never taken from an argument.",
)
ARCHIVE_KEY_UNUSABLE = ProblemKind(
    identifier="archive-key-unusable",
    severity=Severity.ERROR,
    title="The API key has characters that no key has",
    reason="A key is one word of printable ASCII characters; blanks or line breaks come from a slip in copying.",
    remedy="Copy the key again from the archive's web page into the variable or the keyring.",
)
ARCHIVE_KEY_AS_NAME = ProblemKind(
    identifier="archive-key-as-name",
    severity=Severity.ERROR,
    title="--api-key-env is not the name of an environment variable, and may be the key itself",
    reason="The option names the variable that holds the key. What was given is not shown, since it looks like a key: "
    "on the command line it is in the list of processes, and in the history of the shell.",
    remedy="Give the name of the variable. If it was a key, have the archive's web page make a new one, and take it "
    "out of the shell's history.",
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
    title="Plain http is for this machine alone",
    reason="Over plain http to another machine anybody on the way could read the key and the data, or change them.",
    remedy="Use the https URL of the instance (or of its object store); plain http works only for localhost.",
)
ARCHIVE_CERTIFICATE_REFUSED = ProblemKind(
    identifier="archive-certificate-refused",
    severity=Severity.ERROR,
    title="The server's certificate cannot be verified",
    reason="Nobody vouches for the server being the one it says it is: a wrong host name, an expired certificate, "
    "or an authority that this machine does not know.",
    remedy="Check the URL. Where an institution signs its own certificates, name the file with its authority in "
    "REQUESTS_CA_BUNDLE. Verification cannot be turned off.",
)
ARCHIVE_UNREACHABLE = ProblemKind(
    identifier="archive-unreachable",
    severity=Severity.ERROR,
    title="The archive cannot be reached",
    reason="No answer came in spite of repeated tries: a network fault, a wrong address, or a server that is down.",
    remedy="Check the network and the address. " + _AGAIN,
)
ARCHIVE_SERVER_FAILING = ProblemKind(
    identifier="archive-server-failing",
    severity=Severity.ERROR,
    title="The archive answers with errors of its own",
    reason="The server reported a fault of its own or too much load in spite of repeated tries with growing waits.",
    remedy="Wait until the archive works as usual. " + _AGAIN,
)
ARCHIVE_NOT_AN_INSTANCE = ProblemKind(
    identifier="archive-not-an-instance",
    severity=Severity.ERROR,
    title="What answers there is not an instance of the archive",
    reason="The address answers, but not as the archive's API does.",
    remedy="Give the URL of the API: for the public archive https://api.dandiarchive.org/api.",
)
ARCHIVE_API_ON_ANOTHER_HOST = ProblemKind(
    identifier="archive-api-on-another-host",
    severity=Severity.ERROR,
    title="The API of this instance is on another host",
    reason="The key goes only to the host that was named; this one says that its API is somewhere else.",
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
    reason="The instance uses a metadata schema so old that the client cannot write metadata for it.",
    remedy="Ask whoever runs the instance to update it, or install the dandischema (and a dandi client) of its time.",
)
ARCHIVE_DANDISET_ID = ProblemKind(
    identifier="archive-dandiset-id",
    severity=Severity.ERROR,
    title="Not an identifier of a dandiset",
    reason="A dandiset is known by six digits.",
    remedy="Give --dandiset as six digits, such as 000123: they are in the address of its web page.",
)
ARCHIVE_NO_SUCH_DANDISET = ProblemKind(
    identifier="archive-no-such-dandiset",
    severity=Severity.ERROR,
    title="There is no such dandiset at this instance",
    reason="The identifier is mistyped, or the dandiset lies at another instance (dandi and dandi-sandbox share none).",
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
    reason="What goes into a dandiset under embargo stays hidden from everybody but its owners until the embargo is "
    "lifted; whoever is no owner cannot see it at all.",
    remedy="Owners who want just that give --allow-embargoed; others need an owner's key or another dandiset.",
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
    reason="The archive forgot an upload that had begun, or the addresses it gave for it expired, again and again.",
    remedy="A slow line may need fewer files at once (--jobs 1). " + _AGAIN,
)
ARCHIVE_TRANSFER_CORRUPT = ProblemKind(
    identifier="archive-transfer-corrupt",
    severity=Severity.ERROR,
    title="What arrived at the archive is not what was sent",
    reason="The checksum of a part, or of the whole, differed at the two ends in spite of repeated tries.",
    remedy="Look at the network path (a proxy, a faulty disk or memory). " + _AGAIN,
)
ARCHIVE_FILE_CHANGED = ProblemKind(
    identifier="archive-file-changed",
    severity=Severity.ERROR,
    title="The file changed while it was being uploaded",
    reason="Size, time stamp or content differ from what they were when the upload of this file began; a mixture of "
    "two states must not be published.",
    remedy="Let whatever writes the file finish, convert or validate again, then run the same command again.",
)
ARCHIVE_ASSET_METADATA = ProblemKind(
    identifier="archive-asset-metadata",
    severity=Severity.ERROR,
    title="The archive's metadata cannot be read out of the file",
    reason="The dandi client takes subject, session and techniques from each NWB file, and cannot from this one.",
    remedy="The detail is what the client says. See `ssc-to-nwb validate`, or convert the session again.",
)
ARCHIVE_EMPTY_FILE = ProblemKind(
    identifier="archive-empty-file",
    severity=Severity.ERROR,
    title="An empty file cannot be uploaded",
    reason="The archive takes files of at least one byte; an empty NWB file or video is a conversion that went wrong.",
    remedy="Convert the session again, or take the file away.",
)
ARCHIVE_NOTHING_TO_UPLOAD = ProblemKind(
    identifier="archive-nothing-to-upload",
    severity=Severity.ERROR,
    title="The folder holds nothing that the archive takes",
    reason="Neither NWB files nor videos were found: probably not the output folder of `convert`.",
    remedy="Give the folder that `ssc-to-nwb convert` wrote, the one that holds sub-*.",
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
    reason="--validation skip was given. The archive validates by itself, and cannot publish what it finds invalid.",
    remedy="Run `ssc-to-nwb validate` on the folder, and look at what the archive's page says of the draft.",
)
ARCHIVE_PREPARATION_DIED = ProblemKind(
    identifier="archive-preparation-died",
    severity=Severity.ERROR,
    title="The process that validated the file died",
    reason="The system ended it, most often for want of memory. The session was not uploaded.",
    remedy="Use fewer processes (--workers 1), or a machine with more memory. " + _AGAIN,
)
ARCHIVE_ZARR_LEFT_OUT = ProblemKind(
    identifier="archive-zarr-left-out",
    severity=Severity.WARNING,
    title="A Zarr store is left out: DANDI cannot publish a dandiset that holds one",
    reason="DANDI stores Zarr in drafts alone.",
    remedy="Upload the HDF5 file of the session (`ssc-to-nwb convert`). Take the store out of the folder.",
)
ARCHIVE_SCHEMA_DIFFERS = ProblemKind(
    identifier="archive-schema-differs",
    severity=Severity.WARNING,
    title="The archive and the installed dandi client use different metadata schemas",
    reason="The client translates its metadata for the archive where it can; the archive may still find them invalid.",
    remedy="Look at what the archive says of the draft after the upload. If it is not valid for this reason, install "
    "the dandischema of the archive's time, and upload again.",
)
ARCHIVE_LISTING_DIFFERS = ProblemKind(
    identifier="archive-listing-differs",
    severity=Severity.ERROR,
    title="The archive does not hold what lies here",
    reason="After the upload, the archive's own listing was compared with the local files by size and checksum.",
    remedy="Run the same command again; if the difference stays, look at the asset on the web page.",
)
ARCHIVE_ONLY_REMOTE = ProblemKind(
    identifier="archive-only-remote",
    severity=Severity.WARNING,
    title="The dandiset holds assets that are not here",
    reason="They were uploaded from elsewhere, or their files were renamed or taken away here. Nothing is deleted "
    "unasked.",
    remedy="Leave them if they belong there; --prune removes them from the draft, after a confirmation.",
)
ARCHIVE_PRUNE_UNCONFIRMED = ProblemKind(
    identifier="archive-prune-unconfirmed",
    severity=Severity.ERROR,
    title="Removing assets from the dandiset was not confirmed",
    reason="--prune takes assets out of the draft; that is done only after a yes at the terminal or with --yes.",
    remedy="Look at the list with --dry-run --prune, then repeat with --yes.",
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
    title="The record of the upload cannot be written",
    reason="Each upload is recorded, one line per event, beside the folder that is uploaded.",
    remedy="Give another place with --record FILE.",
)
ARCHIVE_DOWNLOAD_DIFFERS = ProblemKind(
    identifier="archive-download-differs",
    severity=Severity.ERROR,
    title="What comes back from the archive is not what lies here",
    reason="The asset was fetched and compared byte for byte with the local file.",
    remedy="If the local file was converted again after the upload, or is right, upload it again.",
)
ARCHIVE_ASSET_MISSING = ProblemKind(
    identifier="archive-asset-missing",
    severity=Severity.ERROR,
    title="The dandiset does not hold the file",
    reason="There is nothing to fetch back: no local file, or not the one asked for, is among its assets.",
    remedy="Upload first, or give another path with --asset.",
)
