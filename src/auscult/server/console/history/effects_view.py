"""The effect of a scorecard or a taxonomy, next to publishing it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from auscult.domain.definitions.scorecard import Scorecard
from auscult.domain.definitions.taxonomy import BELOW
from auscult.domain.evaluation import Qualification
from auscult.domain.form_examples import Trials, TriedTopic
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.form_examples.examples_view import counted, erased
from auscult.server.console.frame.naming import BETWEEN
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import Reader
from auscult.services.history.card_effect import AgentEffect, CardEffect
from auscult.services.history.topic_effect import Moved, TopicEffect, TopicNames

_HUNDRED = 100
_MOST_MOVES, _MOST_MOVED = 12, 12
_RESULTS: dict[tuple[bool | None, bool | None], str] = {(True, False): "fail", (False, True): "pass"}
_ANSWERS: tuple[Qualification, ...] = ("YES", "NO", "NA")


class AgentRow(Struct, frozen=True, kw_only=True):
    """An agent: scores in words, and as places from 0 to 100. ``result`` is pass or fail where it becomes another."""

    name: str
    href: str
    conversations: str
    before: str
    after: str
    start: float | None
    end: float | None
    result: str


class AnswerRow(Struct, frozen=True, kw_only=True):
    """A question of the scorecard: its share of the whole, where it differs that before, and its answers."""

    name: str
    share: str
    before: str
    yes: str
    no: str
    na: str
    is_few: bool


class CardEffectView(Struct, frozen=True, kw_only=True):
    """The effect of a scorecard; without a ``title`` nothing is known. ``same``: agents whose score and result stay."""

    title: str = ""
    notes: tuple[str, ...] = ()
    agents: tuple[AgentRow, ...] = ()
    same: tuple[AgentRow, ...] = ()
    needed: float | None = None
    answers: tuple[AnswerRow, ...] = ()


class Stays(Struct, frozen=True, array_like=True):
    """The topic that a turn belongs to, empty where it has none: what a button keeps as an example."""

    conversation_id: str
    turn_id: str
    wanted: str


class MovedRow(Struct, frozen=True, kw_only=True):
    """A conversation that moves: its words, from where to where, and how sure that is. ``stays``: what its button sends."""

    id: str
    href: str
    said: str
    what: str
    stays: str


class TopicExampleRow(Struct, frozen=True, kw_only=True):
    """An example that the draft sorts otherwise: its words, and the topics that are expected and found."""

    id: str
    href: str
    said: str
    what: str


class TopicEffectView(Struct, frozen=True, kw_only=True):
    """The effect of a taxonomy; without a ``title`` nothing is known. ``moves`` are from, to and number.

    ``right`` are the conversations whose rows the reader has put away; ``more`` is how many are not shown yet. ``examples``
    is how many are right, ``wrong`` are the others, and ``erased`` how many lost their conversation.
    """

    title: str = ""
    notes: tuple[str, ...] = ()
    moves: tuple[tuple[str, str, str], ...] = ()
    moved: tuple[MovedRow, ...] = ()
    right: tuple[str, ...] = ()
    more: str = ""
    examples: str = ""
    wrong: tuple[TopicExampleRow, ...] = ()
    erased: str = ""
    problem: str = ""
    may_edit: bool = False


def card_effect_view(  # noqa: PLR0913, PLR0917  (all that it shows)
    found: CardEffect, before: Scorecard | None, after: Scorecard, names: Mapping[str, str], reader: Reader, base: str
) -> CardEffectView:
    """Show the effect of a scorecard. ``names`` are those of questions, by id."""
    if not found.read:
        return CardEffectView(title=_("No conversation was scored yet, so its effect is not known."))
    often = Counter(each.name.casefold() for each in found.agents)
    rows = [_agent(each, reader, base, has_namesake=often[each.name.casefold()] > 1) for each in found.agents]
    differs = [before is None or each.before != each.after or each.passes[0] != each.passes[1] for each in found.agents]
    return CardEffectView(
        title=_card_title(found, before, reader),
        notes=tuple(_card_notes(found, before, reader)),
        agents=tuple(row for row, is_other in zip(rows, differs, strict=True) if is_other),
        same=tuple(row for row, is_other in zip(rows, differs, strict=True) if not is_other),
        needed=_place(after.pass_score) if after.pass_score > 0 else None,
        answers=tuple(_answers(found, before, after, names, reader)),
    )


def _card_title(found: CardEffect, before: Scorecard | None, reader: Reader) -> str:
    """Return what changes first: agents that no longer reach the score, or do now; else how many change at all."""
    all_agents = reader.number(len(found.agents))
    if before is None:
        return ngettext("{n} agent has a score", "{n} agents have a score", len(found.agents)).format(n=all_agents)
    falls = sum(each.passes == (True, False) for each in found.agents)
    rises = sum(each.passes == (False, True) for each in found.agents)
    if falls or rises:
        said = _("Of {n} agents, {falls} would no longer reach the score that is needed, and {rises} newly would")
        if not rises:
            said = _("Of {n} agents, {falls} would no longer reach the score that is needed")
        elif not falls:
            said = _("Of {n} agents, {rises} would newly reach the score that is needed")
        return said.format(n=all_agents, falls=reader.number(falls), rises=reader.number(rises))
    changed = sum(each.before != each.after for each in found.agents)
    if not changed:
        return ngettext(
            "The score of {n} agent stays as it is", "The scores of {n} agents stay as they are", len(found.agents)
        ).format(n=all_agents)
    said = _("Of {n} agents, {changed} get another score")
    return said.format(n=all_agents, changed=reader.number(changed))


def _card_notes(found: CardEffect, before: Scorecard | None, reader: Reader) -> Iterator[str]:
    read = _("It counts {counted} of the newest {n} scored conversations.")
    read = read.format(n=reader.number(found.read), counted=reader.number(found.counted))
    old, new = (_score(each, reader) for each in found.mean)
    mean = (
        _("Their mean is {after}.") if before is None or old == new else _("Their mean goes from {before} to {after}.")
    )
    yield f"{read} {mean.format(before=old, after=new)}" if found.counted else read
    if found.gained or found.lost:
        said = _("Of {n} conversations {gained} would pass that failed, and {lost} fail that passed.")
        n, gained, lost = map(reader.number, (found.counted, found.gained, found.lost))
        yield said.format(n=n, gained=gained, lost=lost)


def _agent(each: AgentEffect, reader: Reader, base: str, *, has_namesake: bool) -> AgentRow:
    return AgentRow(
        name=f"{each.name} ({each.agent_id})" if has_namesake else each.name,
        href=f"{base}/conversations?{urlencode({'agent': each.agent_id})}",
        conversations=reader.number(each.conversations),
        before=_score(each.before, reader),
        after=_score(each.after, reader),
        start=_place(each.before),
        end=_place(each.after),
        result=_RESULTS.get(each.passes, ""),
    )


def _answers(
    found: CardEffect, before: Scorecard | None, after: Scorecard, names: Mapping[str, str], reader: Reader
) -> Iterator[AnswerRow]:
    """Yield the questions of the new scorecard in its order."""
    old = dict(_shares(before)) if before else {}
    for metric, share in _shares(after):
        answers = found.answers.get(metric, Counter[Qualification]())
        yes, no, na = (answers[each] for each in _ANSWERS)
        was = _share(old.get(metric), reader)
        yield AnswerRow(
            name=names.get(metric, metric),
            share=_share(share, reader),
            before="" if before is None or was == _share(share, reader) else was,
            yes=reader.number(yes),
            no=reader.number(no),
            na=reader.number(na),
            is_few=yes + no == 0,
        )


def _shares(card: Scorecard) -> Iterator[tuple[str, Decimal]]:
    for attribute in card.attributes:
        for one in attribute.metrics:
            yield one.metric, attribute.weight * one.weight / _HUNDRED


def _share(value: Decimal | None, reader: Reader) -> str:
    return "\u2013" if value is None else reader.share(value / _HUNDRED, 0 if value == round(value) else 1)


def _score(value: Decimal | None, reader: Reader) -> str:
    return "\u2013" if value is None else reader.number(value, 1)


def _place(value: Decimal | None) -> float | None:
    return None if value is None else float(min(max(value, Decimal(0)), Decimal(_HUNDRED)))


def topic_effect_view(  # noqa: PLR0913, PLR0917  (all that it shows)
    found: TopicEffect,
    version: int,
    trials: Trials[TriedTopic],
    right: tuple[str, ...],
    reader: Reader,
    base: str,
) -> TopicEffectView:
    """Show the effect of a taxonomy. ``version`` is the one in force, 0 without one; rows of ``right`` are put away."""
    if not found.read:
        return TopicEffectView(title=_("No conversation in its languages is stored yet, so its effect is not known."))
    n = len(found.moved)
    title = _("No conversation would move")
    if n:
        title = ngettext("{n} conversation would move", "{n} conversations would move", n).format(n=reader.number(n))
    moves = found.moves.most_common()
    rest = sum(count for _move, count in moves[_MOST_MOVES:])
    rows = [(_topics(gone), _topics(come), reader.number(count)) for (gone, come), count in moves[:_MOST_MOVES]]
    kept = {(each.example.conversation_id, each.example.turn_id) for each in trials.tried}
    open_ = [
        each
        for each in found.moved
        if each.conversation_id not in right and (each.conversation_id, each.turn_id) not in kept
    ]
    shown = _varied(open_)
    more = len(open_) - len(shown)
    return TopicEffectView(
        title=title,
        notes=tuple(_topic_notes(found, version, reader)),
        moves=(*rows, *(((_("other topics"), _("other topics"), reader.number(rest)),) if rest else ())),
        moved=tuple(_moved(each, reader, base) for each in shown),
        right=right,
        more=ngettext("{n} more to look at", "{n} more to look at", more).format(n=reader.number(more)) if more else "",
        examples=counted(trials) if trials.tried else "",
        wrong=tuple(_wrong(each, base) for each in trials.wrong),
        erased=erased(trials.erased),
    )


def _wrong(each: TriedTopic, base: str) -> TopicExampleRow:
    its = each.example
    said = next((turn.text for turn in each.conversation.turns if turn.id == its.turn_id), "")
    shown = [name.replace(BELOW, BETWEEN) or _("no topic") for name in (its.wanted, ", ".join(each.found))]
    return TopicExampleRow(
        id=its.example_id,
        href=f"{base}/conversations/{each.conversation.id}#t-{its.turn_id}",
        said=excerpt(said),
        what=_("should be {wanted}, would be {found}").format(wanted=shown[0], found=shown[1]),
    )


def _topic_notes(found: TopicEffect, version: int, reader: Reader) -> Iterator[str]:
    read = _("The newest {n} conversations in its languages, sorted with this text.")
    if version:
        read = _("The newest {n} conversations in its languages, sorted with this text and with version {version}.")
    yield read.format(n=reader.number(found.read), version=version)
    before, after = found.without
    said = _("Without a topic: {after}, as before.") if before == after else _("Without a topic: {before} to {after}.")
    yield said.format(before=reader.number(before), after=reader.number(after))


def _varied(moved: Sequence[Moved]) -> list[Moved]:
    """Return some that move, those of each move in turn: the commonest does not hide the others."""
    queues: dict[tuple[tuple[TopicNames, ...], tuple[TopicNames, ...]], list[Moved]] = {}
    for each in moved:
        queues.setdefault((each.before, each.after), []).append(each)
    found: list[Moved] = []
    for at in range(_MOST_MOVED):
        found += [each[at] for each in queues.values() if at < len(each)]
    return found[:_MOST_MOVED]


def _moved(each: Moved, reader: Reader, base: str) -> MovedRow:
    what = _("{before} to {after}").format(before=_topics(each.before), after=_topics(each.after))
    if each.confidence is not None:
        what = _("{what}, {share} sure").format(what=what, share=reader.share(each.confidence))
    stays = Stays(each.conversation_id, each.turn_id, BELOW.join(each.former))
    return MovedRow(
        id=each.conversation_id,
        href=f"{base}/conversations/{each.conversation_id}#t-{each.turn_id}",
        said=excerpt(each.said),
        what=what,
        stays=f"stays:{msgspec.json.encode(stays).decode()}",
    )


def _topics(names: tuple[TopicNames, ...]) -> str:
    return ", ".join(BETWEEN.join(each) for each in names) or _("no topic")
