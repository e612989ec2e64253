"""Summaries while a conversation goes on: what the analyzer of summaries says of it so far."""

from auscult.domain.conversation import Conversation
from auscult.pipeline.analyze import LANGUAGE, Analyzers, analyze, open_analysis
from auscult.pipeline.ask import ask
from auscult.pipeline.assist import Summarize
from auscult.pipeline.ports import Engines

SUMMARY = "summary"


def summarizer(analyzers: Analyzers, engines: Engines) -> Summarize:
    """Summarise by the analyzer of that name, with the language told before, and nothing else."""
    needed = {name: analyzers[name] for name in (LANGUAGE, SUMMARY) if name in analyzers}

    def summarize(conversation: Conversation) -> str | None:
        opened = open_analysis(conversation, needed, engines.keys())
        found = analyze([opened], needed, ask(opened.probes, engines))[0].summary
        return found.text if found else None

    return summarize
