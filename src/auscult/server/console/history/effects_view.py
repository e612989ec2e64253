"""The effect of a taxonomy, next to publishing it."""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from auscult.domain.definitions.taxonomy import BELOW
from auscult.domain.form_examples import Trials, TriedTopic
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.form_examples.examples_view import counted, erased
from auscult.server.console.frame.naming import BETWEEN
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import Reader
from auscult.services.history.topic_effect import Moved, TopicEffect, TopicNames

_MOST_MOVES, _MOST_MOVED = 12, 12


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
