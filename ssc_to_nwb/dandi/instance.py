"""Which archive and which dandiset are meant, which web addresses may be used, and which of them get the key.

The key is sent to the host that the user named and to no other. The dandi client's own lookup takes the API's address
from what the server answers; here an answer that names another host is an error that shows the address, for the user
to decide.
"""

from __future__ import annotations

import ipaddress
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
from requests import PreparedRequest, Response

from ssc_to_nwb.dandi.api_key import ApiKey, Redactor, without_keys
from ssc_to_nwb.dandi.failures import as_failure
from ssc_to_nwb.options.archive import RetryPolicy
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, error

if TYPE_CHECKING:
    from dandi.utils import ServerInfo

_DEFAULT_PORTS = {"http": 80, "https": 443}
#: Seconds to connect, and to wait for an answer.
TIMEOUT_S = (30.0, 300.0)


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


def dandiset_named(metadata: Mapping[str, Any]) -> str | None:
    """Six digits of the dandiset that metadata are of, from `identifier` or `id`; None where they name none."""
    for key in ("identifier", "id"):
        match = re.search(r"(?:^|[:/])([0-9]{6})(?:/|$)", str(metadata.get(key) or "").strip())
        if match is not None:
            return match[1]
    return None


def parse_dandiset_id(text: str) -> str:
    """Six digits from `000123`, `DANDI:000123` or `000123/draft`. Error: archive-dandiset-id."""
    match = re.fullmatch(r"(?:[A-Za-z-]+:)?([0-9]{6})(?:/draft)?", text.strip())
    if match is None:
        raise error(kinds.ARCHIVE_DANDISET_ID, field="dandiset", expected="six digits", found=without_keys(text))
    return match[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """An archive: the name its key is filed under, and the candidates for the base URL of its API, likeliest first."""

    name: str
    api_urls: tuple[str, ...]


def resolve_instance(text: str) -> Instance:
    """The instance for a known name (dandi, dandi-sandbox...) or a URL, without asking the network.

    A URL may be that of the server or of its API (`http://127.0.0.1:8000`, `https://example.org/api`).
    Errors: archive-instance-not-understood, archive-needs-tls.
    """
    from dandi.consts import known_instances, known_instances_rev

    url = text.strip().rstrip("/")
    name = url if url in known_instances else known_instances_rev.get(url)
    if name is not None:
        return Instance(name=name, api_urls=(known_instances[name].api.rstrip("/"),))
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        # The text is not quoted where it may hold a password.
        found = "a URL with user name or password" if "@" in url else without_keys(url)
        expected = f"{', '.join(sorted(known_instances))} or a URL"
        raise error(kinds.ARCHIVE_INSTANCE_NOT_UNDERSTOOD, field="instance", expected=expected, found=found)
    if parts.query or parts.fragment:
        raise error(kinds.ARCHIVE_INSTANCE_NOT_UNDERSTOOD, field="instance", expected="a URL without ? and #")
    require_tls(url, what="instance")
    base = urlunsplit((parts.scheme.lower(), parts.netloc, parts.path.rstrip("/"), "", ""))
    candidates = (base,) if base.endswith("/api") else (f"{base}/api", base)
    return Instance(name=parts.netloc, api_urls=candidates)


def find_api(instance: Instance, *, retry: RetryPolicy, stop: threading.Event) -> str:
    """Ask the instance, without a key, what it is; the URL of its API, which takes this client."""
    from dandi.utils import ServerInfo

    with requests.Session() as session:
        session.auth = KeyForOrigin(instance.api_urls[0], None)
        session.hooks["response"].append(require_tls_of_redirect)
        for url in instance.api_urls:
            response = _get(session, f"{url}/info/", retry=retry, stop=stop)
            if origin(response.url) != origin(url):
                raise error(kinds.ARCHIVE_API_ON_ANOTHER_HOST, field="instance", expected=url, found=response.url)
            try:
                info = ServerInfo.model_validate(response.json())
            except ValueError:
                continue
            _check_client_version(info, instance=instance)
            return url
        _point_to_api(session, instance.api_urls[-1], retry=retry, stop=stop)
    found = instance.api_urls[0]
    raise error(kinds.ARCHIVE_NOT_AN_INSTANCE, field="instance", expected="an answer at /info/", found=found)


def _check_client_version(info: ServerInfo, *, instance: Instance) -> None:
    from dandi import __version__
    from packaging.version import InvalidVersion, Version

    oldest, bad = info.cli_minimal_version, info.cli_bad_versions
    try:
        usable = Version(__version__) >= Version(oldest) and Version(__version__) not in map(Version, bad)
    except InvalidVersion as problem:
        kind, expected = kinds.ARCHIVE_NOT_AN_INSTANCE, "a version number"
        raise error(kind, field="cli-minimal-version", expected=expected, found=problem) from problem
    if not usable:
        expected = f"{oldest} or newer" + (f", but none of {', '.join(bad)}" if bad else "")
        detail = f"instance {instance.name}, server version {info.version}"
        raise error(
            kinds.ARCHIVE_CLIENT_TOO_OLD, field="dandi client", expected=expected, found=__version__, detail=detail
        )


def _point_to_api(session: requests.Session, base: str, *, retry: RetryPolicy, stop: threading.Event) -> None:
    """A web page's address may have been given: its server says where the API is."""
    response = _get(session, f"{base}/server-info", retry=retry, stop=stop)
    try:
        advertised = str(response.json()["services"]["api"]["url"])
    except (ValueError, KeyError, TypeError):
        return
    if origin(advertised) != origin(base):
        raise error(kinds.ARCHIVE_API_ON_ANOTHER_HOST, field="instance", expected=base, found=advertised)


def _get(session: requests.Session, url: str, *, retry: RetryPolicy, stop: threading.Event) -> requests.Response:
    """GET with retries on network errors, 429 and 5xx; any other answer is the caller's to judge."""
    waits = retry.waits()
    while True:
        try:
            response = session.get(url, headers={"Accept": "application/json"}, timeout=TIMEOUT_S)
            if response.status_code != 429 and response.status_code < 500:
                return response
            response.raise_for_status()
        except requests.RequestException as problem:
            failure = as_failure(problem, api_url=url, redact=Redactor(None))
            wait_s = failure.next_wait_s(waits)
            if wait_s is None:
                raise SscError(failure.problem) from None
            stop.wait(wait_s)
