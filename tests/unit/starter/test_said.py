"""What people say, sentence by sentence: lines in ``said/`` begin with + where the forms must see it, with - where not.

The sentences are made up for this; none is from a labelled conversation.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from auscult.domain.conversation import Conversation
from auscult.metrics import METRICS
from auscult.pipeline.forms import starter_forms
from tests.strategies import talk

SAID = Path(__file__).parent / "said"
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


def asked_to_act(said: str) -> Conversation:
    """The agent's answer to a customer who asks for something."""
    return talk("agent: yes", "customer: can you do that for me", f"agent: {said}")


def in_the_middle(said: str) -> Conversation:
    """Something the agent says when the talk is under way."""
    return talk("agent: yes", "customer: i have a question about my bill", f"agent: {said}", "customer: okay")


# file: metric, what stands around the sentence, the answer where it is seen and the answer where it is not
TRIED: dict[str, tuple[str, Callable[[str], Conversation], str, tuple[str, ...]]] = {
    "introduction": ("em-introduction", agent, "YES", ("NO",)),
    "offer_of_help": ("em-offer-help", agent, "YES", ("NO",)),
    "identity_asked": ("em-verification", agent, "YES", ("NO",)),
    "sympathy": ("em-empathy", agent, "YES", ("NA",)),
    "problem": ("em-empathy", customer, "NO", ("NA",)),
    "waiting_announced": ("em-hold-notice", agent, "YES", ("NA", "NO")),
    "waiting_noticed": ("em-hold-notice", in_the_middle, "NO", ("NA",)),
    "done": ("em-resolution", asked_to_act, "YES", ("NO", "YES")),
    "further_help": ("em-further-help", agent, "YES", ("NO", "NA")),
    "sign_off": ("em-signoff", agent, "YES", ("NO", "NA")),
    "somebody_else_asked_for": ("em-escalation", customer, "NO", ("NA",)),
    "somebody_else_answered": ("em-escalation", asked_for_a_manager, "YES", ("NO",)),
}


@pytest.mark.parametrize("name", TRIED)
def test_sees_what_is_meant(name: str) -> None:
    """Every line of the file is judged as its sign says."""
    metric, around, seen, unseen = TRIED[name]
    question = QUESTIONS[metric]
    wrong: list[str] = []
    for line in (SAID / f"{name}.txt").read_text("utf-8").splitlines():
        sign, said = line[0], line[2:]
        found = METRICS[question.type].judge(question.settings, around(said), {}).qualification
        if found not in ((seen,) if sign == "+" else unseen):
            wrong.append(f"{line}  ({found})")
    assert wrong == []


def test_every_file_is_tried() -> None:
    """No sentence lies about untried."""
    assert {file.stem for file in SAID.iterdir()} == set(TRIED)
