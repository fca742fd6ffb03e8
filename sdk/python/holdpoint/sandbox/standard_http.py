"""Python's own HTTP client in the sandbox: `http.client` and `urllib.request`, through the host.

There are no sockets in the sandbox. What the client writes into its connection is a whole request; it is
sent through the host's gateway, under the same grants, and what comes back is read by the client as if it
had come over the wire. Imported only for a plugin that imports the client itself.
"""

import encodings.idna  # noqa: F401  (names are encoded with it; nothing can be imported later)
import http.client
import sys
from io import BytesIO
from typing import Any

from holdpoint.failure import HttpError
from holdpoint.host import Host
from holdpoint.http import Answer

_FRAMING = {"host", "content-length", "connection", "transfer-encoding", "accept-encoding"}
"""The host's own headers, which a plugin may not set."""


class _Wire:
    """What the client takes for a socket."""

    def __init__(self, host: Host, origin: str, timeout: Any) -> None:
        self._host = host
        self._origin = origin
        self._timeout = timeout if isinstance(timeout, (int, float)) else None
        self._sent = bytearray()

    def sendall(self, part: bytes) -> None:
        self._sent += part

    def makefile(self, _mode: str = "rb", *_: Any) -> BytesIO:
        head, _, body = bytes(self._sent).partition(b"\r\n\r\n")
        self._sent.clear()
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        pairs = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
        if any(name.lower() == "transfer-encoding" for name, _ in pairs):
            raise HttpError("invalid-request", "a body in chunks can't be sent; give it whole")
        headers = [(name, value) for name, value in pairs if name.lower() not in _FRAMING]
        answer = self._host.request(
            method,
            path if "://" in path else self._origin + path,
            headers=headers,
            body=body or None,
            timeout=self._timeout,
        )
        return BytesIO(_as_on_the_wire(answer, method))

    def settimeout(self, timeout: Any) -> None:
        self._timeout = timeout

    def setsockopt(self, *_: Any) -> None:
        pass

    def shutdown(self, *_: Any) -> None:
        pass

    def close(self) -> None:
        pass


def install(host: Host) -> None:
    """Let Python's own client speak through the host."""

    def connect(self: Any) -> None:
        secured = self.default_port == http.client.HTTPS_PORT
        origin = f"{'https' if secured else 'http'}://{self.host}"
        if self.port != self.default_port:
            origin += f":{self.port}"
        self.sock = _Wire(host, origin, self.timeout)

    http.client.HTTPConnection.connect = connect  # type: ignore[method-assign]
    if not hasattr(http.client, "HTTPSConnection"):
        secured = type(
            "HTTPSConnection",
            (http.client.HTTPConnection,),
            {"default_port": http.client.HTTPS_PORT},
        )
        http.client.HTTPSConnection = secured  # type: ignore[misc]
    if "urllib.request" in sys.modules:
        _install_opener()


def _install_opener() -> None:
    """`urllib.request` has no handler for https where there is no ssl module."""
    from urllib import request

    class Secured(request.AbstractHTTPHandler):
        def https_open(self, asked: Any) -> Any:
            return self.do_open(http.client.HTTPSConnection, asked)

        https_request = request.AbstractHTTPHandler.do_request_

    # The environment, where proxies would be named, is empty.
    request.HTTPSHandler = Secured  # type: ignore[misc, assignment]
    request.install_opener(request.build_opener(request.ProxyHandler({})))


def _as_on_the_wire(answer: Answer, method: str) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {http.client.responses.get(answer.status, '')}"]
    lines += [f"{name}: {value}" for name, value in answer.headers if name.lower() not in _FRAMING]
    length = answer.header("content-length") if method == "HEAD" else str(len(answer.body))
    lines += [] if length is None else [f"content-length: {length}"]
    lines += ["connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace") + answer.body
