"""Roles: named sets of permissions. The role names the actions; the scope of its grant limits the conversations."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from auscult.domain.people.permissions import PERMISSIONS


class Role(Struct, frozen=True, kw_only=True):
    """A named set of permissions. ``is_built_in``: part of the product, and not to be changed."""

    name: str
    permissions: frozenset[str]
    is_built_in: bool = False


ADMINISTRATOR = "administrator"

_READ = ("conversation.read", "conversation.read_unredacted", "audit.read", "form.read", "directory.read")

_QA_MANAGER = (
    *_READ,
    "conversation.correct",
    "recording.play",
    "recording.export",
    "audit.perform",
    "audit.assign",
    "audit.reassign",
    "dispute.decide",
    "calibration.run",
    "calibration.take_part",
    "coaching.give",
    "comment.write",
    "collection.edit",
    "judge.ask",
    "form.edit",
    "form.publish",
    "plan.read",
    "plan.edit",
    "insight.read",
    "report.export",
    "assist.read",
    "knowledge.read",
    "knowledge.edit",
    "ai_agent.read",
    "ai_agent.edit",
    "directory.edit",
    "user.read",
    "job.read",
    "webhook.read",
    "connector.read",
)
_AUDITOR = (
    *_READ,
    "recording.play",
    "audit.perform",
    "calibration.take_part",
    "comment.write",
    "collection.edit",
    "judge.ask",
    "plan.read",
    "insight.read",
    "ai_agent.read",
)
_SUPERVISOR = (
    *_READ,
    "recording.play",
    "audit.assign",
    "dispute.raise",
    "dispute.decide",
    "calibration.take_part",
    "coaching.give",
    "comment.write",
    "collection.edit",
    "judge.ask",
    "plan.read",
    "insight.read",
    "report.export",
    "assist.read",
    "knowledge.read",
    "ai_agent.read",
    "webhook.read",
)
_AGENT = (
    "conversation.read",
    "conversation.read_unredacted",
    "recording.play",
    "audit.read",
    "audit.review_own",
    "dispute.raise",
    "comment.write",
    "form.read",
    "knowledge.read",
)
_ANALYST = ("conversation.read", "audit.read", "form.read", "judge.ask", "plan.read", "insight.read", "report.export")
_INSPECTOR = ("log.read",)

BUILT_IN: Mapping[str, Role] = MappingProxyType(
    {
        name: Role(name=name, permissions=frozenset(permissions), is_built_in=True)
        for name, permissions in (
            (ADMINISTRATOR, tuple(PERMISSIONS)),
            ("qa-manager", _QA_MANAGER),
            ("auditor", _AUDITOR),
            ("supervisor", _SUPERVISOR),
            ("agent", _AGENT),
            ("analyst", _ANALYST),
            ("inspector", _INSPECTOR),
        )
    }
)
"""The roles that every account has, by name."""
