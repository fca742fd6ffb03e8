"""The `{{name}}` rollout: a deploy tool gives the released version a share of the traffic.

The tool tells the share at `GET /traffic` and sets it at `POST /traffic`. Each call runs in a fresh
sandbox, so the tool remembers what was done, not this. Traffic only ever moves towards the released
version: the way back is the plan's rollback.
"""

from dataclasses import dataclass
from typing import Any

from holdpoint import (
    Call,
    Endpoint,
    Host,
    Order,
    Progress,
    Readiness,
    Share,
    ShiftReport,
    ShiftStatus,
    StepEnd,
    Unavailable,
    rollout,
    setting,
)


@dataclass(frozen=True)
class Settings:
    """Where the deploy tool is."""

    tool: Endpoint = setting("The deploy tool, as `endpoint:NAME`.")


@rollout
class Traffic:
    """Traffic that a deploy tool steers."""

    def ready(self, host: Host, settings: Settings, call: Call, share: Share) -> Readiness:
        """Tell whether the released version can be given this share."""
        traffic = traffic_of(host, settings)
        if traffic["version"] != call.release.version:
            told = f"{traffic['version']} is rolled out, not {call.release.version}"
            return Readiness.refused(told)
        if traffic["percent"] > share.percent:
            return Readiness.refused(f"it has {traffic['percent']} % already")
        return Readiness.ready()

    def shift(
        self, host: Host, settings: Settings, call: Call, share: Share, order: Order
    ) -> ShiftReport:
        """Have the share raised, once for a key."""
        version, percent = call.release.version, share.percent
        wanted = {"version": version, "percent": percent, "key": order.key, "fence": order.fence}
        answer = host.post(settings.tool.below("/traffic"), json=wanted)
        if answer.status == 201:
            return ShiftReport(StepEnd.STARTED, f"{version} is being given {percent} %")
        if answer.status == 200:
            return ShiftReport(StepEnd.ALREADY_DONE, f"{version} was given {percent} % before")
        raise Unavailable(f"the deploy tool answered {answer.status}")

    def status(
        self, host: Host, settings: Settings, call: Call, share: Share, key: str
    ) -> ShiftStatus:
        """Tell which share it has."""
        traffic = traffic_of(host, settings)
        version, percent = traffic["version"], traffic["percent"]
        if version != call.release.version:
            return ShiftStatus(Progress.FAILED, f"{version} is rolled out")
        is_there = percent == share.percent
        progress = Progress.COMPLETE if is_there else Progress.UNDER_WAY
        return ShiftStatus(progress, f"{version} has {percent} %", percent)


def traffic_of(host: Host, settings: Settings) -> Any:
    """Return what the tool says of the traffic."""
    return host.get(settings.tool.below("/traffic")).json()
