"""Bad ends: failures that are said, and ends that are not."""

from settings import Settings

from holdpoint import Denied, Findings, Internal, SettingsFailure, Unavailable, Verdict

FAILURES = {
    "settings": SettingsFailure,
    "unavailable": Unavailable,
    "denied": Denied,
    "internal": Internal,
}


def fail(settings: Settings) -> Verdict:
    """Say why it could not do what it was asked to."""
    raise FAILURES[settings.kind](settings.message)


def stumble(message: str) -> Verdict:
    """Go wrong, and nobody catches it."""
    raise RuntimeError(message)


def allocate(mib: int) -> Verdict:
    """Take so much memory, and touch it."""
    taken = [bytearray([index % 255 + 1]) * (1 << 20) for index in range(mib)]
    findings = Findings()
    findings.met()
    return findings.verdict(f"{len(taken)} MiB were there")


def spin() -> Verdict:
    """Never end."""
    while True:
        pass


def recurse(depth: int) -> Verdict:
    """Call itself without end."""
    return recurse(depth + 1)
