"""Below HTTP: what is seen of names, connections, certificates and exchanges."""

from dataclasses import dataclass

from holdpoint.http import Certificate

MAX_BYTES = 64 * 1024
"""The most that an exchange reads unless told otherwise, in bytes."""


@dataclass(frozen=True)
class Connection:
    """What was seen while connecting; times in microseconds."""

    address: str
    """The address that answered, with its port."""
    resolve: int
    connect: int


@dataclass(frozen=True)
class TlsFacts:
    """What was seen of a TLS server, whose certificate has been verified."""

    connection: Connection
    handshake: int
    """In microseconds."""
    version: str
    """`TLSv1.2` or `TLSv1.3`."""
    cipher: str
    certificate: Certificate


@dataclass(frozen=True)
class Exchange:
    """A few bytes out, a few bytes in."""

    target: str
    secured: bool
    send: bytes | None
    until: bytes | None
    max_bytes: int
    timeout_ms: int | None


@dataclass(frozen=True)
class Received:
    """What came back in an exchange."""

    connection: Connection
    bytes: bytes
    elapsed: int
    """From connected to the last byte, in microseconds."""

    @property
    def text(self) -> str:
        """The bytes as text; what is not UTF-8 is shown as a replacement character."""
        return self.bytes.decode("utf-8", "replace")
