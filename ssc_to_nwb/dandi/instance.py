"""Which archive is meant: a known name or the URL of a self-hosted one, and what it says of itself.

The key is sent to the host that the user named and to no other. The dandi client's own lookup takes the API's address
from what the server answers; here an answer that names another host is an error that shows the address, for the user
to decide.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from urllib.parse import urlsplit, urlunsplit

import requests

from ssc_to_nwb.dandi.addresses import KeyForOrigin, origin, require_tls, require_tls_of_redirect
from ssc_to_nwb.dandi.api_key import Redactor, without_keys
from ssc_to_nwb.dandi.failures import as_failure
from ssc_to_nwb.dandi.retry import RetryPolicy
from ssc_to_nwb.problems import archive_kinds as kinds
from ssc_to_nwb.problems.model import SscError, error

#: Seconds to connect, and to wait for an answer.
TIMEOUT_S = (30.0, 300.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """An archive: the name its key is filed under, and the candidates for the base URL of its API."""

    name: str
    api_urls: tuple[str, ...]

    @property
    def api_url(self) -> str:
        """The base URL of the API; the first candidate until `find_api` has chosen one."""
        return self.api_urls[0]


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


def find_api(instance: Instance, *, retry: RetryPolicy, stop: threading.Event) -> Instance:
    """Ask the instance, without a key, what it is; find its API, and check that it takes this client.

    Errors: archive-unreachable, archive-server-failing, archive-certificate-refused, archive-not-an-instance,
    archive-api-on-another-host, archive-needs-tls, archive-client-too-old.
    """
    from dandi.utils import ServerInfo

    with requests.Session() as session:
        session.auth = KeyForOrigin(instance.api_url, None)
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
            return replace(instance, api_urls=(url,))
        _point_to_api(session, instance.api_urls[-1], retry=retry, stop=stop)
    raise error(kinds.ARCHIVE_NOT_AN_INSTANCE, field="instance", expected="an answer at /info/", found=instance.api_url)


def _check_client_version(info: object, *, instance: Instance) -> None:
    from dandi import __version__
    from packaging.version import InvalidVersion, Version

    oldest, bad = str(getattr(info, "cli_minimal_version", "0")), tuple(getattr(info, "cli_bad_versions", ()))
    try:
        too_old = Version(__version__) < Version(oldest)
        rejected = Version(__version__) in {Version(version) for version in bad}
    except InvalidVersion as problem:
        expected = "a version number"
        raise error(
            kinds.ARCHIVE_NOT_AN_INSTANCE, field="cli-minimal-version", expected=expected, found=problem
        ) from problem
    if too_old or rejected:
        expected = f"{oldest} or newer" + (f", but none of {', '.join(bad)}" if bad else "")
        detail = f"instance {instance.name}, server version {getattr(info, 'version', '?')}"
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
            wait_s = next(waits, None)
            if wait_s is None or not failure.retriable:
                raise SscError(failure.problem) from None
            stop.wait(max(wait_s, failure.retry_after_s))
