"""Permissions: what can be done, as strings ``noun.verb``, and which of them a client's scopes carry."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from auscult.domain.errors import RequestError

PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {
        "conversation.read": "Read conversations and their evaluations",
        "conversation.read_unredacted": "Read what redaction hides",
        "conversation.load": "Load conversations",
        "conversation.correct": "Put conversations right: queue, agent, score again, leave out of figures",
        "recording.play": "Play recordings",
        "recording.export": "Download recordings",
        "recording.load": "Add recordings",
        "audit.read": "Read audits",
        "audit.perform": "Audit conversations",
        "audit.review_own": "Review one's own conversations",
        "audit.assign": "Assign audits",
        "audit.reassign": "Give an assigned audit to another auditor",
        "dispute.raise": "Dispute an audit",
        "dispute.decide": "Decide a dispute",
        "calibration.run": "Run calibration sessions",
        "calibration.take_part": "Take part in calibration sessions",
        "comment.write": "Comment on conversations",
        "collection.edit": "Pin moments, and make collections of them",
        "judge.ask": "Ask the judge about conversations and figures",
        "coaching.give": "Write coaching notes",
        "form.read": "Read forms, scorecards, taxonomies and tables of values",
        "form.edit": "Edit drafts of forms, and try them",
        "form.publish": "Publish forms, scorecards, taxonomies and tables of values",
        "plan.read": "Read audit plans and what they estimate",
        "plan.edit": "Create and draw audit plans",
        "insight.read": "Read insights and totals",
        "report.export": "Export conversations and reports",
        "assist.read": "Watch live conversations and their assistance",
        "assist.write": "Send events of live conversations and change the assistant's settings",
        "knowledge.read": "Read and search the knowledge base",
        "knowledge.edit": "Change the knowledge base",
        "ai_agent.read": "Read instructions and knowledge of AI agents",
        "ai_agent.edit": "Register AI agents",
        "directory.read": "Read agents, teams and queues",
        "directory.edit": "Change agents, teams and queues",
        "user.read": "Read users and their grants",
        "user.manage": "Add and disable users, and grant roles",
        "job.read": "Read jobs",
        "job.manage": "Retry and cancel jobs",
        "webhook.read": "Read the feed of changes and webhooks",
        "webhook.manage": "Add and remove webhooks",
        "connector.read": "Read connectors, their runs and what they refused",
        "connector.manage": "Add, run and remove connectors",
        "retention.manage": "Set how long data is kept",
        "hold.manage": "Set and lift legal holds",
        "erasure.run": "Erase conversations and customers",
        "approval.decide": "Approve or refuse, as the second person, what another one asked for",
        "log.read": "Read the log of who did what",
        "settings.manage": "Change the settings of the app",
    }
)
"""Every permission, with what it allows."""

_READ_FORMS = ("form.read",)
_READ_USERS = ("user.read", "directory.read")

CLIENT_SCOPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "conversations:read": (
            "conversation.read",
            "conversation.read_unredacted",
            "insight.read",
            "report.export",
            "directory.read",
        ),
        "conversations:write": (
            "conversation.read",
            "conversation.read_unredacted",
            "insight.read",
            "report.export",
            "directory.read",
            "conversation.load",
            "conversation.correct",
            "judge.ask",
            "collection.edit",
            "erasure.run",
        ),
        "forms:read": _READ_FORMS,
        "forms:write": (*_READ_FORMS, "form.edit", "form.publish"),
        "audits:read": ("audit.read",),
        "audits:write": (
            "audit.read",
            "audit.perform",
            "audit.review_own",
            "audit.assign",
            "audit.reassign",
            "dispute.raise",
            "dispute.decide",
            "comment.write",
        ),
        "plans:read": ("plan.read",),
        "plans:write": ("plan.read", "plan.edit", "calibration.run", "calibration.take_part"),
        "users:read": _READ_USERS,
        "users:write": (*_READ_USERS, "user.manage", "directory.edit", "coaching.give"),
        "scim:write": ("user.read", "user.manage"),
        "recordings:read": ("recording.play", "recording.export"),
        "recordings:write": ("recording.play", "recording.export", "recording.load"),
        "log:read": ("log.read",),
        "log:write": ("log.read", "retention.manage", "hold.manage", "settings.manage"),
        "assist:read": ("assist.read",),
        "assist:write": ("assist.read", "assist.write"),
        "knowledge:read": ("knowledge.read",),
        "knowledge:write": ("knowledge.read", "knowledge.edit"),
        "ai_agents:read": ("ai_agent.read",),
        "ai_agents:write": ("ai_agent.read", "ai_agent.edit"),
        "webhooks:read": ("webhook.read",),
        "webhooks:write": ("webhook.read", "webhook.manage"),
        "connectors:read": ("connector.read",),
        "connectors:write": ("connector.read", "connector.manage"),
        "jobs:read": ("job.read",),
        "jobs:write": ("job.read", "job.manage"),
    }
)
"""The permissions that each scope of a client carries, always for the whole app. The reports' scopes carry none."""


SCOPES = (
    "Quality AI",
    "Quality Management Analytics",
    "Quality Management",
    "Configuration",
    "SmartAssist Analytics",
    "AgentAssist Analytics",
    "SmartAssist Recordings",
    "Delete Recordings",
    "conversations:read",
    "conversations:write",
    "forms:read",
    "forms:write",
    "audits:read",
    "audits:write",
    "assist:read",
    "assist:write",
    "knowledge:read",
    "knowledge:write",
    "recordings:read",
    "recordings:write",
    "webhooks:read",
    "webhooks:write",
    "connectors:read",
    "connectors:write",
    "jobs:read",
    "jobs:write",
    "plans:read",
    "plans:write",
    "users:read",
    "users:write",
    "scim:write",
    "ai_agents:read",
    "ai_agents:write",
    "log:read",
    "log:write",
)
"""Every scope that an API asks for (rule 15 and docs/reference/api.md)."""


def permissions_of(scopes: Iterable[str]) -> frozenset[str]:
    """Return the permissions that these scopes of a client carry together."""
    return frozenset(permission for scope in scopes for permission in CLIENT_SCOPES.get(scope, ()))


def scopes_carrying(permission: str) -> tuple[str, ...]:
    """Return the scopes of a client that carry a permission, sorted."""
    return tuple(sorted(scope for scope, carried in CLIENT_SCOPES.items() if permission in carried))


def check_permission(name: str) -> str:
    """Return the permission of this name. Raises ``RequestError`` ``permission.unknown``."""
    if name not in PERMISSIONS:
        raise RequestError(
            "unknown permission {value!r}; available: {list}",
            list=", ".join(PERMISSIONS),
            code="permission.unknown",
            field="permission",
            value=name,
        )
    return name
