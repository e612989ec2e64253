"""Rights to choose from, in groups: the permissions of a role, and the scopes of a client, in words."""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from auscult.domain.people.permissions import PERMISSIONS, SCOPES
from auscult.language import gettext as _
from auscult.language import later


class Right(Struct, frozen=True, kw_only=True):
    """One right, in words. ``value`` is its name for programs."""

    value: str
    text: str
    is_chosen: bool = False


class RightGroup(Struct, frozen=True, kw_only=True):
    """Rights under one heading."""

    name: str
    rights: tuple[Right, ...]

    @property
    def chosen(self) -> int:
        """The number of rights that are chosen."""
        return sum(each.is_chosen for each in self.rights)


_PERMISSION_GROUPS: Sequence[tuple[str, tuple[str, ...]]] = (
    (later("Conversations"), ("conversation", "recording", "ai_agent", "insight", "report")),
    (later("Audits and reviews"), ("audit", "plan", "dispute", "calibration", "coaching", "comment", "collection")),
    (later("Forms and knowledge"), ("form", "knowledge", "judge")),
    (later("Live"), ("assist",)),
    (later("People"), ("user", "directory")),
    (
        later("Running auscult"),
        ("job", "webhook", "connector", "retention", "hold", "erasure", "approval", "log", "settings"),
    ),
)
"""Groups of permissions, each with the nouns of its permissions."""

_SCOPE_GROUPS: Sequence[tuple[str, tuple[str, ...]]] = (
    (later("Conversations"), ("conversations", "recordings", "assist")),
    (later("Audits and people"), ("audits", "plans", "users", "scim", "ai_agents")),
    (later("Forms and knowledge"), ("forms", "knowledge")),
    (later("Running auscult"), ("webhooks", "connectors", "jobs", "log")),
)
"""Groups of scopes of our own API, each with the nouns of its scopes. Those of the vendor-compatible APIs follow."""

_SCOPES: Mapping[str, str] = {
    "conversations": later("conversations, insights and exports"),
    "forms": later("forms"),
    "audits": later("audits, disputes and comments"),
    "plans": later("audit plans and calibration"),
    "users": later("users, agents, teams and coaching"),
    "scim": later("users by SCIM"),
    "ai_agents": later("AI agents"),
    "recordings": later("recordings"),
    "log": later("the log"),
    "assist": later("live conversations"),
    "knowledge": later("the knowledge base"),
    "connectors": later("connectors"),
    "webhooks": later("webhooks and the feed of changes"),
    "jobs": later("jobs"),
}
"""What a client's scopes are about, by the noun of the scope."""


def scope_in_words(scope: str) -> str:
    """Return what a scope lets a client do; the scope itself where it is one of the vendor's."""
    noun, _colon, verb = scope.partition(":")
    if noun not in _SCOPES or verb not in ("read", "write"):
        return scope
    if scope == "scim:write":
        return _("Provision users by SCIM, without passwords and without roles that manage users or settings")
    if scope == "log:write":
        return _("Change settings, retention and holds, and read the log")
    said = _("Read {things}") if verb == "read" else _("Read and change {things}")
    return said.format(things=_(_SCOPES[noun]))


def permission_in_words(permission: str) -> str:
    """Return what a permission allows; the permission itself where it is unknown."""
    return _(PERMISSIONS[permission]) if permission in PERMISSIONS else permission


def permission_groups(chosen: Collection[str] = ()) -> tuple[RightGroup, ...]:
    """Return every permission with what it allows, in named groups."""
    return tuple(
        RightGroup(
            name=_(name),
            rights=tuple(
                Right(value=each, text=_(text), is_chosen=each in chosen)
                for each, text in PERMISSIONS.items()
                if each.partition(".")[0] in nouns
            ),
        )
        for name, nouns in _PERMISSION_GROUPS
    )


def scope_groups(chosen: Collection[str] = ()) -> tuple[RightGroup, ...]:
    """Return every scope that a client can have, in named groups: first those of our own API."""
    groups = [(_(name), [each for each in SCOPES if each.partition(":")[0] in nouns]) for name, nouns in _SCOPE_GROUPS]
    groups.append((_("Compatible APIs, by the vendor's names"), [each for each in SCOPES if ":" not in each]))
    return tuple(
        RightGroup(
            name=name,
            rights=tuple(Right(value=each, text=scope_in_words(each), is_chosen=each in chosen) for each in found),
        )
        for name, found in groups
    )
