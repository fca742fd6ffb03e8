"""Tests of the freshness plugin. The SDK lies where `holdpoint new` and `holdpoint build` put it."""

import sys
from pathlib import Path

HERE = Path(__file__).parent.parent
sys.path[:0] = [str(HERE), str(HERE / ".holdpoint/sdk/python")]
