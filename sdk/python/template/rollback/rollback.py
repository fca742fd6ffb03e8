"""The `{{name}}` rollback: a deploy tool brings the previous version back.

The tool tells what runs at `GET /version`, deploys at `POST /deploys`, and tells how a deploy with a
key stands at `GET /deploys/KEY`. Each call runs in a fresh sandbox, so the tool remembers what was done
under a key, not this.
"""

from dataclasses import dataclass

from holdpoint import (
    Call,
    Endpoint,
    Host,
    Order,
    Progress,
    Readiness,
    RollbackPlan,
    SettingsFailure,
    StatusReport,
    Step,
    StepEnd,
    StepReport,
    Unavailable,
    rollback,
    setting,
)

PROGRESS = {
    "running": Progress.UNDER_WAY,
    "done": Progress.COMPLETE,
    "failed": Progress.FAILED,
}


@dataclass(frozen=True)
class Settings:
    """Where the deploy tool is."""

    tool: Endpoint = setting("The deploy tool, as `endpoint:NAME`.")


@rollback
class Deploys:
    """A way back that has one step."""

    def ready(self, host: Host, settings: Settings, call: Call) -> Readiness:
        """Tell whether the previous version can be deployed."""
        previous = call.release.previous_version
        if previous is None:
            return Readiness.refused("the release names no previous version")
        running = host.get(settings.tool.below("/version")).json()
        if running["version"] == previous:
            return Readiness.already_there(f"{previous} runs")
        return Readiness.ready()

    def plan(self, host: Host, settings: Settings, call: Call) -> RollbackPlan:
        """Plan to deploy the previous version."""
        previous = call.release.previous_version
        if previous is None:
            raise SettingsFailure("the release names no previous version")
        summary = f"deploy {previous} again"
        # The payload comes back, unread, when the step is carried out.
        return RollbackPlan(summary, [Step("deploy", summary, previous)])

    def execute(
        self, host: Host, settings: Settings, call: Call, step: Step, order: Order
    ) -> StepReport:
        """Have it deployed, once for a key."""
        wanted = {"version": step.payload, "key": order.key, "fence": order.fence}
        answer = host.post(settings.tool.below("/deploys"), json=wanted)
        if answer.status == 201:
            return StepReport(StepEnd.STARTED, f"{step.payload} is being deployed")
        if answer.status == 200:
            return StepReport(StepEnd.ALREADY_DONE, f"{step.payload} was deployed before")
        raise Unavailable(f"the deploy tool answered {answer.status}")

    def status(
        self, host: Host, settings: Settings, call: Call, plan: RollbackPlan, key: str
    ) -> StatusReport:
        """Tell how the deploy under a key stands."""
        answer = host.get(settings.tool.below(f"/deploys/{key}"))
        if answer.status == 404:
            return StatusReport(Progress.NOT_BEGUN, "the deploy tool knows nothing of it")
        state = answer.json()["state"]
        # What isn't known is never taken for a success.
        return StatusReport(PROGRESS.get(state, Progress.UNKNOWN), f"the deploy is {state}")
