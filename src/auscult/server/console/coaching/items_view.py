"""Texts of coaching: the states of items, what a visitor may do with one, and what its measurement shows."""

from collections.abc import Mapping, Sequence
from datetime import date

from auscult.domain.coaching.item import Coaching
from auscult.domain.insights.changes import is_beyond_chance, share
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.domain.statistics.intervals import Figure
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.naming import customer_words
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import FEW, Reader
from auscult.services.coaching.coaching import Measured

_STATES = {
    "yet_to_start": later("Yet to start"),
    "in_progress": later("In progress"),
    "pending_agent_review": later("With the agent"),
    "pending_supervisor_review": later("With the coach"),
    "completed": later("Completed"),
}


def item_state(item: Coaching) -> str:
    """Return the state of an item in words."""
    return _(_STATES[item.state])


def written(text: str) -> str:
    """Return a goal or remark; for an empty one, that it was erased."""
    return text or _("Erased with its conversation")


def lead_of_list(found: Sequence[Coaching], late: int, reader: Reader) -> str:
    """Return the sentence that counts the items that are under way, and those of them that are late."""
    under_way = sum(each.is_active for each in found)
    if not under_way:
        return _("Nothing is under way.")
    text = _("{n} under way, {late} late.") if late else _("{n} under way.")
    return text.format(n=reader.number(under_way), late=late)


def lead_of(
    item: Coaching, agents: Mapping[str, str], reader: Reader, away_until: date | None, *, is_agent: bool
) -> str:
    """Return the sentences that name the agent, the coach, the due date and the group."""
    said = [
        _("{agent}, with {coach}.").format(
            agent=agents.get(item.agent_id, item.agent_id), coach=agents.get(item.coach, item.coach)
        )
    ]
    if item.due_on:
        said.append(_("Until {day}.").format(day=reader.day(item.due_on)))
    if away_until and item.is_active and not is_agent:
        said.append(_("The agent is away until {day}.").format(day=reader.day(away_until, year=False)))
    if item.group and not is_agent:
        said.append(_("Group {group}.").format(group=item.group))
    return " ".join(said)


def acts_of(item: Coaching, *, is_agent: bool, can_give: bool) -> tuple[tuple[str, str], ...]:
    """Return the visitor's actions, the main one first."""
    if is_agent:
        return {
            "yet_to_start": (("start", _("Start coaching")),),
            "pending_agent_review": (("start", _("Continue")),),
            "in_progress": (("finish", _("Mark as done")),),
        }.get(item.state, ())
    if can_give and item.state in {"in_progress", "pending_supervisor_review"}:
        return (("complete", _("Complete")), ("back", _("Give back")))
    return (("complete", _("Complete")),) if can_give and item.state == "pending_agent_review" else ()


def words_of(case: EvaluatedConversation, turn_id: str | None) -> str:
    """Return the words of a turn; of a conversation without a turn, what the customer says."""
    said = next((each.text for each in case.conversation.turns if each.id == turn_id), None)
    return excerpt(customer_words(case.conversation)) if said is None else said


def conclusion(each: Measured) -> str:
    """Return the change of a metric in words, and whether chance explains it."""
    if each.before is None or each.after is None:
        return _("Measured once there are conversations on both sides.") if each.after_n == 0 else _("None before.")
    if min(each.before_n, each.after_n) < FEW:
        return _("Too few to say whether it changed.")
    before, after = (
        share(round(figure.value * n), n) for figure, n in ((each.before, each.before_n), (each.after, each.after_n))
    )
    if not is_beyond_chance(before, after):
        return _("The difference could still be chance.")
    if each.after.value > each.before.value:
        return _("Better, and by more than chance explains.")
    return _("Worse, and by more than chance explains.")


def figure_of(figure: Figure | None, n: int, reader: Reader) -> str:
    """Return a share of Yes with its interval, and of few how many of how many."""
    if figure is None:
        return _("no conversation")
    if n < FEW:
        return reader.rate(round(figure.value * n), n)
    interval = reader.ends(figure.low, figure.high, with_sign=True)
    return _("{share}, {interval}, from {n}").format(share=reader.share(figure.value), interval=interval, n=n)
