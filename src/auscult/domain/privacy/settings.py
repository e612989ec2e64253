"""Settings of an app for personal data."""

from typing import Annotated

from msgspec import Meta, Struct

from auscult.domain.privacy.redaction import Mode

Country = Annotated[str, Meta(pattern="^[A-Z]{2}$")]


class PrivacySettings(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Settings of one app; they hold for what is accepted from then on.

    ``redactor`` is a name on the shelf of redactors. ``countries``: ISO codes of countries whose telephone numbers are
    likely; none: those of the conversation's language. With ``two_people`` the erasure of a customer and the lifting of
    a hold wait until a second person approves. With ``second_factor``, sessions need one, unless an identity provider
    opened them.
    """

    redaction: Mode = "off"
    redactor: str = "builtin"
    countries: tuple[Country, ...] = ()
    two_people: bool = False
    second_factor: bool = False

    @property
    def is_on(self) -> bool:
        """Return whether conversations are redacted."""
        return self.redaction != "off"
