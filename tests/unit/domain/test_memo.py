"""What is worked out of a conversation is kept, but not for ever."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain import memo as room
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.memo import KEPT, kept


def said(text: str) -> Conversation:
    """A conversation of one turn."""
    turn = Turn(id="m1", speaker="customer", text=text)
    return Conversation(id="c-1", channel="chat", started_at=datetime(2026, 3, 1, tzinfo=UTC), turns=(turn,))


def test_is_worked_out_once_for_the_same_and_anew_for_its_like() -> None:
    """Things are told apart by identity: two that are equal are two."""
    worked: list[object] = []
    work = kept(lambda conversation, other: worked.append((conversation, other)) or len(worked))
    one, like, other = said("hello"), said("hello"), object()
    assert [work(one, other), work(like, other), work(one, other), work(one, one)] == [1, 2, 1, 3]


@given(st.lists(st.integers(0, 12), min_size=1, max_size=40))
def test_what_is_kept_never_grows_past_its_bound(lengths: list[int]) -> None:
    """A file of very long conversations takes no more memory than one of them, or than so many characters together."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "KEPT_CHARACTERS", 20)
        worked: list[str] = []
        work = kept(lambda conversation: worked.append(conversation.turns[0].text))
        conversations = [said("x" * length) for length in lengths]
        for conversation in conversations:
            work(conversation)
        first = len(worked)
        assert first == len(conversations)
        last, room_left = len(conversations) - 1, 20
        for index in range(last, -1, -1):  # the latest are still there, as many as fit
            room_left -= lengths[index]
            if room_left < 0 and index != last:
                break
            work(conversations[index])
            assert len(worked) == first


def test_no_more_are_kept_than_are_needed() -> None:
    """However short they are."""
    worked: list[Conversation] = []
    work = kept(worked.append)
    conversations = [said("") for _ in range(KEPT + 1)]
    for conversation in conversations:
        work(conversation)
    work(conversations[1])
    assert len(worked) == KEPT + 1
    work(conversations[0])
    assert len(worked) == KEPT + 2
