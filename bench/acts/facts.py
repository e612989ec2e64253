"""The questions that are voted on, the signs that each weighs, and what people say to them."""

from typing import NamedTuple

YES_NO_NA = ("YES", "NO", "NA")


class Fact(NamedTuple):
    """A question: the labels that it is fitted to, the answers, and the signs besides the answer by words."""

    labels: tuple[str, ...]
    answers: tuple[str, ...]
    signs: tuple[str, ...]


FACTS = {
    "em-introduction": Fact(
        ("em-introduction",), YES_NO_NA, ("max introduction first 4", "max introduction first 1")
    ),
    "em-offer-help": Fact(
        ("em-offer-help",), YES_NO_NA,
        ("max offer_help first 6", "outbound", "agent opens", "max ask first 2", "max problem first 2", "agent silent"),
    ),
    "em-verification": Fact(
        ("em-verification",), YES_NO_NA,
        ("max ask_identity", "max give_identity", "max give_identity first 1", "max give_identity first 2",
         "unasked give_identity", "agent silent"),
    ),
    "em-hold-notice": Fact(("em-hold-notice",), YES_NO_NA, ("max hold_notice", "hold marked")),
    "em-signoff": Fact(("em-signoff",), YES_NO_NA, ("max signoff last 3", "max signoff last 1", "agent silent")),
}  # fmt: skip


def signs_of(fact: Fact) -> tuple[str, ...]:
    """Return every sign of a fact: what words answer, and the acts."""
    return (*(f"words {answer}" for answer in fact.answers), *fact.signs)
