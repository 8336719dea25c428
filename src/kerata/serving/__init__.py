"""Finished runs behind HTTP: rows in, answers out."""

from kerata.serving.server import serve_runs

__all__ = ["serve_runs"]
