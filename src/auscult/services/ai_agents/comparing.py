"""Two versions of an AI agent compared by the questions that their conversations were judged by."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from auscult.domain.ai_agents.calls import handled_by
from auscult.domain.ai_agents.comparison import DROP, Met, Question, compared
from auscult.domain.errors import RequestError, coded, unknown
from auscult.domain.evaluation import Evaluation
from auscult.domain.operations.records import made_from
from auscult.domain.scoring.list_fields import ListFields
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.ai_agents.figures import REFUSED, is_named, known_versions
from auscult.services.conversations.latest import Sought, details, latest
from auscult.storage.store import AppStore

MOST = 2_000
"""Conversations of one version that are read, the newest ones."""
_AT_A_TIME = 200
_DECIMALS = 4


class Asked(Struct, frozen=True, kw_only=True):
    """Order to compare two versions of an agent in a period; ``drop`` is the drop of a share that has to show."""

    agent_id: str
    versions: tuple[str, str]
    since: datetime | None = None
    until: datetime | None = None
    drop: float = DROP


class ComparedVersion(Struct, frozen=True, kw_only=True):
    """A version: the conversations that count, at most 2,000, and those without a part of the agent that was scored."""

    version: str
    conversations: int
    not_scored: int


class ComparedQuestion(Struct, frozen=True, kw_only=True):
    """A question. ``a`` and ``b`` are the shares that met it in the first and the second version, of ``n_a`` and ``n_b``.

    ``difference`` is b - a; its ``interval`` is corrected for the number of questions. Null where one has no answer.
    ``is_enough``: the drop that was asked for would have shown; ``needed``: answers in each version for that.
    """

    id: str
    name: str
    a: float | None
    b: float | None
    n_a: int
    n_b: int
    difference: float | None
    interval: tuple[float, float] | None
    is_worse: bool
    is_better: bool
    is_enough: bool
    needed: int


class ComparedVersions(Struct, frozen=True, kw_only=True):
    """Two versions, and the questions whose share moved most first. ``is_worse``: the second one is, on any question.

    Without ``is_enough`` there are too few conversations to say; ``needed`` of each version are enough for one question.
    """

    agent_id: str
    versions: tuple[ComparedVersion, ...]
    questions: tuple[ComparedQuestion, ...]
    is_worse: bool
    is_enough: bool
    needed: int


class _Read(NamedTuple):
    version: ComparedVersion
    met: Counter[str]
    n: Counter[str]


def compare(app: AppStore, asked: Asked) -> ComparedVersions:
    """Compare two versions. Raises ``RequestError`` ``ai_agent.same_version``, ``NotFoundError`` ``ai_agent.unknown``."""
    if asked.versions[0] == asked.versions[1]:
        message = coded("both versions are {versions!r}; name two different ones", versions=asked.versions[0])
        raise RequestError(message, code="ai_agent.same_version", field="version", value=asked.versions[0])
    names: dict[str, str] = {}
    first, second = (_read(app, asked, version, names) for version in asked.versions)
    answers = {each: (Met(first.met[each], first.n[each]), Met(second.met[each], second.n[each])) for each in names}
    found = compared(answers, (first.version.conversations, second.version.conversations), asked.drop)
    questions = sorted(found.questions, key=lambda each: each.difference.value if each.difference else 1.0)
    return made_from(
        ComparedVersions,
        found,
        agent_id=asked.agent_id,
        versions=(first.version, second.version),
        questions=tuple(_shown(each, names[each.id]) for each in questions),
    )


def own_evaluations(
    case: EvaluatedConversation, parts: tuple[Evaluation, ...], agent_ids: frozenset[str]
) -> Iterator[Evaluation]:
    """Yield the evaluations of an AI agent's parts; of a conversation scored as a whole, where no person took part."""
    if parts:
        yield from (each for each in parts if each.handler == "ai" and (each.agent_id or "") in {"", *agent_ids})
    elif handled_by(case.conversation) == "ai":
        yield case.evaluation


def _read(app: AppStore, asked: Asked, version: str, names: dict[str, str]) -> _Read:
    """Count the answers in the newest conversations of a version, and add the names of questions."""
    fields = ListFields(ai_agent=(asked.agent_id,), ai_version=(version,))
    sought, before = Sought(since=asked.since, until=asked.until, fields=fields), None
    met, n, read, scored = Counter[str](), Counter[str](), 0, 0
    while read < MOST:
        page = latest(app, sought, before=before, limit=min(_AT_A_TIME, MOST - read))
        if not read and not page.items:
            raise unknown(
                "ai_agent",
                version,
                "no conversation of AI agent {agent_id!r} names version {version!r}; available: {list}",
                "version",
                agent_id=asked.agent_id,
                version=version,
                list=", ".join(filter(None, known_versions(app, asked.agent_id))) or "none",
            )
        cases = details(app, page.items)
        split = [each for each, case in cases.items() if case.evaluation.segment]
        parts = app.audits.segments(split) if split else {}
        for each, case in cases.items():
            ids = frozenset(
                agent.id
                for agent in case.conversation.agents
                if is_named(agent, asked.agent_id) and agent.version == version
            )
            own = [one for one in own_evaluations(case, parts.get(each, ()), ids) if one.status == "evaluated"]
            scored += bool(own)
            for result in (each for one in own for each in one.results if each.metric.id != REFUSED):
                names.setdefault(result.metric.id, result.metric.name)
                if result.adhered is not None:
                    n[result.metric.id] += 1
                    met[result.metric.id] += result.adhered
        read += len(page.items)
        before = page.next
        if before is None:
            break
    return _Read(ComparedVersion(version=version, conversations=scored, not_scored=read - scored), met, n)


def _shown(found: Question, name: str) -> ComparedQuestion:
    moved = found.difference
    return made_from(
        ComparedQuestion,
        found,
        name=name,
        a=_rounded(found.a.share),
        b=_rounded(found.b.share),
        n_a=found.a.n,
        n_b=found.b.n,
        difference=_rounded(moved and moved.value),
        interval=None if moved is None else (round(moved.low, _DECIMALS), round(moved.high, _DECIMALS)),
        is_worse=found.is_worse,
        is_better=found.is_better,
    )


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, _DECIMALS)
