"""Turns of sign-ins: who goes first, who is turned away, and what is logged of it."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from auscult.domain.errors import AccessError
from auscult.services.people.admission import Admission, SignInBusyError, SignInLimitedError
from tests.waiting import PATIENCE_S


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class Held:
    """One thread of an admission, kept busy until it is released; and the order in which others ran."""

    def __init__(self, room: int) -> None:
        """Occupy the thread."""
        self.clock = Clock()
        self.admission = Admission(threads=1, room=room, monotonic=self.clock)
        self.ran: list[str] = []
        self._free, busy = threading.Event(), threading.Event()
        self.admission.submit("first", lambda: (busy.set(), self._free.wait(PATIENCE_S)))
        assert busy.wait(PATIENCE_S)

    def submit(self, name: str, source: str, *, is_known: bool = False) -> "Future[None]":
        """Have a name noted in its turn."""
        return self.admission.submit(source, lambda: self.ran.append(name), is_known=is_known)

    def release(self) -> list[str]:
        """Let all run, and return their order."""
        last = self.admission.submit("zz", lambda: None)
        self._free.set()
        last.exception(PATIENCE_S)
        self.admission.submit("wait", lambda: None).result(PATIENCE_S)
        return self.ran


@pytest.fixture
def held() -> Iterator[Held]:
    """An admission with room for four."""
    found = Held(room=4)
    yield found
    found.admission.close()


def test_a_flood_waits_behind_others(held: Held) -> None:
    """A known browser goes first, then the source with the fewest tries; of equal ones the newest."""
    done = [held.submit(f"flood {at}", "a flood") for at in range(3)]
    done += [held.submit("stranger", "a stranger"), held.submit("known", "a browser", is_known=True)]
    with pytest.raises(SignInBusyError):
        done[2].result(0)
    assert held.release()[:3] == ["known", "stranger", "flood 0"]


def test_without_room_the_last_in_order_is_turned_away(held: Held) -> None:
    """Not the one that came last: a new source takes the place of the flood's newest try."""
    flood = [held.submit(f"flood {at}", "a flood") for at in range(9)]
    stranger = held.submit("stranger", "a stranger")
    refused = [each.exception(0) for each in flood if each.done()]
    assert [type(each) for each in refused] == [SignInBusyError] * 6
    held.release()
    assert stranger.exception(PATIENCE_S) is None


def test_a_source_over_its_limit_is_refused_without_a_turn_until_its_end() -> None:
    """The limit is found once, and remembered; a limit of one name there closes nothing."""
    clock = Clock()
    admission = Admission(threads=1, monotonic=clock)

    def over(*, is_source: bool) -> None:
        raise SignInLimitedError(60, is_source=is_source)

    with pytest.raises(SignInLimitedError):
        admission.submit("a", lambda: over(is_source=False)).result(PATIENCE_S)
    assert admission.submit("a", lambda: 1).result(PATIENCE_S) == 1
    with pytest.raises(SignInLimitedError):
        admission.submit("a", lambda: over(is_source=True)).result(PATIENCE_S)
    clock.now = 20
    with pytest.raises(SignInLimitedError) as limited:
        admission.submit("a", lambda: 1)
    assert limited.value.again_after_s == 40
    assert admission.submit("b", lambda: 1).result(PATIENCE_S) == 1
    clock.now = 60
    assert admission.submit("a", lambda: 1).result(PATIENCE_S) == 1
    admission.close()


def test_a_failure_is_the_result_and_ends_no_thread() -> None:
    """Whatever is raised is raised where the result is awaited."""
    admission = Admission(threads=1)

    def fail() -> None:
        raise AccessError("wrong")

    for _ in range(3):
        with pytest.raises(AccessError):
            admission.submit("a", fail).result(PATIENCE_S)
    assert admission.submit("a", lambda: 1).result(PATIENCE_S) == 1
    admission.close()


def test_a_flood_is_logged_at_once_and_then_once_a_minute(held: Held, caplog: pytest.LogCaptureFixture) -> None:
    """With the number of refusals, of their sources, and the one with the most."""
    caplog.set_level(logging.WARNING, "auscult")
    for second in range(0, 131, 2):
        held.clock.now = second
        held.submit("x", f"address 192.0.2.{second % 4}")
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 3
    assert lines[0].startswith("sign-ins are refused: 1 since the last such line")
    assert "30 since the last such line, from 2 sources" in lines[1]
    held.release()


def test_at_the_end_those_that_wait_are_turned_away(held: Held) -> None:
    """None is left without an answer."""
    waiting = held.submit("x", "a")
    held.admission.close()
    with pytest.raises(SignInBusyError):
        waiting.result(PATIENCE_S)


def test_a_client_that_left_disturbs_no_other(held: Held) -> None:
    """Its try, which is cancelled, may be the one to turn away, when there is no room and at the end."""
    flood = [held.submit(f"flood {at}", "a flood") for at in range(4)]
    for each in flood:
        each.cancel()
    stranger = held.submit("stranger", "a stranger")
    held.admission.close()
    assert isinstance(stranger.exception(PATIENCE_S), SignInBusyError)
    assert all(each.cancelled() for each in flood)
