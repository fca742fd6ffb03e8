"""Verdicts that the settings spell out, field by field."""

from settings import Settings

from holdpoint import Finding, Measurement, Outcome, Verdict


def say(settings: Settings) -> Verdict:
    """Say exactly what the settings do."""
    return Verdict(
        settings.outcome,
        settings.summary,
        [Finding(**vars(finding)) for finding in settings.findings],
        [Measurement(**vars(measurement)) for measurement in settings.measurements],
        settings.labels,
    )


def flood(count: int) -> Verdict:
    """Say so many notes, and so many measurements."""
    numbers = range(1, count + 1)
    return Verdict(
        Outcome.PASS,
        f"{count} of each",
        [Finding.note(f"finding {number}", "is here") for number in numbers],
        [Measurement.of(f"number-{number}", number, "1") for number in numbers],
    )
