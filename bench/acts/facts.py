"""The questions that are voted on, the signs that each weighs, and what people say to them."""

from collections.abc import Mapping
from typing import NamedTuple

YES_NO_NA = ("YES", "NO", "NA")
YES_NO = ("YES", "NO")
OBSERVED = {"True": "YES", "False": "NO"}
"""The answers to a flag, as labels and insights have them."""


class Fact(NamedTuple):
    """A question: the label it is fitted to, the answers, and the signs besides the answer by words.

    Conversations with another label are left out.
    """

    label: str
    answers: tuple[str, ...]
    signs: tuple[str, ...]
    words: tuple[str, ...] = YES_NO_NA
    outweighs: int = 0
    """Confidence in percent from which on the answer by words is overruled; 0: fitted to authors left out."""
    silent: str = ""
    """Answer of words that found nothing, which gives way to any mood that a turn has."""
    lean: float = 0.0
    """Log odds by which the first answer is preferred: the ones with the highest F1 on authors left out."""


SENTIMENTS = ("positive", "neutral", "negative")

FACTS = {
    "em-greeting": Fact("em-greeting", YES_NO_NA, ("max greeting first 3", "max greeting first 1", "agent silent")),
    "em-introduction": Fact(
        "em-introduction", YES_NO_NA, ("max introduction first 4", "max introduction first 1", "email")
    ),
    "em-offer-help": Fact(
        "em-offer-help", YES_NO_NA,
        ("max offer_help first 6", "outbound", "agent opens", "max ask first 2", "max problem first 2", "agent silent"),
    ),
    "em-verification": Fact(
        "em-verification", YES_NO_NA,
        ("max ask_identity", "max give_identity", "max give_identity first 1", "max give_identity first 2",
         "unasked give_identity", "agent silent"),
    ),
    "em-empathy": Fact(
        "em-empathy", YES_NO_NA,
        ("max empathy", "max problem", "max protest", "max negative", "max threat", "max churn", "max ask"),
    ),
    "em-hold-notice": Fact("em-hold-notice", YES_NO_NA, ("max hold_notice", "hold marked")),
    "em-resolution": Fact(
        "em-resolution", YES_NO_NA,
        ("max done", "max promise", "max inform", "max refuse", "max fail", "max further_help", "max ask",
         "max problem", "max protest", "max accept", "max thanks_warm", "max positive", "max leave",
         "max answers", "mean answers", "max answers last 3", "max denies", "mean denies", "max denies last 3",
         "max bodes_well", "mean bodes_well", "max bodes_well last 3", "mean bodes_well last 3",
         "max sounds_served", "mean sounds_served", "max sounds_served last 3", "mean sounds_served last 3",
         "outbound", "agent brief", "customer ends"),
    ),
    "em-further-help": Fact(
        "em-further-help", YES_NO_NA,
        ("max further_help", "max further_help last 3", "max leave last 1"), outweighs=60,
    ),
    "em-signoff": Fact("em-signoff", YES_NO_NA, ("max signoff last 3", "max signoff last 1", "agent silent")),
    "em-escalation": Fact(
        "em-escalation", YES_NO,
        ("max escalate_ok after ask", "max escalate_no after ask", "max refuse after ask", "max promise after ask",
         "max escalate_ok", "max escalate_no", "mean bodes_well", "mean sounds_served"),
    ),
    "churn_risk": Fact(
        "churn_risk", YES_NO,
        ("max churn", "max leave", "max threat", "max ask_escalation", "max negative", "max accept", "max protest",
         "mean churn", "mean sounds_served"),
        words=YES_NO, lean=0.6,
    ),
    "customer_sentiment": Fact(
        "customer_sentiment", SENTIMENTS,
        ("max positive", "max positive last 2", "max negative", "max negative last 2", "mean negative",
         "max thanks_warm", "max thanks_plain", "max protest", "max protest last 2", "max threat", "max churn",
         "max leave", "max problem", "max accept last 2", "max ask_escalation", "mean sounds_served", "mean bodes_well",
         "max empathy", "max answers last 3", "max denies last 3"),
        # Words that are clearly pleased or unhappy hold up to 0.7: without that, "I am not happy with this at all" and
        # its like were read as neutral, and the development set lost 0.35 of F1.
        words=SENTIMENTS, silent="neutral", outweighs=70,
    ),
}  # fmt: skip

TURNS = ("problem", "empathy", "ask_escalation", "threat")
"""Acts that are counted by turns; a score from which on a turn counts is fitted to the acts of labelled turns."""
FLAGGED = ("ask_escalation", "threat")
"""Acts of which one turn flags the whole conversation. Their threshold is fitted by conversation, not by turn."""


def signs_of(fact: Fact) -> tuple[str, ...]:
    """Return every sign of a fact: what words answer, and the acts."""
    return (*(f"words {answer}" for answer in fact.words), *fact.signs)


def said(fact: Fact, answers: Mapping[str, str]) -> str:
    """Return what people, or words alone, answer to a question."""
    return OBSERVED.get(answers[fact.label], answers[fact.label])
