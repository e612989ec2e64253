"""The choice of a new calibration session: conversations on which raters differ, and the raters."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

from msgspec import Struct

from auscult.domain.form import Form, Metric
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.language import gettext as _
from auscult.server.console.frame.naming import customer_words, queues_of
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import Reader
from auscult.services.calibration import Suggestion

_CHOSEN = 6


class ChoiceView(Struct, frozen=True, kw_only=True):
    """A conversation to choose."""

    conversation_id: str
    words: str
    about: str
    why: str
    is_on: bool


class FormChoice(Struct, frozen=True, kw_only=True):
    """A form to choose."""

    id: str
    name: str
    is_on: bool


class RaterChoice(Struct, frozen=True, kw_only=True):
    """A person to choose as a rater."""

    email: str
    name: str
    is_on: bool


class Offered(NamedTuple):
    """The forms, the id of the chosen one, and the names of people who may take part, by e-mail address."""

    forms: Sequence[Form]
    chosen: str
    people: Mapping[str, str]


class SuggestedView(Struct, frozen=True, kw_only=True):
    """The page of a new session."""

    choices: tuple[ChoiceView, ...]
    forms: tuple[FormChoice, ...]
    people: tuple[RaterChoice, ...]
    name: str
    raters: str
    more: str
    machine: str
    others: str
    needs_reason: bool

    @classmethod
    def page(
        cls, found: Sequence[ChoiceView], offered: Offered, given: Mapping[str, str], ticked: Sequence[str] = ()
    ) -> Self:
        """Return the page with the values entered before. ``ticked``: e-mail addresses of the chosen raters."""
        return cls(
            choices=tuple(found),
            forms=tuple(
                FormChoice(id=each.id, name=each.name, is_on=each.id == offered.chosen) for each in offered.forms
            ),
            people=tuple(
                RaterChoice(email=email, name=name, is_on=email in ticked) for email, name in offered.people.items()
            ),
            name=given.get("name", ""),
            raters=given.get("raters", ""),
            more=given.get("more", ""),
            machine=given.get("machine", "hidden"),
            others=given.get("others", "all"),
            needs_reason="needs_reason" in given,
        )


def choice_view(
    found: Sequence[Suggestion],
    known: Mapping[str, EvaluatedConversation],
    metrics: Sequence[Metric],
    reader: Reader,
    ticked: Sequence[str] | None = None,
) -> list[ChoiceView]:
    """Show suggested conversations. Those ticked before, or else the first six, are chosen."""
    names = {metric.id: metric.name for metric in metrics}
    return [
        ChoiceView(
            conversation_id=each.conversation_id,
            words=excerpt(customer_words(known[each.conversation_id].conversation)),
            about=queues_of(known[each.conversation_id].conversation, reader),
            why=_why(each, names),
            is_on=rank < _CHOSEN if ticked is None else each.conversation_id in ticked,
        )
        for rank, each in enumerate(found)
        if each.conversation_id in known
    ]


def _why(each: Suggestion, names: Mapping[str, str]) -> str:
    """Return the reason why a conversation is suggested: who differs, on how many metrics and on which."""
    metrics = ", ".join(names.get(one, one) for one in each.metrics)
    if each.why.startswith("machine"):
        return _("Machine and auditor differ on {n}: {metrics}").format(n=each.differ, metrics=metrics)
    return _("Auditors differ on {n}: {metrics}").format(n=each.differ, metrics=metrics)
