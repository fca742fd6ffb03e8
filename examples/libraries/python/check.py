"""The `freshness` check: a document says when it was made, and that is not too long ago."""

from dataclasses import dataclass
from datetime import UTC, datetime

from dateutil import parser

from holdpoint import Call, Findings, Host, Target, Verdict, check, setting


@dataclass(frozen=True)
class Settings:
    """Where the document is, and how old it may be."""

    url: Target = setting("The address of the document.")
    pointer: str = setting("The JSON pointer of its date.")
    max_age: float = setting("How old it may be at most, in hours.", minimum=0)


@check
def run(host: Host, settings: Settings, call: Call) -> Verdict:
    """Ask, read the date, and compare."""
    findings = Findings()
    answer = findings.expect_answer("document", lambda: host.get(settings.url))
    if answer is None:
        return findings.verdict("")
    findings.expect_eq("document: status", 200, answer.status)
    made = findings.expect_some("document: date", answer.pointer(settings.pointer))
    if made is not None:
        compare(findings, str(made), settings, host.now())
    return findings.verdict("the document is fresh")


def compare(findings: Findings, made: str, settings: Settings, now: datetime) -> None:
    """Expect a date, as a person wrote it, not to be too long ago."""
    try:
        date = parser.parse(made)
    except (ValueError, OverflowError) as error:
        return findings.unknown(f"the document's date can't be read: {error}")
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    age = (now - date).total_seconds() / 3600
    findings.expect_at_most("document: age", settings.max_age, round(age, 2), "h")
    findings.measure("age", age, "h")
