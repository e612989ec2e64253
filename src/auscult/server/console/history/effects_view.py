"""The conversations that a taxonomy would move, next to publishing it: those that a person is shown."""

from collections.abc import Collection, Sequence

from msgspec import Struct

from auscult.domain.form_examples import Trials, TriedTopic
from auscult.services.history.topic_effect import Moved, TopicEffect, TopicNames

MOST_MOVES, _MOST_MOVED = 12, 12


class Stays(Struct, frozen=True, array_like=True):
    """The topic that a turn belongs to, empty where it has none: what a button keeps as an example."""

    conversation_id: str
    turn_id: str
    wanted: str


def to_look_at(found: TopicEffect, trials: Trials[TriedTopic], right: Collection[str]) -> list[Moved]:
    """Return those that move and that no example is about, without ``right``, which were put away."""
    kept = {(each.example.conversation_id, each.example.turn_id) for each in trials.tried}
    return [
        each
        for each in found.moved
        if each.conversation_id not in right and (each.conversation_id, each.turn_id) not in kept
    ]


def varied(moved: Sequence[Moved]) -> list[Moved]:
    """Return some that move, those of each move in turn: the commonest does not hide the others."""
    queues: dict[tuple[tuple[TopicNames, ...], tuple[TopicNames, ...]], list[Moved]] = {}
    for each in moved:
        queues.setdefault((each.before, each.after), []).append(each)
    found: list[Moved] = []
    for at in range(_MOST_MOVED):
        found += [each[at] for each in queues.values() if at < len(each)]
    return found[:_MOST_MOVED]
