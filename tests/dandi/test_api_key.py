"""The key: where it goes, and that it is found nowhere else."""

from __future__ import annotations

import gc
import logging
import os
import pickle
import shutil
import ssl
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from dandi_server import KEY, DandiServer
from levels import mostly_long

from ssc_to_nwb.dandi.api_key import ApiKey, Redactor
from ssc_to_nwb.dandi.instance import KeyForOrigin, is_loopback, require_tls
from ssc_to_nwb.dandi.results import UploadResult
from ssc_to_nwb.options.archive import RetryPolicy
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.run_files import upload_record

Upload = Callable[..., UploadResult]


def files_with(text: str, *folders: Path) -> list[Path]:
    """All files below the folders that contain the text."""
    found = []
    for folder in folders:
        for file in folder.rglob("*"):
            if file.is_file() and text.encode() in file.read_bytes():
                found.append(file)
    return found


@contextmanager
def listening() -> Iterator[tuple[str, list[str | None]]]:
    """A server on a further port that notes the Authorization header of whatever comes."""
    noted: list[str | None] = []

    class Note(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            noted.append(self.headers.get("Authorization"))
            content = b'{"count": 0, "next": null, "previous": null, "results": []}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Note)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", noted
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def https_server(folder: Path) -> Iterator[tuple[str, Path]]:
    """A server with a certificate that it signed itself; its URL and the certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    certificate, private = folder / "certificate.pem", folder / "private.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(private), "-out", str(certificate)]
    subprocess.run([*request, *names], check=True, capture_output=True)

    class NotThere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Silent."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    server = ThreadingHTTPServer(("127.0.0.1", 0), NotThere)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}", certificate
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class TestWhereItGoes:
    """Only the API's own origin gets the key."""

    def test_the_api_gets_it_and_the_object_store_does_not(self, upload: Upload, archive: DandiServer) -> None:
        assert upload().ok

        by_server = {
            server: {each.authorization for each in archive.seen if each.server == server and each.step != "info"}
            for server in ("api", "storage")
        }
        assert by_server == {"api": {f"token {KEY}"}, "storage": {None}}
        assert archive.requests("info")[0].authorization is None, "who is there is asked without the key"

    def test_a_redirect_to_another_host_does_not_take_it_along(self, upload: Upload, archive: DandiServer) -> None:
        with listening() as (elsewhere, noted):
            archive.fail("list", f"redirect:{elsewhere}/api/", times=3)
            upload(dry_run=True)
        assert noted and set(noted) == {None}

    def test_a_listing_that_names_another_host_is_read_on_where_it_began(
        self, upload: Upload, archive: DandiServer, output: Path
    ) -> None:
        upload()
        with listening() as (elsewhere, noted):
            archive.page_size, archive.next_page_host = 1, f"{elsewhere}/another-api"
            assert upload(dry_run=True).ok
        assert not noted

    def test_a_password_file_does_not_replace_it(self, upload: Upload, archive: DandiServer, own_home: Path) -> None:
        (own_home / ".netrc").write_text("machine 127.0.0.1 login somebody password else\n")
        (own_home / ".netrc").chmod(0o600)
        assert upload().ok
        assert {each.authorization for each in archive.seen} == {None, f"token {KEY}"}

    def test_a_password_file_goes_to_nobody_after_a_redirect(
        self, upload: Upload, download_check: Callable[..., Any], archive: DandiServer, own_home: Path
    ) -> None:
        """The object store refuses an address with a signature to whoever brings a password as well."""
        upload()
        (own_home / ".netrc").write_text("default login somebody password else\n")
        (own_home / ".netrc").chmod(0o600)
        assert download_check().ok
        assert {each.authorization for each in archive.seen} == {None, f"token {KEY}"}

    def test_a_proxy_does_not_see_requests_to_this_machine(
        self, upload: Upload, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with listening() as (proxy, noted):
            for variable in ("http_proxy", "HTTP_PROXY", "all_proxy"):
                monkeypatch.setenv(variable, proxy)
            monkeypatch.delenv("no_proxy", raising=False)
            assert upload().ok
        assert not noted

    def test_an_answer_that_names_plain_http_elsewhere_stops_the_upload(
        self, upload: Upload, archive: DandiServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(type(archive), "storage_url", "http://192.0.2.7:9000")
        result = upload()
        assert {problem.kind.identifier for problem in result.problems} == {"archive-needs-tls"}


class TestWhereItIsNotFound:
    """Nothing that is written or shown has the key, not even when the server echoes it."""

    @pytest.mark.parametrize(
        "step",
        mostly_long(
            ["users-me", "dandiset", "list", "initialize", "part", "create", "validate"],
            quick=("users-me", "part", "create").__contains__,
        ),
    )
    def test_a_server_that_repeats_the_request_in_its_errors(
        self,
        upload: Upload,
        archive: DandiServer,
        output: Path,
        own_home: Path,
        capfd: pytest.CaptureFixture[str],
        caplog: pytest.LogCaptureFixture,
        step: str,
    ) -> None:
        archive.echo_request_in_errors = True
        archive.fail(step, "500", times=60)
        caplog.set_level(logging.DEBUG)
        logging.getLogger("dandi").setLevel(logging.DEBUG)

        shown = ""
        try:
            shown += str(upload(retry=RetryPolicy(attempts=2, first_wait_s=0.01)).as_dict())
        except SscError as problem:
            shown += "".join(traceback.format_exception(problem)) + repr(problem) + str(problem.problem.as_dict())

        printed = capfd.readouterr()
        assert "fault 500" in shown, "the server's text is shown, without the key"
        assert KEY not in shown + printed.out + printed.err
        assert not files_with(KEY, output, own_home)
        if upload_record(output).exists():
            assert "X-Amz-Signature" not in upload_record(output).read_text()

    def test_the_library_prints_nothing_of_its_own(
        self, upload: Upload, archive: DandiServer, capfd: pytest.CaptureFixture[str]
    ) -> None:
        archive.fail("part", "500", times=2)
        archive.fail("create", "400")
        upload()
        printed = capfd.readouterr()
        assert printed.out == "" and printed.err == ""

    def test_its_messages_are_in_the_record(self, upload: Upload, archive: DandiServer, output: Path) -> None:
        archive.fail("part", "500", times=2)
        assert upload().ok
        text = upload_record(output).read_text()
        assert '"event": "library"' in text and "Error 500" in text
        assert KEY not in text and "X-Amz-Signature" not in text

    def test_the_record_is_for_its_owner_alone(self, upload: Upload, output: Path) -> None:
        upload()
        if os.name == "posix":
            assert upload_record(output).stat().st_mode & 0o077 == 0

    def test_the_object_that_holds_it_does_not_show_it(self) -> None:
        key = ApiKey(KEY)
        assert KEY not in repr(key) + str(key) + f"{key}" + repr({"key": key})
        with pytest.raises(TypeError):
            pickle.dumps(key)
        assert not hasattr(key, "__dict__")

    def test_texts_lose_the_key_and_signatures(self) -> None:
        redact = Redactor(ApiKey(KEY))
        text = f"Error 403: {{'Authorization': 'token {KEY}'}} for https://s3.example.org/a/b?X-Amz-Signature=abc&x=1)"
        assert redact(text) == "Error 403: {'Authorization': 'token ***'} for https://s3.example.org/a/b?***)"

    def test_it_is_in_no_process_list(self, archive: DandiServer, output: Path, key: str, own_home: Path) -> None:
        """A process of its own, looked at from outside while it uploads."""
        program = (
            "import sys; from ssc_to_nwb.api.archive import upload\n"
            f"upload(output={str(output)!r}, dandiset='000123', instance={archive.url!r}, dry_run=True)\n"
            "print('ready', flush=True); sys.stdin.read()"
        )
        with subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None and process.stdin is not None
            assert process.stdout.readline() == "ready\n"
            import psutil

            arguments = [" ".join(psutil.Process(process.pid).cmdline())]
            arguments += [" ".join(child.cmdline()) for child in psutil.Process(process.pid).children(recursive=True)]
            process.stdin.close()
        assert not any(KEY in line for line in arguments)


class TestGuard:
    """Plain http and certificates."""

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.3.2.1", "::1", "LOCALHOST", "api.localhost"])
    def test_this_machine(self, host: str) -> None:
        assert is_loopback(host)

    @pytest.mark.parametrize(
        "host", ["example.org", "10.0.0.1", "127.0.0.1.example.org", "localhost.example.org", "0.0.0.0", None]
    )
    def test_another_machine(self, host: str | None) -> None:
        assert not is_loopback(host)

    def test_plain_http_is_for_this_machine(self) -> None:
        with pytest.raises(SscError) as refused:
            require_tls("http://192.0.2.1/", what="test")
        assert refused.value.problem.kind.identifier == "archive-needs-tls"
        require_tls("https://example.org", what="test")
        require_tls("http://localhost:8000", what="test")

    @pytest.mark.parametrize("step", ["info", "users-me", "list"])
    def test_a_redirect_to_plain_http_is_refused(self, upload: Upload, archive: DandiServer, step: str) -> None:
        archive.fail(step, "redirect:http://192.0.2.1/api/")
        with pytest.raises(SscError) as refused:
            upload(dry_run=True)
        assert refused.value.problem.kind.identifier == "archive-needs-tls"

    def test_a_certificate_that_nobody_vouches_for(
        self, upload: Upload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with https_server(tmp_path) as (url, certificate):
            with pytest.raises(SscError) as refused:
                upload(instance=url)
            assert refused.value.problem.kind.identifier == "archive-certificate-refused"
            # An institution's own authority, named by the user, is trusted: this server is then merely no archive.
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
            with pytest.raises(SscError) as refused:
                upload(instance=url)
            assert refused.value.problem.kind.identifier == "archive-not-an-instance"

    @pytest.mark.parametrize(
        ("url", "gets_it"),
        [
            ("https://api.example.org/api/x/", True),
            ("https://api.example.org:443/other", True),
            ("https://API.example.org/", True),
            ("http://api.example.org/api/", False),
            ("https://api.example.org:8443/api/", False),
            ("https://example.org/api/", False),
            ("https://api.example.org.evil.net/", False),
            ("https://api.example.org@evil.net/", False),
        ],
    )
    def test_the_key_is_for_one_origin(self, url: str, gets_it: bool) -> None:
        auth = KeyForOrigin("https://api.example.org/api", ApiKey(KEY))
        prepared = requests.Request("GET", url, auth=auth).prepare()
        assert ("Authorization" in prepared.headers) is gets_it


def test_the_process_is_as_before_after_an_upload(upload: Upload) -> None:
    # The first upload loads libraries, and joblib sets a variable as it is loaded.
    assert upload().ok
    environment = dict(os.environ)
    assert upload().ok
    assert dict(os.environ) == environment
    assert logging.getLogger("dandi").propagate
    assert gc.get_freeze_count() == 0
