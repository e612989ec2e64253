"""Passwords and their hashes."""

from argon2 import PasswordHasher, extract_parameters

from auscult.services.people import passwords
from auscult.services.people.passwords import COST, hash_password, is_outdated, is_right

PASSWORD = "correct horse battery"


def test_a_hash_fits_its_password_alone() -> None:
    """Any other password, and a user without a password, are refused."""
    stored = hash_password(PASSWORD)
    assert is_right(stored, PASSWORD)
    assert not is_right(stored, PASSWORD + " ")
    assert not is_right(None, PASSWORD)
    assert not is_right("no hash", PASSWORD)


def test_cost_of_a_hash() -> None:
    """Three passes over 64 MiB; refusing a user without a password costs the same."""
    assert (COST.time_cost, COST.memory_cost, COST.parallelism) == (3, 64 * 1024, 4)
    assert extract_parameters(passwords._DECOY) == COST


def test_a_hash_at_another_cost_is_outdated() -> None:
    """A hash is made again when its user signs in after the cost has changed."""
    assert not is_outdated(hash_password(PASSWORD))
    assert is_outdated(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD))
