"""Threads of comments: mentions, the time to change one's words, and what steps do."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain import comments
from auscult.domain.comments import LONGEST_COMMENT, MOST_COMMENTS, NewThread, Thread
from auscult.domain.errors import AccessError, ConflictError, NotFoundError, RequestError
from tests.data_files import tuples_of

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
PEOPLE = {
    "ann@example.com": "Ann Becker",
    "anna@example.com": "Anna Wolf",
    "tom@example.com": "Tom Reyes",
    "tom.2@example.com": "Tom Rey",
}


def thread(text: str = "Listen to this.") -> Thread:
    """Return a thread with one comment of Ann."""
    return comments.opened("c-1", NewThread(text=text), comments.written(text, "ann@example.com", NOW, ()))


@pytest.mark.parametrize(
    ("text", "found"),
    tuples_of(__file__, "mentions"),
)
def test_mentions(text: str, found: tuple[str, ...]) -> None:
    """An address, a whole name, or a first name of one person mentions them, the longest first, each person once."""
    assert comments.mentioned_in(text, PEOPLE) == found


@pytest.mark.landing
@given(st.text(), st.dictionaries(st.emails(), st.text()))
def test_only_people_who_can_be_mentioned_are(text: str, people: dict[str, str]) -> None:
    """Whatever is written, only given people are mentioned, and each of them can be by address."""
    assert set(comments.mentioned_in(text, people)) <= set(people)
    for email in people:
        assert email.casefold() in [each.casefold() for each in comments.mentioned_in(f"@{email} ", people)]


def test_words_can_be_changed_for_15_minutes_by_their_author() -> None:
    """Later, by others, or of another comment they cannot."""
    before = thread()
    (said,) = before.comments
    in_time = comments.written("Better.", "ann@example.com", NOW + timedelta(minutes=15), ())
    after = comments.edited(before, said.comment_id, in_time)
    assert [(each.text, each.edited_at, each.at) for each in after.comments] == [("Better.", in_time.at, NOW)]
    late = comments.written("Later.", "ann@example.com", NOW + timedelta(minutes=15, seconds=1), ())
    with pytest.raises(ConflictError, match="15 minutes"):
        comments.edited(before, said.comment_id, late)
    with pytest.raises(AccessError, match="another person"):
        comments.edited(before, said.comment_id, comments.written("Mine.", "tom@example.com", NOW, ()))
    with pytest.raises(NotFoundError, match="unknown comment"):
        comments.edited(before, "co-other", in_time)


def test_a_reply_opens_a_resolved_thread() -> None:
    """Resolving and opening again change nothing where nothing is to be changed."""
    begun = thread()
    assert comments.reopened(begun) is None
    done = comments.resolved(begun, "tom@example.com", NOW)
    assert done is not None
    assert (done.state, done.resolved_by, comments.resolved(done, "ann@example.com", NOW)) == (
        "resolved",
        "tom@example.com",
        None,
    )
    answered = comments.replied(done, comments.written("One more.", "tom@example.com", NOW, ()))
    assert (answered.state, answered.resolved_by, answered.changes) == ("open", None, 3)
    assert answered.people == ("ann@example.com", "tom@example.com")


def test_comments_have_words_and_a_limit() -> None:
    """Blank and too long ones are refused, and so is one more than a thread can have."""
    for text, code in ((" \n", "comment.missing"), ("x" * (LONGEST_COMMENT + 1), "comment.too_long")):
        with pytest.raises(RequestError) as refused:
            comments.checked(text)
        assert refused.value.reason == code
    full = thread()
    for _ in range(MOST_COMMENTS - 1):
        full = comments.replied(full, comments.written("Again.", "tom@example.com", NOW, ()))
    with pytest.raises(ConflictError, match="at most 200"):
        comments.replied(full, comments.written("Again.", "tom@example.com", NOW, ()))
