"""Conversations in the compact format: what is read from them, and which lines are refused."""

from pathlib import Path

import pytest

from bench.acts.compact import WRITTEN, written

HEAD = "== voice | outbound | a visit is moved"
TURNS = ("A [greeting introduction] hello it's jo from the vets", "C [ask threat] can we move it or i'll complain")
GOLD = "gold gre=Y int=Y off=NA ver=N emp=N hol=NA res=N fur=N sig=N esc=NA sen=neg ask=0 churn=1"


def _file(folder: Path, *lines: str) -> Path:
    (folder / "01.txt").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return folder


def test_a_conversation_is_read_with_acts_and_verdicts(tmp_path: Path) -> None:
    """Ids follow from folder and position; turns of a call have times, in order; a threat is an escalation."""
    one, two = written(_file(tmp_path, HEAD, *TURNS, GOLD, "", HEAD, *TURNS, GOLD))
    assert (one.conversation.id, two.conversation.id) == (f"c-{tmp_path.name}-001", f"c-{tmp_path.name}-002")
    assert (one.conversation.channel, one.conversation.direction) == ("voice", "outbound")
    agent, customer = one.conversation.turns
    assert (agent.speaker, customer.speaker) == ("agent", "customer")
    assert agent.end_ms is not None
    assert customer.start_ms is not None
    assert agent.end_ms < customer.start_ms
    assert one.acts == {"m1": {"greeting", "introduction"}, "m2": {"ask", "threat"}}
    assert one.answers["em-offer-help"] == "NA"
    assert one.answers["resolved"] == one.answers["em-resolution"] == "NO"
    assert (one.answers["escalation"], one.answers["churn_risk"]) == ("True", "True")
    assert one.answers["customer_sentiment"] == "negative"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((HEAD, "X [ask] hello", GOLD), "is no turn"),
        ((HEAD, "A [ask]", GOLD), "is no turn"),
        ((HEAD, *TURNS), "has no gold"),
        ((*TURNS, GOLD), "begins with"),
        ((HEAD, *TURNS, HEAD, GOLD), "begins with"),
    ],
)
def test_wrong_lines_are_refused(tmp_path: Path, lines: tuple[str, ...], message: str) -> None:
    """The error quotes the line."""
    with pytest.raises(ValueError, match=message):
        written(_file(tmp_path, *lines))


def test_every_author_is_read() -> None:
    """Each folder has its conversations, in both channels, and every one its ten verdicts."""
    for folder in WRITTEN.glob("*/*/"):
        found = written(folder, folder.parent.name)
        assert {one.conversation.channel for one in found} == {"voice", "chat"}
        assert all(sum(name.startswith("em-") for name in one.answers) == 10 for one in found)
        assert len({one.conversation.id for one in found}) == len(found)
