"""The main job, end to end, with the real parts: window, service, PostgreSQL, browser. `run_demo` is the front door."""

from __future__ import annotations

from build_scripts.demo.story import run_demo

__all__ = ["run_demo"]
