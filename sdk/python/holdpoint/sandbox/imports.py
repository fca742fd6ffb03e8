"""The host's functions as they are in the sandbox."""

from typing import Any

from componentize_py_types import Err, Ok
from wit_world.imports import clock, http, log, net

from holdpoint.failure import HttpError
from holdpoint.http import Answer, Certificate, Request, Timings
from holdpoint.net import Connection, Exchange, Received, TlsFacts

_KINDS = {
    http.Error_Denied: "denied",
    http.Error_InvalidRequest: "invalid-request",
    http.Error_Dns: "dns",
    http.Error_Connect: "connect",
    http.Error_Tls: "tls",
    http.Error_Timeout: "timeout",
    http.Error_Protocol: "protocol",
    http.Error_Limit: "limit",
}

_SEVERITIES = {
    "debug": log.Severity.DEBUG,
    "info": log.Severity.INFO,
    "warn": log.Severity.WARN,
    "error": log.Severity.ERROR,
}


class SandboxImports:
    """What the host offers."""

    def send(self, request: Request) -> Answer:
        try:
            return _answer(http.send(_request(request)))
        except Err as error:
            raise _error(error.value) from None

    def send_all(self, requests: list[Request]) -> list[Answer | HttpError]:
        come = http.send_all([_request(request) for request in requests])
        return [_answer(one.value) if isinstance(one, Ok) else _error(one.value) for one in come]

    def resolve(self, target: str) -> list[str]:
        try:
            return list(net.resolve(target))
        except Err as error:
            raise _error(error.value) from None

    def connect(self, target: str, timeout_ms: int | None) -> Connection:
        try:
            return _connection(net.connect(target, timeout_ms))
        except Err as error:
            raise _error(error.value) from None

    def inspect_tls(self, target: str, timeout_ms: int | None) -> TlsFacts:
        try:
            facts = net.inspect_tls(target, timeout_ms)
        except Err as error:
            raise _error(error.value) from None
        return TlsFacts(
            _connection(facts.connection),
            facts.handshake,
            facts.version,
            facts.cipher,
            _certificate(facts.certificate),
        )

    def transact(self, exchange: Exchange) -> Received:
        wanted = net.Exchange(**vars(exchange), labels=[])
        try:
            received = net.transact(wanted)
        except Err as error:
            raise _error(error.value) from None
        return Received(_connection(received.connection), received.bytes, received.elapsed)

    def log(self, severity: str, message: str) -> None:
        log.write(_SEVERITIES[severity], message.encode("utf-8", "replace").decode())

    def now(self) -> int:
        return int(clock.now())

    def monotonic(self) -> int:
        return int(clock.monotonic())

    def sleep(self, time_ms: int) -> None:
        clock.sleep(time_ms)


def _request(request: Request) -> http.Request:
    return http.Request(**vars(request), labels=[])


def _answer(answer: Any) -> Answer:
    known = vars(answer)
    parts = {
        "timings": Timings(**vars(answer.timings)),
        "certificate": answer.certificate and _certificate(answer.certificate),
        "labels": dict(answer.labels),
    }
    return Answer(**{**known, **parts})


def _certificate(certificate: Any) -> Certificate:
    return Certificate(**vars(certificate))


def _connection(connection: Any) -> Connection:
    return Connection(connection.address, connection.resolve, connection.connect)


def _error(error: Any) -> HttpError:
    return HttpError(_KINDS[type(error)], error.value)
