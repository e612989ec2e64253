"""Draws: some conversations of a plan's frame, each with the probability of being drawn, dealt to auditors.

A draw can be repeated from its record: the plan's version and seed, the window, and the watermark, which is the last
evaluation that was made before it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.audits.assignment import Assignment, Hidden, Role
from auscult.domain.audits.plan import Per, PlanAuditor, PlanDocument, Quota
from auscult.domain.statistics.draws import permanent_number, probability_with_minimum

ALL = ""
"""The stratum of a draw that is not divided."""
RISK, FIRST, REST = "risk", "first", "rest"
AGAIN = "again"
"""The stratum of items that come back to the same auditor."""


class Candidate(Struct, frozen=True, kw_only=True, order=True):
    """A conversation of the frame, once for each agent who is judged; ``agent_id`` is "" where that does not matter.

    ``rank`` is its number in the plan's order, the least first; None: without an order, or without the number.
    """

    conversation_id: str
    agent_id: str = ""
    stratum: str = ALL
    is_risky: bool = False
    segment: int = 0
    rank: float | None = None

    @property
    def key(self) -> str:
        """Return the source of its number: the conversation's id, with the segment where there is one."""
        return f"{self.conversation_id}/{self.segment}" if self.segment else self.conversation_id


class DrawnItem(Struct, frozen=True, kw_only=True):
    """Drawn conversation. ``rater`` is None where the first auditor to ask gets it; ``second`` is the second auditor.

    ``has_second``: a second opinion is wanted; ``more`` are the auditors of further ones. An item that comes back to its auditor has no ``probability``.
    """

    conversation_id: str
    agent_id: str
    stratum: str
    u: float
    probability: float | None
    hidden: tuple[Hidden, ...] = ()
    rater: str | None = None
    has_second: bool = False
    second: str | None = None
    segment: int = 0
    more: tuple[str | None, ...] = ()
    role: Role = "audit"


class StratumRecord(Struct, frozen=True, kw_only=True):
    """A stratum of a draw: its conversations, and how many of them were drawn with which probability."""

    key: str
    population: int
    drawn: int
    probability: float


class Draw(Struct, frozen=True, kw_only=True):
    """The record of a draw."""

    draw_id: str
    plan_id: str
    plan_version: int
    since: datetime
    until: datetime
    watermark: int
    frame_count: int
    frame_digest: str
    strata: tuple[StratumRecord, ...]
    drawn_at: datetime
    drawn_by: str


class KeptDraw(Draw, frozen=True, kw_only=True):
    """The same with ``among``, the conversations that filters by comments and pins left then; None: without these."""

    among: tuple[str, ...] | None = None


def digest_of(candidates: Iterable[Candidate]) -> str:
    """Return a digest of the conversations in a frame: SHA-256 over their sorted ids, each with a line feed."""
    digest = sha256()
    for conversation_id in sorted({each.key for each in candidates}):
        digest.update(f"{conversation_id}\n".encode())
    return digest.hexdigest()


def draw(plan: PlanDocument, seed: str, candidates: Iterable[Candidate]) -> tuple[list[DrawnItem], list[StratumRecord]]:
    """Draw from a frame, by ascending ``u``, without dealing yet."""
    by_stratum: defaultdict[str, list[Candidate]] = defaultdict(list)
    for each in candidates:
        by_stratum[each.stratum].append(each)
    items: list[DrawnItem] = []
    records: list[StratumRecord] = []
    for stratum in sorted(by_stratum):
        for key, members, quota in _parts(plan, seed, stratum, by_stratum[stratum]):
            numbered = sorted((permanent_number(seed, each.key), each) for each in members)
            drawn, probability = _drawn(numbered, quota)
            records.append(StratumRecord(key=key, population=len(members), drawn=len(drawn), probability=probability))
            items += [_item(plan, seed, key, each, (u, probability)) for u, each in drawn]
    return sorted(items, key=lambda item: (item.u, item.conversation_id, item.agent_id)), records


def _parts(
    plan: PlanDocument, seed: str, stratum: str, members: Sequence[Candidate]
) -> list[tuple[str, Sequence[Candidate], Quota]]:
    """Return the parts of a stratum, each with its quota: with rules of risk, the risky and the rest.

    Of the draw ``floor`` falls on all alike, in proportion, and what is left on the risky; what they lack goes to
    the rest. With an order the first ones are drawn whole.
    """
    if plan.order is not None:
        return _first_and_rest(plan, seed, stratum, members)
    risky = [each for each in members if each.is_risky]
    rest = [each for each in members if not each.is_risky]
    if not plan.risks or not risky or not rest:
        return [(stratum, members, plan.quota)]
    if plan.quota.count is not None:
        count = min(plan.quota.count, len(members))
        of_rest = round(count * plan.floor * len(rest) / len(members))
        of_risky = min(count - of_rest, len(risky))
        quotas = Quota(count=of_risky), Quota(count=min(count - of_risky, len(rest)))
    else:
        percent = plan.quota.percent or 0.0
        of_risky = (percent * len(members) - percent * plan.floor * len(rest)) / len(risky)
        quotas = (
            Quota(percent=min(of_risky, 100.0), minimum=plan.quota.minimum),
            Quota(percent=percent * plan.floor),
        )
    return [(f"{stratum}/{RISK}", risky, quotas[0]), (f"{stratum}/{REST}", rest, quotas[1])]


def _first_and_rest(
    plan: PlanDocument, seed: str, stratum: str, members: Sequence[Candidate]
) -> list[tuple[str, Sequence[Candidate], Quota]]:
    """Return the first of a stratum in the plan's order, all of them drawn, and the rest, of which ``floor`` is drawn.

    Without the number a conversation is never among the first; of the same number chance decides.
    """
    if plan.quota.count is not None:
        count = min(plan.quota.count, len(members))
    else:
        count = max(round((plan.quota.percent or 0.0) * len(members) / 100), min(plan.quota.minimum, len(members)))
    ranked = sorted(
        (each.rank, permanent_number(f"{seed}/order", each.key), each) for each in members if each.rank is not None
    )
    first = [each for *_, each in ranked[: count - round(count * plan.floor)]]
    chosen = set(first)
    rest = [each for each in members if each not in chosen]
    parts = [(f"{stratum}/{FIRST}", first), (f"{stratum}/{REST}", rest)]
    quotas = len(first), count - len(first)
    return [(key, some, Quota(count=n)) for (key, some), n in zip(parts, quotas, strict=True) if some]


def _drawn(
    numbered: Sequence[tuple[float, Candidate]], quota: Quota
) -> tuple[Sequence[tuple[float, Candidate]], float]:
    """Return what a quota takes of a stratum in the order of numbers, and the probability of each."""
    population = len(numbered)
    if quota.count is not None:
        drawn = numbered[: quota.count]
        return drawn, len(drawn) / population
    share = (quota.percent or 0.0) / 100
    below = sum(u < share for u, _ in numbered)
    least = min(quota.minimum, population)
    return numbered[: max(below, least)], probability_with_minimum(share, least, population)


def _item(plan: PlanDocument, seed: str, stratum: str, candidate: Candidate, drawn: tuple[float, float]) -> DrawnItem:
    has_second = permanent_number(f"{seed}/second", candidate.key) < plan.second_share
    is_machine_hidden = permanent_number(f"{seed}/machine", candidate.key) < plan.hide_machine_share
    return DrawnItem(
        conversation_id=candidate.conversation_id,
        segment=candidate.segment,
        agent_id=candidate.agent_id,
        stratum=stratum,
        u=drawn[0],
        probability=drawn[1],
        hidden=tuple(sorted({*plan.hidden, *(("machine",) if is_machine_hidden else ())})),
        has_second=has_second,
        more=(None,) * (plan.opinions - 2) if has_second else (),
    )


def replacement(
    plan: PlanDocument,
    seed: str,
    candidates: Iterable[Candidate],
    stratum: str,
    taken: Collection[tuple[str, int, str]],
) -> DrawnItem | None:
    """Return the next item of a stratum, by ``u``, instead of one that cannot be judged; None where all are drawn.

    ``taken`` are the conversation, segment and agent of each that was drawn; an agent is "" where that did not matter.
    With it the n + 1 smallest numbers are drawn, so the probability is (n + 1) / N, or the share where that is larger.
    """
    by_stratum: defaultdict[str, list[Candidate]] = defaultdict(list)
    for each in candidates:
        by_stratum[each.stratum].append(each)
    whole = stratum
    for each in (RISK, FIRST, REST):
        whole = whole.removesuffix(f"/{each}")
    for key in {stratum, whole} & by_stratum.keys():
        for name, members, quota in _parts(plan, seed, key, by_stratum[key]):
            if name != stratum:
                continue
            numbered = sorted((permanent_number(seed, each.key), each) for each in members)
            free = [(u, each) for u, each in numbered if not _is_taken(each, taken)]
            if not free:
                return None
            share = (quota.percent or 0.0) / 100
            drawn = len(numbered) - len(free) + 1
            return replace(
                _item(plan, seed, name, free[0][1], (free[0][0], max(share, drawn / len(numbered)))),
                has_second=False,
                more=(),
            )
    return None


def again_of(one: Assignment, number: float) -> DrawnItem:
    """Return a submitted assignment as an item that comes back to its auditor, who sees neither machine nor others."""
    return DrawnItem(
        conversation_id=one.conversation_id or "",
        agent_id=one.agent_id or "",
        stratum=AGAIN,
        u=number,
        probability=None,
        hidden=("machine", "others"),
        rater=one.rater,
        segment=one.segment,
        role="second",
    )


def _is_taken(candidate: Candidate, taken: Collection[tuple[str, int, str]]) -> bool:
    known = (candidate.conversation_id, candidate.segment)
    if candidate.agent_id:
        return (*known, candidate.agent_id) in taken
    return any((one, segment) == known for one, segment, _ in taken)


def deal(
    items: Sequence[DrawnItem],
    auditors: Sequence[PlanAuditor],
    done: Mapping[str, int],
    day: date,
    away: Collection[str] = (),
) -> list[DrawnItem]:
    """Deal items to auditors in order, so that their shares are met best together with what they have been dealt.

    Each further opinion goes to another auditor. Auditors who are away on that day, by the plan or among ``away``, get
    nothing; without any auditor the first one to ask gets an item.
    """
    present = [each for each in auditors if not each.is_away(day) and each.user not in away]
    shares = {each.user: each.share for each in present if each.share > 0}
    given = {user: done.get(user, 0) for user in shares}

    def next_of(users: Iterable[str]) -> str | None:
        total = sum(given.values()) + 1
        whole = sum(shares.values())
        found = max(users, key=lambda user: shares[user] * total / whole - given[user], default=None)
        if found is not None:
            given[found] += 1
        return found

    dealt: list[DrawnItem] = []
    for item in items:
        rater = next_of(shares)
        seconds: list[str | None] = []
        for _ in range(1 + len(item.more) if item.has_second else 0):
            seconds.append(next_of(user for user in shares if user not in (rater, *seconds)))
        first, more = next(iter(seconds), None), tuple(seconds[1:])
        dealt.append(replace(item, rater=rater, second=first, more=more))
    return dealt


def candidates_of(  # noqa: PLR0913  (each is a fact of the conversation)
    conversation_id: str,
    agents: Sequence[str],
    queue: str,
    *,
    per: Per,
    is_risky: bool,
    segment: int = 0,
    rank: float | None = None,
) -> list[Candidate]:
    """Return a conversation as it is in the frame: once for each of the agents who are judged.

    Per agent, a conversation without a known agent is in no stratum.
    """
    one = Candidate(conversation_id=conversation_id, is_risky=is_risky, segment=segment, rank=rank)
    if per == "agent":
        return [replace(one, agent_id=agent, stratum=agent) for agent in agents]
    stratum = queue if per == "queue" else ALL
    return [replace(one, agent_id=agent, stratum=stratum) for agent in agents or ("",)]
