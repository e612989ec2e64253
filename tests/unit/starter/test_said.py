"""The sentences beside the wording packs, judged by the metrics that use them.

The sentences are made up for this; none is from a labelled conversation.
"""

from collections.abc import Callable

import pytest

from auscult.domain.conversation import Conversation
from auscult.metrics import METRICS
from auscult.services.definitions.forms.reading import starter_forms
from auscult.wording import sentences
from tests.strategies import talk

QUESTIONS = {metric.id: metric for form in starter_forms() for metric in form.metrics if form.channel == "voice"}


def agent(said: str) -> Conversation:
    """An agent says only this."""
    return talk(f"agent: {said}")


def customer(said: str) -> Conversation:
    """A customer says this, and the agent hardly anything."""
    return talk("agent: yes", f"customer: {said}", "agent: right")


def asked_for_a_manager(said: str) -> Conversation:
    """The agent's answer to a customer who asks for a manager."""
    return talk("agent: yes", "customer: can i speak to a manager", f"agent: {said}")


def in_the_middle(said: str) -> Conversation:
    """Something the agent says when the talk is under way."""
    return talk("agent: yes", "customer: i have a question about my bill", f"agent: {said}", "customer: okay")


Around = Callable[[str], Conversation]

# pack: metric, what stands around the sentence, the answer where it is seen and the answers where it is not
TRIED: dict[str, tuple[str, Around, str, tuple[str, ...]]] = {
    "en/introduction": ("em-introduction", agent, "YES", ("NO",)),
    "en/introduction_brief": ("em-introduction", agent, "YES", ("NO",)),
    "en/introduction_bare": ("em-introduction", agent, "YES", ("NO",)),
    "en/offer_of_help": ("em-offer-help", agent, "YES", ("NO",)),
    "en/identity_request": ("em-verification", agent, "YES", ("NO",)),
    "en/sympathy": ("em-empathy", agent, "YES", ("NA",)),
    "en/problem": ("em-empathy", customer, "NO", ("NA",)),
    "en/hold_announced": ("em-hold-notice", agent, "YES", ("NA", "NO")),
    "en/hold_noticed": ("em-hold-notice", in_the_middle, "NO", ("NA",)),
    "en/further_help": ("em-further-help", agent, "YES", ("NO", "NA")),
    "en/signoff": ("em-signoff", agent, "YES", ("NO", "NA")),
    "en/goodbye": ("em-signoff", agent, "YES", ("NO", "NA")),
    "en/last_thanks": ("em-signoff", agent, "YES", ("NO", "NA")),
    "en/escalation_request": ("em-escalation", customer, "NO", ("NA",)),
    "en/escalation_handled": ("em-escalation", asked_for_a_manager, "YES", ("NO",)),
}


@pytest.mark.parametrize("name", TRIED)
def test_sees_what_is_meant(name: str) -> None:
    """The metric judges every sentence of the pack as its sign says."""
    metric, around, seen, unseen = TRIED[name]
    question = QUESTIONS[metric]
    wrong: list[str] = []
    for proof in sentences(name):
        found = METRICS[question.type].judge(question.settings, around(proof.text), {}).qualification
        if not proof.is_missed and found not in ((seen,) if proof.holds else unseen):
            wrong.append(f"{proof}  ({found})")
    assert wrong == []
