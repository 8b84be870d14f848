"""The open connections of a run, so that those which wait for an answer can be cut when the run is stopped.

A thread that sends to, or reads from, a host which has gone silent would otherwise hold the program up after Ctrl-C
until the time limit of the request, minutes later.
"""

from __future__ import annotations

import socket
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

#: How long a request under way may still take after the stop, before its connection is cut.
GRACE_S = 1.0

_open: weakref.WeakKeyDictionary[threading.Event, weakref.WeakSet[HTTPConnection]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()
_KINDS = (("http", HTTPConnectionPool, HTTPConnection), ("https", HTTPSConnectionPool, HTTPSConnection))


def pool_classes(stop: threading.Event) -> dict[str, Any]:
    """Connection pools of urllib3, by scheme, whose connections are cut when `stop` is set (see `cut_when_stopped`)."""

    def connect(connection: HTTPConnection) -> None:
        super(type(connection), connection).connect()
        _remember(connection, stop)

    classes = {}
    for scheme, pool, connection in _KINDS:
        # Named as urllib3's own are: errors show the names.
        own = type(connection.__name__, (connection,), {"connect": connect})
        classes[scheme] = type(pool.__name__, (pool,), {"ConnectionCls": own})
    return classes


def _remember(connection: HTTPConnection, stop: threading.Event) -> None:
    with _lock:
        _open.setdefault(stop, weakref.WeakSet()).add(connection)


@contextmanager
def cut_when_stopped(stop: threading.Event) -> Iterator[None]:
    """Within the context, connections of `pool_classes` are cut once `stop` is set and the grace is over."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.2):
            if stop.is_set() and not ended.wait(GRACE_S):
                _cut(stop)

    watcher = threading.Thread(target=watch, daemon=True, name="ssc-to-nwb-connections")
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _cut(stop: threading.Event) -> None:
    with _lock:
        connections = list(_open.get(stop, ()))
    for connection in connections:
        opened = connection.sock
        if opened is not None:
            with suppress(OSError):
                # Wakes whoever waits at the other end of it, which closing would not.
                opened.shutdown(socket.SHUT_RDWR)
