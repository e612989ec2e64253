"""The demo: a link that signs in on this machine, and people to act as. Absent from every other server."""

import hmac

from msgspec import Struct
from msgspec.structs import replace

from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.templating import Persona

ROLES = {
    "administrator": later("administrator"),
    "qa-manager": later("qa manager"),
    "auditor": later("auditor"),
    "supervisor": later("supervisor"),
    "agent": later("agent"),
}
"""The roles of the demo's people, in words."""


class Demo(Struct, frozen=True, kw_only=True):
    """The data of a demo: the secret of its link, and its people; the link signs in the first."""

    secret: str
    people: tuple[Persona, ...]

    def knows(self, secret: str) -> bool:
        """Return whether this is the secret of the link."""
        return hmac.compare_digest(self.secret.encode(), secret.encode(errors="surrogatepass"))

    def personas(self, here: str) -> tuple[Persona, ...]:
        """Return its people with their roles in the reader's language. ``here``: e-mail address of the current one."""
        return tuple(replace(each, role=_(each.role), is_here=each.email == here) for each in self.people)

    def has(self, email: str) -> bool:
        """Return whether the demo has a person with this e-mail address."""
        return any(each.email == email for each in self.people)
