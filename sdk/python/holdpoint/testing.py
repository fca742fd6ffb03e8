"""What every plugin's tests need beside the fake host: what is shipped is what the code says."""

import json
import os
from pathlib import Path

from holdpoint.plugin import Plugin
from holdpoint.settings import schema_of


def schema_text(plugin: Plugin) -> str:
    """Return the JSON Schema of a plugin's settings, as it stands in its file."""
    return json.dumps(schema_of(plugin.settings), indent=2, ensure_ascii=False) + "\n"


def assert_schema(plugin: Plugin, file: str | Path) -> None:
    """Raise AssertionError unless the schema in a file is the one of a plugin's settings.

    With `HOLDPOINT_BLESS=1` in the environment the file is written instead.
    """
    path = Path(file)
    if os.environ.get("HOLDPOINT_BLESS") == "1":
        path.write_text(schema_text(plugin), encoding="utf-8")
        return
    committed = path.read_text(encoding="utf-8") if path.exists() else ""
    if committed != schema_text(plugin):
        cure = "write it anew with HOLDPOINT_BLESS=1 and look at the difference"
        raise AssertionError(f"{path} is not the schema of the settings; {cure}")
