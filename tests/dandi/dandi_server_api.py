"""The API of the archive for tests."""

from __future__ import annotations

import json
import uuid
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from dandi_server_http import UUID, Handler
from dandi_server_model import RefusedError, User, now


class ApiHandler(Handler):
    """The archive's API."""

    name = "api"
    _DANDISET = r"/api/dandisets/(\d{6})/"
    _DRAFT = _DANDISET + r"versions/draft/"
    routes: ClassVar = [
        ("info", "GET", "/api/info/", "info"),
        ("server-info", "GET", "/server-info", "server_info"),
        ("users-me", "GET", "/api/users/me/", "users_me"),
        ("auth-token", "GET", "/api/auth/token/", "auth_token"),
        ("dandiset", "GET", _DANDISET, "dandiset"),
        ("owners", "GET", _DANDISET + "users/", "owners"),
        ("version", "GET", _DRAFT, "version"),
        ("version-info", "GET", _DRAFT + "info/", "version_info"),
        ("version-put", "PUT", _DRAFT, "set_version"),
        ("list", "GET", _DRAFT + "assets/", "assets"),
        ("create", "POST", _DRAFT + "assets/", "create"),
        ("asset", "GET", _DRAFT + f"assets/{UUID}/", "asset"),
        ("replace", "PUT", _DRAFT + f"assets/{UUID}/", "replace"),
        ("delete", "DELETE", _DRAFT + f"assets/{UUID}/", "delete"),
        ("download", "GET", f"/api/assets/{UUID}/download/", "download"),
        ("digest", "POST", "/api/blobs/digest/", "blob_by_digest"),
        ("initialize", "POST", "/api/uploads/initialize/", "initialize"),
        ("complete", "POST", f"/api/uploads/{UUID}/complete/", "complete"),
        ("validate", "POST", f"/api/uploads/{UUID}/validate/", "validate"),
    ]

    def user(self) -> User | None:
        header = self.headers.get("Authorization")
        if header is None:
            return None
        scheme, _, key = header.partition(" ")
        if scheme.lower() != "token" or key not in self.model.users:
            raise RefusedError(401, {"detail": "Invalid token."})
        return self.model.users[key]

    def known_user(self) -> User:
        user = self.user()
        if user is None:
            raise RefusedError(401, {"detail": "Authentication credentials were not provided."})
        return user

    def json(self) -> Any:
        if not (self.headers.get("Content-Type") or "").startswith("application/json"):
            raise RefusedError(415, {"detail": "Unsupported media type"})
        try:
            return json.loads(self.body)
        except ValueError:
            raise RefusedError(400, {"detail": "JSON parse error"}) from None

    def info(self) -> Any:
        services = {name: {"url": self.archive.url} for name in ("webui", "jupyterhub")}
        return (
            200,
            {
                "schema_version": self.archive.schema_version,
                "schema_url": f"{self.archive.url}/schema",
                "allowed_schema_versions": [self.archive.schema_version],
                "version": "0.20.0",
                "cli-minimal-version": self.archive.oldest_client,
                "cli-bad-versions": self.archive.bad_clients,
                "services": {"api": {"url": self.archive.api_url}, **services},
            },
            {},
        )

    def server_info(self) -> Any:
        if self.archive.web_page_points_to is None:
            raise RefusedError(404, {"detail": "Not found."})
        return 200, {"services": {"api": {"url": self.archive.web_page_points_to}}}, {}

    def users_me(self) -> Any:
        user = self.known_user()
        status = "APPROVED" if user.approved else "PENDING"
        return 200, {"username": user.username, "name": user.username, "admin": False, "status": status}, {}

    def auth_token(self) -> Any:
        self.known_user()
        return 200, self.headers["Authorization"].partition(" ")[2], {}

    def _version(self, state: Any) -> dict[str, Any]:
        sizes = [self.model.size_of(asset) for asset in state.assets.values()]
        return {
            "version": "draft",
            "name": "test",
            "asset_count": len(sizes),
            "size": sum(sizes),
            "created": now(),
            "modified": now(),
            "status": state.status,
        }

    def version_info(self, identifier: str) -> Any:
        state = self.model.dandiset(identifier, self.user())
        errors = {"asset_validation_errors": state.asset_errors, "version_validation_errors": state.version_errors}
        answer = {**self._version(state), **errors}
        if state.status == "Pending" and state.validates:
            state.status = "Valid"
        return 200, answer, {}

    def dandiset(self, identifier: str) -> Any:
        state = self.model.dandiset(identifier, self.user())
        answer = {
            "identifier": identifier,
            "created": now(),
            "modified": now(),
            "contact_person": "",
            "embargo_status": state.embargo,
            "most_recent_published_version": None,
            "draft_version": self._version(state),
        }
        return 200, answer, {}

    def owners(self, identifier: str) -> Any:
        if not self.archive.lists_owners:
            raise RefusedError(404, {"detail": "Not found."})
        state = self.model.dandiset(identifier, self.user())
        return 200, [{"username": owner, "name": owner} for owner in sorted(state.owners)], {}

    def version(self, identifier: str) -> Any:
        return 200, self.model.dandiset(identifier, self.user()).metadata, {}

    def set_version(self, identifier: str) -> Any:
        state = self.model.dandiset(identifier, self.known_user(), change=True)
        self.model.set_version(state, self.json())
        return 200, self._version(state), {}

    def assets(self, identifier: str) -> Any:
        state = self.model.dandiset(identifier, self.user())
        prefix = self.query.get("path", "").lower()
        found = [asset for asset in state.assets.values() if asset.path.lower().startswith(prefix)]
        if self.query.get("order") == "path":
            found.sort(key=lambda asset: asset.path)
        page, size = int(self.query.get("page", 1)), min(int(self.query.get("page_size", 100)), self.archive.page_size)
        results = [self._listed(asset) for asset in found[(page - 1) * size : page * size]]
        following = None
        if page * size < len(found):
            host = self.archive.next_page_host or self.archive.url
            following = f"{host}{urlsplit(self.path).path}?{urlencode({**self.query, 'page': page + 1})}"
        if page > 1 and not results:
            raise RefusedError(404, {"detail": "Invalid page."})
        count = len(found) if page == 1 else None
        return 200, {"count": count, "next": following, "previous": None, "results": results}, {}

    def _listed(self, asset: Any) -> dict[str, Any]:
        listed = self.model.listed(asset)
        if self.query.get("metadata") == "true":
            shown = self.archive.listing_has_checksums
            listed["metadata"] = self.model.full_metadata(asset) if shown else asset.metadata
        return listed

    def create(self, identifier: str) -> Any:
        state = self.model.dandiset(identifier, self.known_user(), change=True)
        asset = self.model.new_asset(state, self.json())
        return 200, {**self.model.listed(asset), "metadata": self.model.full_metadata(asset)}, {}

    def replace(self, identifier: str, asset_id: str) -> Any:
        state = self.model.dandiset(identifier, self.known_user(), change=True)
        asset = self.model.new_asset(state, self.json(), instead_of=self.model.asset(state, asset_id))
        return 200, {**self.model.listed(asset), "metadata": self.model.full_metadata(asset)}, {}

    def asset(self, identifier: str, asset_id: str) -> Any:
        state = self.model.dandiset(identifier, self.user())
        return 200, self.model.full_metadata(self.model.asset(state, asset_id)), {}

    def delete(self, identifier: str, asset_id: str) -> Any:
        state = self.model.dandiset(identifier, self.known_user(), change=True)
        del state.assets[self.model.asset(state, asset_id).identifier]
        return 204, None, {}

    def download(self, asset_id: str) -> Any:
        for state in self.model.dandisets.values():
            if asset_id in state.assets:
                self.model.dandiset(state.identifier, self.user())
                url = self.presigned(f"/blobs/{state.assets[asset_id].blob}")
                return 302, "", {"Location": url}
        raise RefusedError(404, {"detail": "Not found."})

    def blob_by_digest(self) -> Any:
        wanted = self.json().get("value")
        for identifier, blob in self.model.blobs.items():
            if blob.etag == wanted:
                return 200, {"blob_id": identifier, "etag": blob.etag, "sha256": None, "size": len(blob.content)}, {}
        raise RefusedError(404, {"detail": "Not found."})

    def initialize(self) -> Any:
        upload = self.model.initialize(self.json(), self.known_user())
        parts = [
            {
                "part_number": number,
                "size": size,
                "upload_url": self.presigned(f"/uploads/{upload.identifier}", partNumber=number, uploadId=uuid.uuid4()),
            }
            for number, size in enumerate(upload.part_sizes, start=1)
        ]
        return 200, {"upload_id": upload.identifier, "parts": parts}, {}

    def complete(self, upload_id: str) -> Any:
        self.known_user()
        upload, parts = self.model.upload(upload_id), self.json().get("parts")
        if not parts or any(set(part) != {"part_number", "size", "etag"} for part in parts):
            raise RefusedError(400, {"parts": ["This list may not be empty."]})
        for part in parts:
            if part["size"] != upload.part_sizes[part["part_number"] - 1]:
                raise RefusedError(400, {"parts": ["Wrong size."]})
        ordered = sorted(parts, key=lambda part: part["part_number"])
        inner = "".join(
            f"<Part><PartNumber>{part['part_number']}</PartNumber><ETag>{part['etag']}</ETag></Part>"
            for part in ordered
        )
        url = self.presigned(f"/uploads/{upload_id}", uploadId=uuid.uuid4())
        return 200, {"complete_url": url, "body": f"<CompleteMultipartUpload>{inner}</CompleteMultipartUpload>"}, {}

    def validate(self, upload_id: str) -> Any:
        self.known_user()
        return 200, self.model.validate(self.model.upload(upload_id)), {}
