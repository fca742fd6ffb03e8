"""Failures: which kind a plugin's trouble is, so that what is raised tells the host the right thing.

A denial is mended in the grants, wrong settings in the plan; silence of what the plugin depends on is
neither.
"""

import traceback
from typing import ClassVar, NamedTuple


_SDK = __file__.rpartition("/")[0] + "/"
"""The folder of the SDK's own files."""


class Failure(Exception):
    """Why a plugin could not do what it was asked to. None is ever a pass."""

    kind: ClassVar[str] = "internal"


class SettingsFailure(Failure):
    """The settings make no sense: the plan must be mended."""

    kind = "settings"


class Unavailable(Failure):
    """Something the plugin depends on did not answer."""

    kind = "unavailable"


class Denied(Failure):
    """The host denied something the plugin needs: the grants must be mended."""

    kind = "denied"


class Internal(Failure):
    """The plugin itself went wrong."""


class Malformed(ValueError):
    """An answer that can't be understood. Left uncaught, it is as good as none."""


class _Kind(NamedTuple):
    words: str
    blame: str
    failure: type[Failure]
    bare: bool = False


# A limit is the plan's or the host's word too: what mends it stands in the same place.
_KINDS = {
    "denied": _Kind("denied", "us", Denied, bare=True),
    "invalid-request": _Kind("the request is not well-formed", "us", SettingsFailure),
    "dns": _Kind("the name could not be resolved", "target", Unavailable),
    "connect": _Kind("no connection", "target", Unavailable),
    "tls": _Kind("no TLS connection", "target", Unavailable),
    "timeout": _Kind("no answer in time", "target", Unavailable),
    "protocol": _Kind("the answer was not well-formed", "unclear", Unavailable),
    "limit": _Kind("a limit of the call was reached", "us", Denied, bare=True),
}


class HttpError(OSError):
    """Why there is no answer. Left uncaught, it ends the call as the failure that fits."""

    def __init__(self, kind: str, text: str) -> None:
        if kind not in _KINDS:
            raise ValueError(f"{kind!r} is none of {', '.join(_KINDS)}")
        super().__init__(f"{_KINDS[kind].words}: {text}")
        self.kind = kind
        self.text = text

    @property
    def blame(self) -> str:
        """Whose doing it is: `us` (plan, plugin or host), `target`, or `unclear`."""
        return _KINDS[self.kind].blame

    def to_failure(self) -> Failure:
        """Return what a call ends with when its check can't do without the answer."""
        kind = _KINDS[self.kind]
        return kind.failure(self.text if kind.bare else str(self))


def failure_of(raised: BaseException) -> Failure:
    """Return the failure that something raised amounts to."""
    if isinstance(raised, Failure):
        return raised
    if isinstance(raised, HttpError):
        return raised.to_failure()
    if isinstance(raised, Malformed):
        return Unavailable(str(raised))
    # Python's own HTTP client wraps what its connection raised.
    if isinstance(reason := getattr(raised, "reason", None), HttpError):
        return reason.to_failure()
    return Internal(_in_a_line(raised))


def _in_a_line(raised: BaseException) -> str:
    """The exception in one line, with the place where the author's own code was last."""
    said = "".join(traceback.format_exception_only(raised)).strip().replace("\n", " ")
    frames = [frame for frame in traceback.extract_tb(raised.__traceback__) if is_own(frame)]
    if not frames:
        return said
    last = frames[-1]
    return f'{said} (File "{short(last.filename)}", line {last.lineno}, in {last.name})'


def is_own(frame: traceback.FrameSummary) -> bool:
    """Whether a frame is the author's: neither the SDK's nor the interpreter's."""
    path = frame.filename
    return not path.startswith((_SDK, "/python/", "<frozen")) and "componentize_py" not in path


def short(path: str) -> str:
    """Return a file's path as its author knows it: the sandbox mounts folders by numbers."""
    head, _, rest = path.lstrip("/").partition("/")
    return rest if path.startswith("/") and head.isdigit() and rest else path
