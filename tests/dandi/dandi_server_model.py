"""What the archive for tests holds, and the rules by which it accepts or refuses."""

from __future__ import annotations

import hashlib
import math
import re
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

ETAG = re.compile(r"[0-9a-f]{32}-\d{1,5}")
# dandi-archive, models/asset.py: ASSET_PATH_REGEX
_CHARACTER = r"[A-z0-9(),&\s#+~_=-]"
ASSET_PATH = re.compile(rf"^({_CHARACTER}?\/?\.?{_CHARACTER})+$")
# dandi-archive, models/version.py: Version.strip_metadata
COMPUTED_OF_VERSION = {
    "name", "identifier", "version", "id", "url", "assetsSummary", "citation", "doi", "dateCreated", "datePublished",
    "publishedBy", "manifestLocation",
}  # fmt: skip
COMPUTED = {"id", "path", "identifier", "contentUrl", "contentSize", "digest", "datePublished", "publishedBy"}


class RefusedError(Exception):
    """The answer to a request that the archive does not accept."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, body)
        self.status, self.body, self.headers = status, body, headers or {}


@dataclass
class User:
    username: str
    approved: bool = True


@dataclass
class Blob:
    etag: str
    content: bytes


@dataclass
class Asset:
    identifier: str
    path: str
    metadata: dict[str, Any]
    blob: str


@dataclass
class DandisetState:
    identifier: str
    owners: set[str]
    embargo: str = "OPEN"
    assets: dict[str, Asset] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    status: str = "Valid"
    validates: bool = True
    asset_errors: list[dict[str, str]] = field(default_factory=list)
    version_errors: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Upload:
    identifier: str
    etag: str
    size: int
    part_sizes: list[int]
    parts: dict[int, bytes] = field(default_factory=dict)
    content: bytes | None = None
    actual_etag: str | None = None


def now() -> str:
    return datetime.now(UTC).isoformat()


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def etag_of(parts: list[bytes]) -> str:
    """S3's ETag of a multipart upload."""
    return f"{md5(b''.join(hashlib.md5(part).digest() for part in parts))}-{len(parts)}"


@dataclass
class Model:
    """Users by key, dandisets, blobs and uploads under way."""

    users: dict[str, User] = field(default_factory=dict)
    dandisets: dict[str, DandisetState] = field(default_factory=dict)
    blobs: dict[str, Blob] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    part_size: int = 64 << 20

    def dandiset(self, identifier: str, user: User | None, *, change: bool = False) -> DandisetState:
        found = self.dandisets.get(identifier)
        if found is None:
            raise RefusedError(404, {"detail": "Not found."})
        owner = user is not None and user.username in found.owners
        if found.embargo != "OPEN" and not owner:
            if user is None:
                raise RefusedError(401, {"detail": "Authentication credentials were not provided."})
            raise RefusedError(403, {"detail": "You do not have permission to perform this action."})
        if change and (user is None or not owner or not user.approved):
            raise RefusedError(403, {"detail": "You do not have permission to perform this action."})
        return found

    def initialize(self, body: Any, user: User) -> Upload:
        size = body.get("contentSize")
        digest = body.get("digest") or {}
        if not isinstance(size, int) or size < 1:
            raise RefusedError(400, {"contentSize": ["Ensure this value is greater than or equal to 1."]})
        if digest.get("algorithm") != "dandi:dandi-etag" or not ETAG.fullmatch(str(digest.get("value"))):
            raise RefusedError(400, "Unsupported Digest Type")
        self.dandiset(str(body.get("dandiset")), user, change=True)
        for identifier, blob in self.blobs.items():
            if blob.etag == digest["value"]:
                raise RefusedError(409, "Blob already exists.", {"Location": identifier})
        quantity = math.ceil(size / self.part_size)
        sizes = [self.part_size] * (quantity - 1) + [size - self.part_size * (quantity - 1)]
        upload = Upload(identifier=str(uuid.uuid4()), etag=digest["value"], size=size, part_sizes=sizes)
        self.uploads[upload.identifier] = upload
        return upload

    def upload(self, identifier: str) -> Upload:
        if identifier not in self.uploads:
            raise RefusedError(404, {"detail": "Not found."})
        return self.uploads[identifier]

    def complete(self, upload: Upload, listed: list[tuple[int, str]]) -> str:
        """What S3 does with the list of parts: every one must be there, as it arrived."""
        if [number for number, _ in listed] != sorted(upload.parts) or len(listed) != len(upload.part_sizes):
            raise RefusedError(400, "<Error><Code>InvalidPart</Code></Error>")
        if any(md5(upload.parts[number]) != etag.strip('"') for number, etag in listed):
            raise RefusedError(400, "<Error><Code>InvalidPart</Code></Error>")
        parts = [upload.parts[number] for number, _ in listed]
        upload.content, upload.actual_etag = b"".join(parts), etag_of(parts)
        return upload.actual_etag

    def validate(self, upload: Upload) -> dict[str, Any]:
        if upload.content is None:
            raise RefusedError(400, ["Object does not exist."])
        if len(upload.content) != upload.size:
            raise RefusedError(400, [f"Size {upload.size} does not match actual size {len(upload.content)}."])
        if upload.etag != upload.actual_etag:
            raise RefusedError(400, [f"ETag {upload.etag} does not match actual ETag {upload.actual_etag}."])
        self.blobs[upload.identifier] = Blob(etag=upload.etag, content=upload.content)
        del self.uploads[upload.identifier]
        return {"blob_id": upload.identifier, "etag": upload.etag, "sha256": None, "size": upload.size}

    def new_asset(self, dandiset: DandisetState, body: Any, *, instead_of: Asset | None = None) -> Asset:
        metadata, blob = body.get("metadata"), body.get("blob_id")
        if not isinstance(metadata, dict) or not metadata.get("path"):
            raise RefusedError(400, {"metadata": ["No path specified in metadata."]})
        missing = [key for key in ("schemaKey", "schemaVersion", "encodingFormat") if not metadata.get(key)]
        if missing:
            raise RefusedError(400, {"metadata": [f"{missing[0]} is missing."]})
        path = metadata["path"]
        if path.startswith("/") or not ASSET_PATH.match(path):
            raise RefusedError(400, ["Path improperly formatted"])
        if blob not in self.blobs:
            raise RefusedError(404, {"detail": "Not found."})
        if metadata.get("digest", {}).get("dandi:dandi-etag") != self.blobs[blob].etag:
            raise RefusedError(400, {"metadata": ["The digest is not that of the blob."]})
        for other in dandiset.assets.values():
            if other is instead_of:
                continue
            if other.path == path:
                raise RefusedError(409, "An asset with that path already exists")
            if other.path.startswith(path + "/") or path.startswith(other.path + "/"):
                raise RefusedError(409, f'Path of new asset "{path}" conflicts with existing assets: [{other.path!r}]')
        stored = {key: value for key, value in metadata.items() if key not in COMPUTED}
        asset = Asset(identifier=str(uuid.uuid4()), path=path, metadata=stored, blob=blob)
        if instead_of is not None:
            del dandiset.assets[instead_of.identifier]
        dandiset.assets[asset.identifier] = asset
        return asset

    def set_version(self, dandiset: DandisetState, body: Any) -> None:
        """Store a draft's metadata: what the archive computes is computed again."""
        name, metadata = body.get("name"), body.get("metadata")
        if not isinstance(name, str) or not name.strip():
            raise RefusedError(400, {"name": ["This field may not be blank."]})
        if len(name) > 300:
            raise RefusedError(400, {"name": ["Ensure this field has no more than 300 characters."]})
        if not isinstance(metadata, dict) or not metadata.get("schemaVersion"):
            raise RefusedError(400, {"metadata": ["This field is required."]})
        kept = {key: value for key, value in metadata.items() if key not in COMPUTED_OF_VERSION}
        identifier = f"DANDI:{dandiset.identifier}"
        dandiset.metadata = {
            **kept,
            "@context": f"https://example.org/{metadata['schemaVersion']}/context.json",
            "manifestLocation": ["https://example.org/assets.yaml"],
            "name": name,
            "identifier": identifier,
            "version": "draft",
            "id": f"{identifier}/draft",
            "repository": "https://example.org",
            "url": f"https://example.org/dandiset/{dandiset.identifier}/draft",
            "dateCreated": "2020-01-01T00:00:00Z",
            "citation": "computed there",
            "assetsSummary": {"schemaKey": "AssetsSummary", "numberOfBytes": 0, "numberOfFiles": 0},
        }

    def asset(self, dandiset: DandisetState, identifier: str) -> Asset:
        if identifier not in dandiset.assets:
            raise RefusedError(404, {"detail": "Not found."})
        return dandiset.assets[identifier]

    def size_of(self, asset: Asset) -> int:
        return len(self.blobs[asset.blob].content)

    def checksum_of(self, asset: Asset) -> str:
        return self.blobs[asset.blob].etag

    def full_metadata(self, asset: Asset) -> dict[str, Any]:
        return {
            **asset.metadata,
            "id": f"dandiasset:{asset.identifier}",
            "identifier": asset.identifier,
            "path": asset.path,
            "contentSize": self.size_of(asset),
            "digest": {"dandi:dandi-etag": self.checksum_of(asset)},
        }

    def listed(self, asset: Asset) -> dict[str, Any]:
        return {
            "asset_id": asset.identifier,
            "blob": asset.blob,
            "zarr": None,
            "path": asset.path,
            "size": self.size_of(asset),
            "created": now(),
            "modified": now(),
        }
