"""Second factors on a clock of their own, on both databases: steps, replay, recovery, limits, the proof of a step."""

from datetime import timedelta

import pytest
from pyotp.totp import TOTP

from auscult.domain.errors import AccessError
from auscult.services.people.admission import SignInLimitedError
from auscult.services.people.second_factor import STEP_LASTS, WINDOW, WRONG_CODES, SecondFactorDueError, SecondFactors
from auscult.services.people.sign_in import Origin
from tests.contract.people.world import HERE, PASSWORD, World


def enrolled(world: World, name: str = "ann") -> tuple[TOTP, tuple[str, ...]]:
    """A user with a second factor, which was confirmed a minute ago, and the recovery codes."""
    factors, user = SecondFactors(world.store, world.clock), world.add(name)
    totp = TOTP(factors.begin(user).secret)
    codes = factors.confirm(user, totp.at(world.clock.now), None)
    world.clock.now += timedelta(minutes=1)
    return totp, codes


def first_step(world: World, name: str = "ann") -> str:
    """The proof that the password was right."""
    with pytest.raises(SecondFactorDueError) as due:
        world.sign_in.by_password(f"{name}@example.com", PASSWORD, HERE)
    return due.value.step


def test_clocks_may_differ_by_a_step_and_no_code_works_twice(world: World) -> None:
    """The step before and after count; a used step closes itself and all before it, for every server of the database."""
    totp, _ = enrolled(world)
    other = World(world.store)
    other.clock.now = world.clock.now
    for at in (-2, 2):
        with pytest.raises(AccessError, match="wrong, over or used"):
            world.sign_in.by_code(first_step(world), totp.at(world.clock.now, counter_offset=at), HERE)
    for at in (-1, 0, 1):
        world.sign_in.by_code(first_step(world), totp.at(world.clock.now, counter_offset=at), HERE)
    for at in (-1, 0, 1):
        with pytest.raises(AccessError, match="wrong, over or used"):
            other.sign_in.by_code(first_step(other), totp.at(world.clock.now, counter_offset=at), HERE)


def test_a_link_asks_for_the_code_too(world: World) -> None:
    """It is used up, and the code completes the sign-in; a recovery code does as well."""
    totp, codes = enrolled(world)
    user = world.users.find("ann@example.com")
    local = Origin(address="127.0.0.1", is_local=True)
    for code in (totp.at(world.clock.now), codes[3]):
        with pytest.raises(SecondFactorDueError) as due:
            world.sign_in.by_link(world.sign_in.new_link(user.user_id, is_for_here=True), local)
        assert world.sign_in.by_code(due.value.step, code, local).session.method == "link"


def test_the_proof_of_a_first_step_ends_and_cannot_be_forged(world: World) -> None:
    """After some minutes, for another user, with another signature, and once the user is disabled."""
    totp, _ = enrolled(world)
    step = first_step(world)
    other = world.add("bo")
    _, method, ends, signature = step.split(".")
    for forged in ("", "a.b.c.d", f"{other.user_id}.{method}.{ends}.{signature}", f"{step}0", step.upper()):
        with pytest.raises(AccessError, check=lambda error: error.reason == "second_factor.expired"):
            world.sign_in.by_code(forged, totp.at(world.clock.now), HERE)
    world.clock.now += STEP_LASTS
    with pytest.raises(AccessError, match="too long"):
        world.sign_in.by_code(step, totp.at(world.clock.now), HERE)
    step = first_step(world)
    world.users.disable(world.users.find("ann@example.com"))
    with pytest.raises(AccessError, match="too long"):
        world.sign_in.by_code(step, totp.at(world.clock.now), HERE)


def test_wrong_codes_count_for_the_user_wherever_they_come_from(world: World) -> None:
    """From any address; the right code waits as well, for an hour; and a right one forgets earlier wrong ones."""
    totp, codes = enrolled(world)
    for number in range(WRONG_CODES - 1):
        with pytest.raises(AccessError, match="wrong"):
            world.sign_in.by_code(first_step(world), "000000", Origin(address=f"192.0.2.{number}"))
    world.sign_in.by_code(first_step(world), codes[0], HERE)
    for number in range(WRONG_CODES):
        with pytest.raises(AccessError, match="wrong"):
            world.sign_in.by_code(first_step(world), "aaaa-aaaa-aaaa-aaaa", Origin(address=f"192.0.2.{number}"))
    with pytest.raises(SignInLimitedError):
        world.sign_in.by_code(first_step(world), totp.at(world.clock.now), HERE)
    world.clock.now += WINDOW
    world.sign_in.by_code(first_step(world), totp.at(world.clock.now), HERE)


def test_a_second_factor_that_waits_asks_for_nothing(world: World) -> None:
    """Beginning again makes another secret; only a code of the latest confirms it."""
    factors, user = SecondFactors(world.store, world.clock), world.add("ann")
    first, second = factors.begin(user), factors.begin(user)
    assert world.come_in("ann")
    with pytest.raises(AccessError, match="wrong"):
        factors.confirm(user, TOTP(first.secret).at(world.clock.now), None)
    factors.confirm(user, TOTP(second.secret).at(world.clock.now), None)
    assert first_step(world)
