"""What agents ask of the assistant, on a real store, both databases."""

import pytest

from auscult.domain.assist.assistance import AssistedAgent
from auscult.domain.assist.live_settings import AssistSettings
from auscult.domain.errors import ConflictError
from auscult.services.assist.knowledge import add_document
from tests.integration.assist.test_assist import CODE, PASSWORD, Desk, said


def test_a_summary_asked_for_again_is_the_same_one(desk: Desk) -> None:
    """With nothing said in between it counts once, under any key and also at the limit; another agent has their own."""
    desk.app.live.configure(AssistSettings(summaries_per_agent=1))
    desk.hear("c-1", said("m-1", CODE))
    assistant, agent = desk.assistant(), AssistedAgent(id="a-1")
    conversation = assistant.conversation(desk.app, "c-1")
    first = assistant.summarize(conversation, agent, "k-1")
    assert [assistant.summarize(conversation, agent, key) for key in ("k-2", None)] == [first, first]
    assert assistant.summarize(conversation, AssistedAgent(id="a-2")).id != first.id
    assert len(conversation.state().assist.summaries) == 2
    desk.hear("c-1", said("m-2", PASSWORD))
    assert assistant.summarize(conversation, agent, "k-1") == first
    with pytest.raises(ConflictError, check=lambda error: error.reason == "summary.limit_reached"):
        assistant.summarize(conversation, agent, "k-3")


def test_sources_are_what_the_answer_rests_on_each_with_its_own_version(desk: Desk) -> None:
    """A quoted suggestion rests on one passage; a search shows all that it found; other documents' changes change no version."""
    add_document(desk.app, "promos.md", b"# Promo codes\n\nA promo code is valid for nine days.\n", "en")
    add_document(desk.app, "hours.md", b"# Opening hours\n\nWe are open from nine to five.\n", "en")
    desk.hear("c-1", said("m-1", CODE))
    assistant = desk.assistant()
    assistant.process(desk.app, "c-1")
    conversation = assistant.conversation(desk.app, "c-1")
    (suggestion,) = conversation.state().assist.suggestions
    assert [each.text for each in suggestion.sources] == [suggestion.text]
    found = assistant.search(conversation, CODE, AssistedAgent(id="a-1"))
    versions = {each.source: each.version for each in found.sources}
    assert (versions["faq.csv"], versions["promos.md"]) == (1, 2)
