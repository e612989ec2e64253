"""Decisions of agents on an app's suggestions, to which their certainty is fitted.

An agent who sends a suggestion says that it was right; *None of these*, or another passage in its place, says that it
was not.
"""

from collections.abc import Sequence

from auscult.domain.assist.live import Event, Rated, Suggested, Used
from auscult.domain.statistics.calibration import Lesson


def lessons_of(events: Sequence[Event], engine: str) -> list[Lesson]:
    """Return what agents decided in a conversation on suggestions by an engine.

    Their own words in place of a suggestion say nothing of it.
    """
    given = {
        each.answer.request_id: each.answer
        for each in events
        if isinstance(each, Suggested) and _searched_by(each.answer.engine or "") == engine
    }
    right: dict[str, bool] = {}
    for event in events:
        if isinstance(event, Rated) and event.about == "suggestion" and event.of is not None and event.of in given:
            if event.feedback.value == "dislike":
                right.setdefault(event.of, False)
            else:
                right.pop(event.of, None)
    for event in events:
        if not isinstance(event, Used) or event.request_id not in given or event.use == "copied":
            continue
        others = {each.answer or each.text for each in given[event.request_id].alternatives}
        if event.use == "sent":
            right[event.request_id] = True
        elif event.text in others:
            right[event.request_id] = False
        else:
            right.pop(event.request_id, None)
    return [
        Lesson(stated, is_right) for name, is_right in right.items() if (stated := given[name].likelihood) is not None
    ]


def _searched_by(engine: str) -> str:
    """Return the engine that found the passages, without the models that wrote from them or put them in order."""
    return engine.rpartition(" from ")[2].partition(", ordered by ")[0]
