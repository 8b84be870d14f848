"""The part of the API that is about Zarr assets."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from dandi_server_model import INGESTING, RefusedError, md5, now


class ZarrRoutes:
    """Mixed into the API's handler."""

    def create_zarr(self) -> Any:
        return 200, self._zarr(self.model.new_zarr(self.json(), self.known_user())), {}

    def _zarr(self, zarr: Any) -> dict[str, Any]:
        return {
            "zarr_id": zarr.identifier,
            "name": zarr.name,
            "dandiset": zarr.dandiset,
            "status": zarr.status,
            "checksum": zarr.checksum,
            "file_count": zarr.file_count,
            "size": zarr.size,
        }

    def _own_zarr(self, identifier: str, *, change: bool = False) -> Any:
        if identifier not in self.model.zarrs:
            raise RefusedError(404, {"detail": "Not found."})
        zarr = self.model.zarrs[identifier]
        self.model.dandiset(zarr.dandiset, self.user(), change=change)
        return zarr

    def list_zarrs(self) -> Any:
        wanted = [
            self._zarr(zarr)
            for zarr in self.model.zarrs.values()
            if (zarr.dandiset, zarr.name) == (self.query.get("dandiset"), self.query.get("name"))
        ]
        return 200, {"count": len(wanted), "next": None, "previous": None, "results": wanted}, {}

    def zarr(self, identifier: str) -> Any:
        zarr = self._own_zarr(identifier)
        zarr.work()
        return 200, self._zarr(zarr), {}

    def zarr_files(self, identifier: str) -> Any:
        zarr = self._own_zarr(identifier)
        prefix = self.query.get("prefix", "")
        if self.query.get("download") == "true":
            return 302, "", {"Location": self.presigned(f"/zarr/{identifier}/{prefix}")}
        after, limit = self.query.get("after", ""), self.archive.page_size
        keys = sorted(key for key in zarr.files if key.startswith(prefix) and key > after)
        results = [
            {"Key": key, "LastModified": now(), "ETag": md5(zarr.files[key]), "Size": len(zarr.files[key])}
            for key in keys[:limit]
        ]
        following = None
        if len(keys) > limit:
            query = urlencode({**self.query, "after": keys[limit - 1]})
            following = f"{self.archive.next_page_host or self.archive.url}{urlsplit(self.path).path}?{query}"
        return 200, {"next": following, "results": results}, {}

    def zarr_urls(self, identifier: str) -> Any:
        zarr, wanted = self._own_zarr(identifier, change=True), self.json()
        if not wanted or any(set(entry) != {"path", "base64md5"} for entry in wanted):
            raise RefusedError(400, {"path": ["This field is required."]})
        zarr.change()
        urls = [self.presigned(f"/zarr/{identifier}/{entry['path']}", md5=entry["base64md5"]) for entry in wanted]
        return 200, urls, {}

    def zarr_delete(self, identifier: str) -> Any:
        zarr, wanted = self._own_zarr(identifier, change=True), self.json()
        zarr.change()
        for entry in wanted:
            if entry["path"] not in zarr.files:
                raise RefusedError(400, [f"File {entry['path']} does not exist."])
        for entry in wanted:
            del zarr.files[entry["path"]]
        return 204, None, {}

    def zarr_finalize(self, identifier: str) -> Any:
        zarr = self._own_zarr(identifier, change=True)
        if zarr.status != "Pending":
            raise RefusedError(400, INGESTING)
        zarr.status = "Uploaded"
        return 204, None, {}
