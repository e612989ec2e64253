"""The engine interface, for this shelf and its contract suite (tests/contract): see ``domain/engines.py``."""

from auscult.domain.engines import Engine

__all__ = ["Engine"]
