"""Users, sessions and tokens: what ends when, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from auscult.domain.errors import RequestError
from auscult.domain.people.sessions import IDLE, PersonalToken, Session, hash_of, new_secret
from auscult.domain.people.users import normalise_email

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_session_ends_when_idle_at_its_end_and_when_signed_out() -> None:
    """Each of the three ends it; the instant itself is outside."""
    session = Session(
        session_id="se-1",
        user_id="u-1",
        method="password",
        created_at=NOW,
        seen_at=NOW,
        ends_at=NOW + 2 * IDLE,
    )
    second = timedelta(seconds=1)
    assert session.holds(NOW + IDLE - second)
    assert not session.holds(NOW + IDLE)
    assert not session.holds(NOW + 2 * IDLE, idle=10 * IDLE)
    assert not Session(**{**{n: getattr(session, n) for n in session.__struct_fields__}, "ended_at": NOW}).holds(NOW)


def test_a_personal_token_ends_at_its_end_and_when_revoked() -> None:
    """A revoked token is of no use from that instant on."""
    made = {"token_id": "pt-1", "user_id": "u-1", "name": "n", "created_at": NOW, "ends_at": NOW + IDLE}
    assert PersonalToken(**made).holds(NOW)
    assert not PersonalToken(**made).holds(NOW + IDLE)
    assert not PersonalToken(**made, revoked_at=NOW).holds(NOW)


def test_secrets_are_random_and_stored_by_their_hash() -> None:
    """Two secrets differ, and a hash does not hold its secret. Any text a browser may send has a hash."""
    secret = new_secret("pat-")
    assert secret != new_secret("pat-")
    assert secret not in hash_of(secret)
    assert hash_of("\ud800") != hash_of("")


@pytest.mark.parametrize("given", ["", "ada", "@x", "ada@", "a b@x", "a@b@c", "ada@x\n\nb@y", "a" * 250 + "@example"])
def test_what_is_no_address_is_refused(given: str) -> None:
    """The refusal names the field."""
    with pytest.raises(RequestError, match="invalid e-mail"):
        normalise_email(given)


def test_addresses_are_compared_without_case() -> None:
    """One person has one address, however it is typed."""
    assert normalise_email("  Ada@Example.COM ") == "ada@example.com"
