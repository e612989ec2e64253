"""Settings of an app for personal data."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from auscult.domain.insight import Insights, without_agent_emotions
from auscult.domain.privacy.policy import Policy, Treatment
from auscult.domain.privacy.redaction import Kind, Mode

Country = Annotated[str, Meta(pattern="^[A-Z]{2}$")]
MOST_OWN = 500
Own = Annotated[str, Meta(pattern=r"\S", max_length=200)]


class PrivacySettings(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Settings of one app; they hold for what is accepted from then on.

    ``redactor`` is a name on the shelf of redactors. Where redaction is on, ``kinds`` are treated otherwise than the
    rest; ``own`` are numbers, addresses, domains and names of the app's, which stay, and with ``agent_names`` those of
    the conversation's and the directory's agents do. ``countries``: ISO codes of countries whose telephone numbers are
    likely; none: those of the conversation's language. With ``two_people`` the erasure of a customer and the lifting of
    a hold wait until a second person approves. With ``second_factor``, sessions need one, unless an identity provider
    opened them. Without ``agent_emotions``, those of agents are neither looked for nor shown, and what was found of
    them before is removed.
    """

    redaction: Mode = "off"
    redactor: str = "builtin"
    countries: tuple[Country, ...] = ()
    kinds: dict[Kind, Treatment] = {}
    own: Annotated[tuple[Own, ...], Meta(max_length=MOST_OWN)] = ()
    agent_names: Literal["mask", "keep"] = "mask"
    two_people: bool = False
    second_factor: bool = False
    agent_emotions: bool = True

    @property
    def is_on(self) -> bool:
        """Return whether conversations are redacted."""
        return self.redaction != "off"

    @property
    def policy(self) -> Policy:
        """The part of the settings that redaction itself follows."""
        return Policy(kinds=self.kinds, own=self.own)

    @property
    def dropped(self) -> frozenset[Kind]:
        """Kinds that are replaced without a number."""
        return self.policy.dropped if self.is_on else frozenset()

    def treatment(self, kind: Kind) -> Mode | Treatment:
        """Return the treatment of a kind."""
        return self.redaction if self.redaction == "off" else self.kinds.get(kind, self.redaction)

    def shown(self, found: Insights | None) -> Insights | None:
        """Return insights without what the app leaves out; the same object where it leaves out nothing of them."""
        return found if found is None or self.agent_emotions else without_agent_emotions(found)
