"""The effect of a scorecard before it is published: scores of agents on the newest conversations, before and after."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from msgspec import Struct

from auscult.domain.definitions.scorecard import Mean, Scorecard, measures, takes, weigh
from auscult.domain.evaluation import Qualification
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.conversations.latest import Sought, newest_recorded
from auscult.storage.store import AppStore

MOST_READ = 500
"""The newest conversations that are read at most."""


class AgentEffect(Struct, frozen=True, kw_only=True):
    """The mean of an agent's conversations by the scorecard in force and by the new one; None where one counts none.

    ``passes`` are whether it reaches the score that is needed.
    """

    agent_id: str
    name: str
    conversations: int
    before: Decimal | None
    after: Decimal | None
    passes: tuple[bool | None, bool | None]

    @property
    def falls(self) -> bool:
        """Return whether it no longer reaches the score that is needed."""
        return self.passes == (True, False)

    @property
    def rises(self) -> bool:
        """Return whether it newly reaches the score that is needed."""
        return self.passes == (False, True)

    @property
    def has_other_score(self) -> bool:
        """Return whether the mean becomes another."""
        return self.before != self.after

    @property
    def is_other(self) -> bool:
        """Return whether the mean or the result becomes another."""
        return self.has_other_score or self.passes[0] != self.passes[1]

    @property
    def places(self) -> tuple[float | None, float | None]:
        """Return both means as places from 0 to 100."""
        low, high = (None if each is None else float(min(max(each, 0), 100)) for each in (self.before, self.after))
        return low, high


class QuestionEffect(NamedTuple):
    """A question of the new scorecard: its shares of the whole in percent, None where it has none, and its answers."""

    metric: str
    before: Decimal | None
    share: Decimal
    answers: Counter[Qualification]


class CardEffect(Struct, frozen=True, kw_only=True):
    """The effect of a scorecard. ``read``: conversations; ``counted`` of them count in the new one.

    ``gained`` failed and would pass, ``lost`` the other way round. Agents are by name, questions in the new one's order.
    """

    read: int
    counted: int
    gained: int
    lost: int
    mean: tuple[Decimal | None, Decimal | None]
    agents: tuple[AgentEffect, ...]
    questions: tuple[QuestionEffect, ...]


def newest_cases(app: AppStore, without: Iterable[str] = ()) -> list[EvaluatedConversation]:
    """Return the newest evaluated conversations that figures are made of, without some by id."""
    sought = Sought(statuses=("evaluated",), without=tuple(sorted(without)))
    found = newest_recorded(app, sought, MOST_READ)
    return [each for each in found if each.is_current and not each.is_excluded]


def card_effect(
    cases: Iterable[EvaluatedConversation],
    before: Scorecard | None,
    after: Scorecard,
    sees: Callable[[str], bool] = lambda _agent: True,
) -> CardEffect:
    """Weigh conversations by two scorecards. ``sees``: whether the figures of an agent, by id, may be shown."""
    sides = tuple(_Side(card) for card in (before, after) if card is not None)
    answers: dict[str, Counter[Qualification]] = {}
    read, gained, lost = 0, 0, 0
    shares = _shares(after)
    for case in cases:
        read += 1
        results = [side.add(case, sees) for side in sides]
        if len(results) > 1:
            gained += results[0] is False and results[1] is True
            lost += results[0] is True and results[1] is False
        for each in case.evaluation.results:
            if each.metric.id in shares:
                answers.setdefault(each.metric.id, Counter())[each.verdict.qualification] += 1
    old = _shares(before) if before else {}
    return CardEffect(
        read=read,
        counted=sides[-1].all.count,
        gained=gained,
        lost=lost,
        mean=(sides[0].all.value if before else None, sides[-1].all.value),
        agents=tuple(_agents(sides[0] if before else None, sides[-1])),
        questions=tuple(
            QuestionEffect(metric, old.get(metric), share, answers.get(metric, Counter()))
            for metric, share in shares.items()
        ),
    )


def _shares(card: Scorecard) -> dict[str, Decimal]:
    """Return the share of each question of a scorecard in the whole, in percent."""
    found = (
        (one.metric, attribute.weight * one.weight / 100) for attribute in card.attributes for one in attribute.metrics
    )
    return dict(found)


class _Side:
    """The scores by one scorecard: of all conversations, and of each agent."""

    def __init__(self, card: Scorecard) -> None:
        self.card = card
        self.all = Mean()
        self.means: dict[str, Mean] = {}
        self.names: dict[str, str] = {}

    def add(self, case: EvaluatedConversation, sees: Callable[[str], bool]) -> bool | None:
        """Count a conversation for its agents; return whether it passes, None where it does not count."""
        conversation, evaluation = case.conversation, case.evaluation
        agents = {each.id: each.name for each in conversation.agents if measures(self.card, each) and sees(each.id)}
        if not agents or not takes(self.card, conversation, evaluation):
            return None
        found = weigh(self.card, conversation, evaluation)
        self.all.add(found.score)
        for agent, name in agents.items():
            self.means.setdefault(agent, Mean()).add(found.score)
            self.names[agent] = name or self.names.get(agent) or agent
        return found.passed

    def passes(self, agent: str) -> bool | None:
        """Return whether the mean of an agent reaches the score that is needed."""
        mean = self.means[agent].value if agent in self.means else None
        return None if mean is None else mean >= self.card.pass_score


def _agents(before: _Side | None, after: _Side) -> Iterator[AgentEffect]:
    names = (before.names if before else {}) | after.names
    for agent, name in sorted(names.items(), key=lambda each: (each[1].casefold(), each[0])):
        means = [side.means.get(agent) if side else None for side in (before, after)]
        yield AgentEffect(
            agent_id=agent,
            name=name,
            conversations=max(mean.count if mean else 0 for mean in means),
            before=means[0].value if means[0] else None,
            after=means[1].value if means[1] else None,
            passes=(before.passes(agent) if before else None, after.passes(agent)),
        )
