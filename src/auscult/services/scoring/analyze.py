"""Stage 3: findings in a conversation, independent of any form. Pure: the engines are asked in between.

Language comes first, for it decides which analyzers have to ask anything at all.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import to_builtins
from msgspec.structs import replace

from auscult.analyzers._contract import Analyzer, Unknown
from auscult.analyzers.sentiment.emotions import Emotions
from auscult.analyzers.topics.configured_intents import ConfiguredIntents
from auscult.domain.conversation import Conversation
from auscult.domain.errors import coded, said, sent
from auscult.domain.insight import Insights
from auscult.domain.probe import Answers, FailedAnswerError, Probe

Analyzers = Mapping[str, Analyzer[Any]]

LANGUAGE = "language"


class Analysis(NamedTuple):
    """A conversation on its way: what is known of it so far, and what must be asked to know more."""

    conversation: Conversation
    known: Insights
    probes: tuple[Probe, ...]


def spoken_language(conversation: Conversation, analyzers: Analyzers, known: Insights | None = None) -> str | None:
    """Return the language of a conversation: as analysed before, else as the analyzer finds it, else as it is tagged.

    None where nothing is said.
    """
    if known is not None and known.language is not None:
        return known.language
    if LANGUAGE not in analyzers:
        return conversation.language
    found = analyzers[LANGUAGE].analyze(conversation, {}, Insights())
    return found if isinstance(found, str) else None


def without_agents(analyzers: Analyzers) -> Analyzers:
    """The analyzers, with the one of emotions looking for those of customers alone."""
    return {name: Emotions(agents=False) if isinstance(one, Emotions) else one for name, one in analyzers.items()}


def open_analysis(conversation: Conversation, analyzers: Analyzers, answered: Collection[type[Probe]]) -> Analysis:
    """Detect the language, and collect the questions of the analyzers that understand it.

    ``answered`` are the kinds of probes for which there is an engine: others are not asked.
    """
    known = Insights()
    if LANGUAGE in analyzers:
        known = _learn(known, LANGUAGE, analyzers[LANGUAGE].analyze(conversation, {}, known))
    probes = dict.fromkeys(
        probe
        for analyzer in analyzers.values()
        if _asks(analyzer, known.language)
        for probe in analyzer.probes(conversation)
        if type(probe) in answered
    )
    return Analysis(conversation, known, tuple(probes))


def _asks(analyzer: Analyzer[Any], language: str | None) -> bool:
    """Return whether an analyzer has questions for engines in a language: those of ``asks_in``, else all it understands."""
    asks_in: frozenset[str] = getattr(analyzer, "asks_in", analyzer.languages)
    return not asks_in or language is None or language in asks_in


def analyze(opened: Sequence[Analysis], analyzers: Analyzers, answers: Answers) -> list[Insights]:
    """Return the findings of all analyzers, for each conversation in order. Analyzers run one after the other over all.

    So an analyzer's data stays in the processor's cache; there should not be too many conversations at a time.
    """
    known = [each.known for each in opened]
    for field, analyzer in analyzers.items():
        if field == LANGUAGE:
            continue
        for index, each in enumerate(opened):
            try:
                found = analyzer.analyze(each.conversation, answers, known[index])
            except FailedAnswerError as failure:
                found = Unknown(coded("the judge gave no usable answer: {fault}", fault=said(failure)))
            known[index] = _learn(known[index], field, found)
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
    """Add a finding, or the reason why there is none."""
    if isinstance(found, Unknown):
        return replace(known, unknown={**known.unknown, field: found.reason})
    if field in Insights.__struct_fields__:
        return replace(known, **{field: found})
    return replace(known, added={**known.added, field: to_builtins(found, enc_hook=sent)})
