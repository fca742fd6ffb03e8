"""Tests of the SDK, without a sandbox."""
