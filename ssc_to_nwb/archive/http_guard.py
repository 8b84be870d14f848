"""What holds for every HTTP connection to an archive or its object store.

- Plain http is for this machine alone; certificates are always verified. Both hold for redirects too, because they are
  enforced where a request is sent, not where its URL is written.
- The key goes to the API's own scheme, host and port and nowhere else: not to a page of results that claims to continue
  on another host, not to the object store, not along with a redirect (requests takes the header off there).
- No request waits for ever: the dandi client sets no time limits of its own.
- An upload that is being stopped sends nothing more, and waits for no answer.
"""

from __future__ import annotations

import ipaddress
import threading
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from ssc_to_nwb.archive.api_key import ApiKey
from ssc_to_nwb.archive.connections import pool_classes
from ssc_to_nwb.problems import archive_kinds as kinds
from ssc_to_nwb.problems.model import error

CONNECT_TIMEOUT_S = 30.0
READ_TIMEOUT_S = 300.0
_DEFAULT_PORTS = {"http": 80, "https": 443}


class TransferStoppedError(Exception):
    """The upload is being stopped; no retry is wanted."""


def is_loopback(host: str | None) -> bool:
    """True for localhost, *.localhost, 127.0.0.0/8 and ::1."""
    if host is None:
        return False
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def require_tls(url: str, *, what: str) -> None:
    """Raise archive-needs-tls unless the URL is https, or http to this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname)):
        return
    raise error(kinds.NEEDS_TLS, field=what, expected="https", found=f"{parts.scheme}://{parts.hostname or ''}")


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of a URL, with the scheme's own port where none is written."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or _DEFAULT_PORTS.get(scheme)


class KeyForOrigin(AuthBase):
    """Adds the key to requests that go to the API's own origin, and to no others."""

    def __init__(self, api_url: str, key: ApiKey) -> None:
        self._origin = origin(api_url)
        self._key = key

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if request.url is not None and origin(request.url) == self._origin:
            request.headers["Authorization"] = f"token {self._key.reveal()}"
        return request


class NoKey(AuthBase):
    """Adds nothing; keeps requests from looking a password up in ~/.netrc."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        return request


class GuardedAdapter(HTTPAdapter):
    """Sends requests under the rules above."""

    def __init__(self, stop: threading.Event, auth: AuthBase) -> None:
        self._stop = stop
        self._auth = auth
        super().__init__(pool_connections=16, pool_maxsize=64)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """As requests does it, with connections that are cut when the work is stopped."""
        super().init_poolmanager(*arguments, **options)  # type: ignore[no-untyped-call]
        self.poolmanager.pool_classes_by_scheme = pool_classes(self._stop)

    def proxy_manager_for(self, proxy: Any, **options: Any) -> Any:
        """The same for connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **options)  # type: ignore[no-untyped-call]
        manager.pool_classes_by_scheme = pool_classes(self._stop)
        return manager

    def send(  # type: ignore[override]
        self, request: PreparedRequest, timeout: Any = None, verify: Any = True, proxies: Any = None, **options: Any
    ) -> Response:
        """Send one request, redirects not included: they come here as requests of their own."""
        if self._stop.is_set():
            raise TransferStoppedError
        url = request.url or ""
        require_tls(url, what="request to the archive or its object store")
        # On a redirect requests looks a password up in ~/.netrc, whatever the session's own authentication is.
        request.headers.pop("Authorization", None)
        self._auth(request)
        if urlsplit(url).scheme == "http":
            # Through a proxy, plain http would leave this machine after all.
            proxies = {}
        return super().send(
            request,
            timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S) if timeout is None else timeout,
            verify=verify or True,
            proxies=proxies,
            **options,
        )


def guard(session: Session, *, stop: threading.Event, auth: AuthBase) -> Session:
    """Put a session under the rules above and return it."""
    adapter = GuardedAdapter(stop, auth)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    session.auth = auth
    return session
