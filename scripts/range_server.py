"""A web server on this machine for one file, that answers range requests and counts them."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_PIECE_BYTES = 1 << 20


@dataclass
class Traffic:
    """What has been asked for so far; the HEAD request by which a client learns the size counts too."""

    address: str = ""
    requests: int = 0
    sent_bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, *, requests: int = 0, sent_bytes: int = 0) -> None:
        """Add to the counts; the server answers in threads."""
        with self._lock:
            self.requests += requests
            self.sent_bytes += sent_bytes


@contextmanager
def serve(path: Path) -> Iterator[Traffic]:
    """Serve a file on a free port of the loopback device as long as the `with` lasts."""
    traffic = Traffic()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _answer(self, *, with_body: bool) -> None:
            size = path.stat().st_size
            asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            first = int(asked[1]) if asked else 0
            last = min(int(asked[2]), size - 1) if asked and asked[2] else size - 1
            self.send_response(206 if asked else 200)
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Length", str(last - first + 1))
            if asked:
                self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
            self.end_headers()
            traffic.count(requests=1)
            if with_body:
                self._send(first, last)

        def _send(self, first: int, last: int) -> None:
            with path.open("rb") as file:
                file.seek(first)
                while first <= last:
                    piece = file.read(min(_PIECE_BYTES, last - first + 1))
                    try:
                        self.wfile.write(piece)
                    except ConnectionError:  # the client has what it wanted
                        return
                    traffic.count(sent_bytes=len(piece))
                    first += len(piece)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    traffic.address = f"http://127.0.0.1:{server.server_port}/{path.name}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield traffic
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
