"""The demo: a link that signs in on this machine, and people whom one may become. Absent from every other server."""

import hmac

from msgspec import Struct

from auscult.server.console.templating import Persona


class Demo(Struct, frozen=True, kw_only=True):
    """What makes a server a demo: the secret of its link, and its people, of whom the first signs in."""

    secret: str
    people: tuple[Persona, ...]

    def knows(self, secret: str) -> bool:
        """Return whether this is the secret of the link."""
        return hmac.compare_digest(self.secret.encode(), secret.encode(errors="surrogatepass"))

    def has(self, email: str) -> bool:
        """Return whether one may become the person of this e-mail address."""
        return any(each.email == email for each in self.people)
