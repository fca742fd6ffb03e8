"""Python's own logging, into the call's log.

In the sandbox the root logger has this handler already. In a test: `logging.getLogger().addHandler(
LogHandler(world.host))`.
"""

import logging

from holdpoint.host import Host

_SEVERITIES = [
    (logging.ERROR, "error"),
    (logging.WARNING, "warn"),
    (logging.INFO, "info"),
]


class LogHandler(logging.Handler):
    """A handler that hands records on to the host."""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self._host = host

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, one line of the log for each of its own."""
        severity = next((word for level, word in _SEVERITIES if record.levelno >= level), "debug")
        for line in self.format(record).splitlines() or [""]:
            self._host.log(severity, line)
