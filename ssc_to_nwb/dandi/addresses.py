"""Web addresses: which of them may be used, and which of them gets the key."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urljoin, urlsplit

from requests import PreparedRequest, Response

from ssc_to_nwb.dandi.api_key import ApiKey
from ssc_to_nwb.problems import archive_kinds as kinds
from ssc_to_nwb.problems.model import error

_DEFAULT_PORTS = {"http": 80, "https": 443}


def is_loopback(host: str | None) -> bool:
    """True for localhost, *.localhost, 127.0.0.0/8 and ::1."""
    name = (host or "").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def require_tls(url: str, *, what: str) -> None:
    """Raise archive-needs-tls unless the URL is https, or http to this machine."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise error(
            kinds.ARCHIVE_NEEDS_TLS, field=what, expected="https", found=f"{parts.scheme}://{parts.hostname or ''}"
        )


def require_tls_of_redirect(response: Response, **_: Any) -> None:
    """A response hook of requests: a redirect, too, leads only to https or to this machine."""
    if response.is_redirect:
        require_tls(urljoin(response.url, response.headers["Location"]), what="redirect of the archive")


def require_tls_of_storage(answer: Any) -> None:
    """Check the addresses that the API gives an upload to use: they must be https, or on this machine."""
    if not isinstance(answer, dict):
        return
    parts = answer.get("parts")
    urls = [part.get("upload_url") for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    for url in (*urls, answer.get("complete_url")):
        if isinstance(url, str) and "://" in url:
            require_tls(url, what="address for the upload")


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of a URL, with the scheme's own port where none is written."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or _DEFAULT_PORTS.get(scheme)


class KeyForOrigin:
    """Authentication for requests: adds the key to requests to the API's own origin, and to no others.

    Without a key it adds nothing, which keeps requests from looking a password up.
    """

    def __init__(self, api_url: str, key: ApiKey | None) -> None:
        self._origin = origin(api_url)
        self._key = key

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the key to a request to the archive's own address."""
        if self._key is not None and request.url is not None and origin(request.url) == self._origin:
            request.headers["Authorization"] = f"token {self._key.reveal()}"
        return request
