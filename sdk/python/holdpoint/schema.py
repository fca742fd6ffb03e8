"""Prints the JSON Schema of a plugin's settings: `python3 -m holdpoint.schema check.py`."""

import runpy
import sys

from holdpoint.plugin import Plugin
from holdpoint.testing import schema_text


def main(arguments: list[str]) -> int:
    """Print the schema of the plugin in a file."""
    if len(arguments) != 1:
        print("which plugin? give its file: python3 -m holdpoint.schema check.py", file=sys.stderr)
        return 2
    held = runpy.run_path(arguments[0]).values()
    plugins = [value for value in held if isinstance(value, Plugin)]
    if len(plugins) != 1:
        print(f"{arguments[0]} holds {len(plugins)} plugins instead of one", file=sys.stderr)
        return 1
    sys.stdout.write(schema_text(plugins[0]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
