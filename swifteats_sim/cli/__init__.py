"""The command line: thin, and quick to start, since nothing heavy is imported before it is needed."""

from swifteats_sim.cli.main import app, main

__all__ = ["app", "main"]
