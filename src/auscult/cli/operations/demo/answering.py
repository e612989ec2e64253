"""Disputes of an agent of the demo, an absence of an auditor, and a correction; and the answers of its auditors."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from auscult.cli.operations.demo.together import AGENT, AGENT_SIGNED_IN, ANOTHER_AUDITOR, MANAGER, SUPERVISOR
from auscult.domain.audits.audit import AuditAnswer, results_of
from auscult.domain.evaluation import MetricResult, Qualification
from auscult.domain.people.principal import operator

if TYPE_CHECKING:
    from auscult.domain.disputes.dispute import ReviewedAudit
    from auscult.services.disputes.reviewing import Reviewing
    from auscult.storage.store import AppStore, Store

_NOW = partial(datetime.now, UTC)
_DIFFERS, _DIFFERS_ON_FEELING = 0.05, 0.2
_FEELING = "em-empathy"
_STRICTER: Mapping[str, str] = {
    "em-greeting": "The line was bad: the first words cannot be understood.",
    "em-introduction": "The name is mumbled, I had to hear it three times.",
    "em-offer-help": "Asked while the customer was still speaking.",
    _FEELING: "A set phrase, and no answer to what had happened.",
    "em-verification": "Only asked after the answer was given.",
    "em-resolution": "The customer leaves without knowing what comes next.",
    "em-further-help": "Asked while the customer was saying goodbye.",
    "em-signoff": "The call was cut off in the middle of the goodbye.",
}
"""Metric -> why an auditor answers No where the machine says Yes. A metric that is missing gets the machine's answer."""
_MILDER = "It is there, in other words."
_NO_OCCASION = "There was no occasion for it."


class Objection(NamedTuple):
    """A dispute of a missed metric: the answer that the agent asks for and why, and the decision with its reason, if any."""

    metric_id: str
    asks: Qualification
    comment: str
    is_right: bool | None = None
    reason: str = ""


OBJECTIONS = (
    Objection(
        "em-introduction",
        "NA",
        "The caller began with their name and their question, so there was no room for it.",
        is_right=True,
        reason="You are right: the caller came first, and stopping them would have been rude.",
    ),
    Objection(
        "em-offer-help",
        "YES",
        "I ask what I can do right at the start, in my own words.",
        is_right=False,
        reason="It comes after the customer had asked already. Let us listen to it together.",
    ),
    Objection("em-offer-help", "NA", "The customer was in a hurry and said so. Does it count then?"),
)
AWAY = (ANOTHER_AUDITOR, "On holiday. Where it cannot wait, ask Priya.", timedelta(days=9))
"""An auditor who is away from today on, with their note and for how long. Their audits are free for colleagues to take."""
LEFT_OUT = "Retail Banking", "A training call: a colleague played the customer."
"""The queue of a call that does not count, and why."""


def answers(results: Sequence[MetricResult], draw: Random) -> list[AuditAnswer]:
    """Return an auditor's answers: the machine's, but a few that differ, and those that it left to a person, each with a comment."""
    found: list[AuditAnswer] = []
    for result in results:
        said = result.verdict.qualification
        share = _DIFFERS_ON_FEELING if result.metric.id == _FEELING else _DIFFERS
        other = _other(result.metric.id, said) if said == "-" or draw.random() < share else None
        answer, comment = other or (said, "")
        found.append(AuditAnswer(metric_id=result.metric.id, answer=answer, comment=comment))
    return found


def _other(metric_id: str, said: Qualification) -> tuple[Qualification, str] | None:
    if said == "YES":
        return ("NO", _STRICTER[metric_id]) if metric_id in _STRICTER else None
    if said == "NO":
        return ("YES", _MILDER) if metric_id == _FEELING else ("NA", _NO_OCCASION)
    return ("NA", _NO_OCCASION) if said == "-" else None


def dispute(app: "AppStore") -> None:
    """Dispute the answers that the agent's latest audits call missed, and decide all but the last."""
    from auscult.reports import REPORTS
    from auscult.services.disputes.reviewing import Reviewing

    def by(email: str) -> "Reviewing":
        return Reviewing(app, REPORTS, _NOW, operator(email))

    agent = by(AGENT_SIGNED_IN)
    views = list(agent.of_agents(frozenset({AGENT})))
    for objection in OBJECTIONS:
        found = next((each for each in views if objection.metric_id in _missed(each, agent)), None)
        if found is None:
            continue
        views.remove(found)
        made = agent.dispute(found.review.assignment_id, objection.metric_id, objection.comment, objection.asks)
        if objection.is_right is not None:
            ruling = "accept" if objection.is_right else "deny"
            by(MANAGER).decide(made.dispute_id, ruling, objection.reason)


def _missed(view: "ReviewedAudit", reviewing: "Reviewing") -> set[str]:
    result = view.audit.result
    found = results_of(reviewing.form_of(view), result.sheet) if result else ()
    return {each.metric.id for each in found if each.adhered is False and each.metric.grades is None}


def be_away(store: "Store", app: "AppStore") -> None:
    """Enter an absence of an auditor."""
    from auscult.domain.absences import NewAbsence
    from auscult.services.absences import Absences

    person, note, length = AWAY
    today = _NOW().date()
    absences = Absences(store.absences_of(app.tenant.account_id), app, _NOW, operator(MANAGER))
    absences.add(NewAbsence(person=person, since=today, until=today + length, note=note))


def leave_out(app: "AppStore", ids: Sequence[str]) -> None:
    """Exclude the latest call without an audit from all figures."""
    from auscult.domain.corrections import NewCorrection
    from auscult.reports import REPORTS
    from auscult.services.corrections import Correcting

    queue, reason = LEFT_OUT
    cases = (app.audits.case(key) for key in reversed(ids))
    calls = (each.conversation for each in cases if each and any(one.name == queue for one in each.conversation.queues))
    found = next((each.id for each in calls if not app.audits.all_of(each.id)), None)
    if found is not None:
        wanted = NewCorrection(kind="excluded", reason=reason)
        Correcting(app, REPORTS, _NOW, operator(SUPERVISOR)).add(found, wanted)
