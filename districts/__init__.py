"""Fictional districts, written as real ledgers for demonstration and tests.

``mingchuan`` is the demo district. The others tell the published figures of five districts
(design.md), with invented names: each has ``TITLE``, ``DAY`` and ``books(self_employed=…)``.
"""

from importlib import import_module
from types import ModuleType

PUBLISHED = ("lukou", "x", "shucheng", "qikai", "tianyuan")


def published(name: str) -> ModuleType:
    """The package of a published district. Raises KeyError."""
    if name not in PUBLISHED:
        raise KeyError(name)
    return import_module(f"districts.{name}")
