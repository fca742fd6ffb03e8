"""Requests: what is built of the settings, and what came back, told field by field."""

from collections.abc import Callable
from typing import TypeVar

from settings import RequestSetting, Settings

from holdpoint import Answer, Finding, Findings, Host, HttpError, Malformed, Request, Verdict
from holdpoint.display import to_json

T = TypeVar("T")


def send(settings: Settings, host: Host) -> Verdict:
    """Send each request, one after the other or all together, and tell what came of each."""
    requests = [built(request) for request in settings.requests]
    if settings.together:
        answers = host.send_all(requests)
    else:
        answers = [tried(lambda one=one: host.send(one)) for one in requests]
    findings = Findings()
    findings.met()
    for request, answer in zip(settings.requests, answers, strict=True):
        if not isinstance(answer, HttpError):
            findings.measure("total", answer.total_ms, "ms")
        findings.add(told(request, answer))
    answered_count = sum(not isinstance(answer, HttpError) for answer in answers)
    return findings.verdict(f"{answered_count} of {len(requests)} answered")


def need(url: str, host: Host) -> Verdict:
    """Need an answer: without one the call ends."""
    answer = host.get(url)
    findings = Findings()
    findings.expect_eq("status", 200, answer.status)
    return findings.verdict("what was needed is there")


def answer(url: str, host: Host) -> Verdict:
    """Expect an answer: without one that is what was found."""
    findings = Findings()
    come = findings.expect_answer(f"GET {url}", lambda: host.get(url))
    if come is not None:
        findings.expect_eq("status", 200, come.status)
    return findings.verdict("it answers")


def net(target: str, host: Host) -> Verdict:
    """Try everything below HTTP, which no fixture answers."""
    tries: dict[str, Callable[[], object]] = {
        "resolve": lambda: host.resolve(target),
        "connect": lambda: host.connect(target),
        "inspect-tls": lambda: host.inspect_tls(target),
        "transact": lambda: host.transact(target, send=b"PING\r\n", max_bytes=64),
    }
    findings = Findings()
    findings.met()
    for operation, ask in tries.items():
        subject, come = f"{operation} {target}", tried(ask)
        is_error = isinstance(come, HttpError)
        findings.add(refused(subject, come) if is_error else Finding.note(subject, "was reached"))
    return findings.verdict("all four were tried")


def tried(ask: Callable[[], T]) -> T | HttpError:
    """Return what comes back, or why nothing does."""
    try:
        return ask()
    except HttpError as error:
        return error


def built(request: RequestSetting) -> Request:
    """Build a request of the settings."""
    body = request.body if request.body_hex is None else bytes.fromhex(request.body_hex)
    return Host.build(
        request.method,
        request.url,
        params=request.query,
        headers=request.headers,
        json=request.json,
        form=dict(sorted(request.form.items())) or None,
        body=body,
        timeout=None if request.timeout_ms is None else request.timeout_ms / 1000,
        max_body=request.max_body,
    )


def told(request: RequestSetting, answer: Answer | HttpError) -> Finding:
    """Tell what came of a request."""
    subject = f"{request.method} {request.url}"
    if isinstance(answer, HttpError):
        return refused(subject, answer)
    return answered(subject, request, answer)


def answered(subject: str, request: RequestSetting, answer: Answer) -> Finding:
    """Tell an answer, field by field."""
    finding = Finding.note(subject, f"answered {answer.status}")
    try:
        finding.observing(answer.body.decode())
    except UnicodeDecodeError:
        pass
    finding.label("bytes", str(len(answer.body)))
    finding.label("sum", str(sum(answer.body)))
    finding.label("hex", answer.body[:16].hex())
    finding.label("truncated", "yes" if answer.truncated else "no")
    finding.label("url", answer.url)
    finding.label("protocol", answer.protocol)
    if request.read_header is not None:
        finding.label("header", " | ".join(answer.headers_of(request.read_header)))
    if request.pointer is not None:
        finding.label("at", at(answer, request.pointer))
    return finding


def at(answer: Answer, pointer: str) -> str:
    """Tell what stands at a place in the answer's JSON."""
    missing = object()
    try:
        found = answer.pointer(pointer, missing)
    except Malformed:
        return "malformed"
    if found is missing:
        return "missing"
    return found if isinstance(found, str) else to_json(found)


def refused(subject: str, error: HttpError) -> Finding:
    """Tell why there is no answer."""
    finding = Finding.note(subject, "was not answered").observing(error.text)
    return finding.label("error", error.kind)
