"""A local archive for tests: the DANDI archive's HTTP API as the dandi client uses it, and S3 as the archive does.

Two servers on two ports of the loopback interface: the API, and the object store, which refuses any request with
an Authorization header, as S3 does for presigned addresses. Written after dandi-archive's views (uploads, assets,
versions, pagination) and as strict as they are: sizes, checksums, paths, owners, embargo and signatures are checked.
Faults are queued with `fail`. Everything is kept in memory.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer

from dandi_server_api import ApiHandler
from dandi_server_model import DandisetState, Model, User
from dandi_server_storage import StorageHandler

KEY = "5f0c3a1b9e7d4c268a0b1c2d3e4f5a6b7c8d9e0f"
OTHER_KEY = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Fault:
    """What goes wrong at a step.

    action: drop (the connection ends in the middle), drop-after (the work is done, the answer is lost), silence (the
    body is not read and no answer comes), a status such as 500 or 429, expire (the presigned address), corrupt (a part
    arrives damaged), error-in-200 (the object store
    fails and answers 200), lose (the upload is forgotten), truncate (a download ends early), redirect:URL.
    """

    step: str
    action: str
    skip: int = 0
    retry_after: int | None = None


@dataclass
class Seen:
    """One request that arrived."""

    server: str
    step: str
    method: str
    path: str
    authorization: str | None


@dataclass
class DandiServer:
    """The two servers, the archive's state, the faults to come and the requests that came."""

    model: Model = field(default_factory=Model)
    page_size: int = 100
    schema_version: str = "0.8.0"
    oldest_client: str = "0.60.0"
    bad_clients: list[str] = field(default_factory=list)
    listing_has_checksums: bool = False
    lists_owners: bool = True
    faults: list[Fault] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    next_page_host: str | None = None
    web_page_points_to: str | None = None
    echo_request_in_errors: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)
    api_port: int = 0
    storage_port: int = 0

    @property
    def url(self) -> str:
        """What a user would give as --instance."""
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api"

    @property
    def storage_url(self) -> str:
        return f"http://127.0.0.1:{self.storage_port}"

    def fail(self, step: str, action: str, *, times: int = 1, skip: int = 0, retry_after: int | None = None) -> None:
        """Queue a fault: the next `times` requests of this step (after `skip` others) go wrong."""
        with self.lock:
            self.faults += [Fault(step, action, 0 if number else skip, retry_after) for number in range(times)]

    def take_fault(self, step: str) -> Fault | None:
        with self.lock:
            for fault in self.faults:
                if fault.step != step:
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    return None
                self.faults.remove(fault)
                return fault
        return None

    def note(self, *request: object) -> None:
        """Remember a request that arrived."""
        self.seen.append(Seen(*request))  # type: ignore[arg-type]

    def requests(self, step: str) -> list[Seen]:
        return [request for request in self.seen if request.step == step]

    def contents(self, dandiset: str = "000123") -> dict[str, tuple[int, str | None]]:
        """What the draft holds: path -> (size, checksum)."""
        assets = self.model.dandisets[dandiset].assets.values()
        return {asset.path: (self.model.size_of(asset), self.model.checksum_of(asset)) for asset in assets}

    def bytes_of(self, path: str, dandiset: str = "000123") -> bytes:
        """The content of a blob asset."""
        for asset in self.model.dandisets[dandiset].assets.values():
            if asset.path == path and asset.blob is not None:
                return self.model.blobs[asset.blob].content
        raise KeyError(path)


@contextmanager
def running_archive(**settings: object) -> Iterator[DandiServer]:
    """A running archive with one user, who owns dandiset 000123, and another who owns 000200 and 000300 (embargoed)."""
    server = DandiServer(**settings)  # type: ignore[arg-type]
    server.model.users[KEY] = User(username="owner")
    server.model.users[OTHER_KEY] = User(username="other")
    server.model.dandisets["000123"] = DandisetState(identifier="000123", owners={"owner"})
    server.model.dandisets["000200"] = DandisetState(identifier="000200", owners={"other"})
    server.model.dandisets["000300"] = DandisetState(identifier="000300", owners={"other"}, embargo="EMBARGOED")
    server.model.dandisets["000301"] = DandisetState(identifier="000301", owners={"owner"}, embargo="EMBARGOED")
    servers = []
    for handler in (ApiHandler, StorageHandler):
        http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        http.daemon_threads = True
        http.archive = server  # type: ignore[attr-defined]
        servers.append(http)
    server.api_port, server.storage_port = (http.server_address[1] for http in servers)
    threads = [threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True) for http in servers]
    for thread in threads:
        thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        for http in servers:
            http.shutdown()
            http.server_close()
        for thread in threads:
            thread.join()
