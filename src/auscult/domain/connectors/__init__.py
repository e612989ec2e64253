"""Connectors: documents that describe where conversations lie, in which format, and how often they are read."""

from auscult.domain.connectors.contract import FoundAudit, Item, Mapped, Mapper, Refused, Setup, refused_audit

__all__ = ["FoundAudit", "Item", "Mapped", "Mapper", "Refused", "Setup", "refused_audit"]
