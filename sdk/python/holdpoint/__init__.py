"""Write Holdpoint checks, rollbacks and rollouts in Python."""

from holdpoint.call import Call, Release
from holdpoint.failure import (
    Denied,
    Failure,
    HttpError,
    Internal,
    Malformed,
    SettingsFailure,
    Unavailable,
)
from holdpoint.finding import Finding, Level, Measurement, Silence, excerpt
from holdpoint.findings import Findings
from holdpoint.host import Host
from holdpoint.http import Answer, Certificate, Request, Timings, form_encoded, query_encoded
from holdpoint.net import Connection, Received, TlsFacts
from holdpoint.plugin import Plugin, check, rollback, rollout
from holdpoint.rollback import (
    Order,
    Progress,
    Readiness,
    RollbackPlan,
    StatusReport,
    Step,
    StepEnd,
    StepReport,
)
from holdpoint.rollout import Share, ShiftReport, ShiftStatus
from holdpoint.settings import Problem, setting
from holdpoint.target import Endpoint, Target
from holdpoint.verdict import Outcome, Verdict

__all__ = [
    "Answer",
    "Call",
    "Certificate",
    "Connection",
    "Denied",
    "Endpoint",
    "Failure",
    "Finding",
    "Findings",
    "Host",
    "HttpError",
    "Internal",
    "Level",
    "Malformed",
    "Measurement",
    "Order",
    "Outcome",
    "Plugin",
    "Problem",
    "Progress",
    "Readiness",
    "Received",
    "Release",
    "Request",
    "RollbackPlan",
    "SettingsFailure",
    "Share",
    "ShiftReport",
    "ShiftStatus",
    "Silence",
    "StatusReport",
    "Step",
    "StepEnd",
    "StepReport",
    "Target",
    "Timings",
    "TlsFacts",
    "Unavailable",
    "Verdict",
    "check",
    "excerpt",
    "form_encoded",
    "query_encoded",
    "rollback",
    "rollout",
    "setting",
]
