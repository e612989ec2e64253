"""Stage 3: what there is to find in a conversation, beside any form. Pure: the engines are asked in between.

Language comes first, for it says which analyzers have to ask anything at all.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import to_builtins
from msgspec.structs import replace

from auscult.analyzers._contract import Analyzer, Unknown
from auscult.analyzers.configured_intents import ConfiguredIntents
from auscult.domain.conversation import Conversation
from auscult.domain.insight import Insights
from auscult.domain.probe import Answers, FailedAnswerError, Probe

Analyzers = Mapping[str, Analyzer[Any]]

LANGUAGE = "language"


class Analysis(NamedTuple):
    """A conversation on its way: what is known of it so far, and what must be asked to know more."""

    conversation: Conversation
    known: Insights
    probes: tuple[Probe, ...]


def open_analysis(conversation: Conversation, analyzers: Analyzers, answered: Collection[type[Probe]]) -> Analysis:
    """Tell the language, and collect the questions of the analyzers that understand it.

    ``answered`` are the kinds of probes for which there is an engine: others are not asked.
    """
    known = Insights()
    if LANGUAGE in analyzers:
        known = _learn(known, LANGUAGE, analyzers[LANGUAGE].analyze(conversation, {}, known))
    probes = dict.fromkeys(
        probe
        for analyzer in analyzers.values()
        if not analyzer.languages or known.language is None or known.language in analyzer.languages
        for probe in analyzer.probes(conversation)
        if type(probe) in answered
    )
    return Analysis(conversation, known, tuple(probes))


def analyze(opened: Sequence[Analysis], analyzers: Analyzers, answers: Answers) -> list[Insights]:
    """What all analyzers find, for each conversation in order. An analyzer goes over all of them before the next does.

    So what it looks for stays in the processor's cache; there should not be too many at a time.
    """
    known = [each.known for each in opened]
    for field, analyzer in analyzers.items():
        if field == LANGUAGE:
            continue
        for place, each in enumerate(opened):
            try:
                found = analyzer.analyze(each.conversation, answers, known[place])
            except FailedAnswerError as failure:
                found = Unknown(f"the judge gave no usable answer: {failure}")
            known[place] = _learn(known[place], field, found)
    sorting = analyzers.get(ConfiguredIntents.field)
    taxonomies = sorting.taxonomies if isinstance(sorting, ConfiguredIntents) else ()
    return [
        replace(
            one,
            engines=tuple(sorted({answers[probe].engine for probe in each.probes if probe in answers})),
            taxonomies=taxonomies if one.configured_intents is not None else (),
        )
        for one, each in zip(known, opened, strict=True)
    ]


def _learn(known: Insights, field: str, found: object) -> Insights:
    """What was known, and what was found or why it cannot be."""
    if isinstance(found, Unknown):
        return replace(known, unknown={**known.unknown, field: found.reason})
    if field in Insights.__struct_fields__:
        return replace(known, **{field: found})
    return replace(known, added={**known.added, field: to_builtins(found)})
