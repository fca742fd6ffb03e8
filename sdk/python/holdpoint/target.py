"""Targets: where a plugin may point a request, as it stands in settings."""

import re
from typing import ClassVar, Self

_LONGEST = 64
"""The longest name that a plan may give to an endpoint."""


class Target(str):
    """`endpoint:NAME/path` for an endpoint of the plan, or an absolute http or https URL within one.

    A text that is neither is a ValueError. Whether the endpoint exists and is granted is the host's
    to say.
    """

    PATTERN: ClassVar[str] = "^(endpoint:[a-z0-9]+(-[a-z0-9]+)*([/?].*)?|https?://[^/?#].*)$"
    DESCRIPTION: ClassVar[str] = (
        "`endpoint:NAME/path` for an endpoint of the plan, or an absolute http or https URL within one."
    )

    def __new__(cls, text: str) -> Self:
        """Read a target."""
        name = re.split("[/?]", text.removeprefix("endpoint:"), maxsplit=1)[0]
        is_long = text.startswith("endpoint:") and len(name) > _LONGEST
        if re.fullmatch(cls.PATTERN, text, re.DOTALL) is None or is_long:
            cure = "write `endpoint:NAME/path` (NAME in kebab-case)"
            raise ValueError(f"`{text}` is not a target; {cure}")
        return super().__new__(cls, text)

    def below(self, path: str) -> "Target":
        """Return the target of a path below this one. This target's query is dropped."""
        base = re.split("[?#]", self, maxsplit=1)[0].rstrip("/")
        return Target(f"{base}/{path.lstrip('/')}")


class Endpoint(Target):
    """`endpoint:NAME` for an endpoint of the plan."""

    PATTERN = "^endpoint:[a-z0-9]+(-[a-z0-9]+)*$"
    DESCRIPTION = "`endpoint:NAME` for an endpoint of the plan."
