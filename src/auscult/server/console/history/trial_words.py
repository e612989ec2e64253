"""Words of a conversation that are added to a question of the form: redacted first, as the form outlives them."""

from collections.abc import Sequence

from msgspec import Struct

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import RequestError
from auscult.domain.evaluation import MetricResult
from auscult.domain.form import primary
from auscult.domain.privacy.conversations import hints_of
from auscult.domain.privacy.redaction import Hints, Utterance
from auscult.language import gettext as _
from auscult.server.console.definitions.forms.builder import path_text
from auscult.server.console.frame.posted import Given, one
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.visit import Visit
from auscult.services.definitions.forms.editing.changes import changed
from auscult.services.definitions.forms.editing.questions import value_of
from auscult.services.definitions.forms.editing.said import WordList, with_words, word_lists
from auscult.storage.store import AppStore

SAY = "say"
"""The action of the builder that adds words."""
_SHOWN = 40


class AddingView(Struct, frozen=True, kw_only=True):
    """The words of a turn, redacted, and the lists that they can be added to: the path of each, and its name."""

    turn_id: str
    words: str
    lists: tuple[tuple[str, str], ...]
    chosen: str


def lists_for(document: bytes, conversation: Conversation) -> list[WordList]:
    """Return the lists of a document that words of a conversation can be added to."""
    spoken = primary(conversation.language)
    found = word_lists(value_of(document))
    return [each for each in found if not each.language or primary(each.language) == spoken]


def adding(
    visit: Visit, results: Sequence[MetricResult], lists: list[WordList], conversation: Conversation, turn_id: str
) -> AddingView:
    """Return the words of a turn as they can be added, and the lists of questions that listen to its speaker.

    ``results`` are those of every question, in order: that of one which the turn decided is chosen.
    """
    turn = next(each for each in conversation.turns if each.id == turn_id)
    its = [each for each in lists if each.hears(turn.speaker)]
    decided = {n for n, each in enumerate(results) if any(one.turn_id == turn_id for one in each.verdict.evidence)}
    return AddingView(
        turn_id=turn_id,
        words=nameless(visit.app, conversation, turn),
        lists=tuple((path_text(each.path), _label(each)) for each in its),
        chosen=next((path_text(each.path) for each in its if each.place in decided), ""),
    )


def nameless(app: AppStore, conversation: Conversation, turn: Turn) -> str:
    """Return the words of a turn as a document may have them, which outlives the conversation: redacted, without names."""
    said = [Utterance(each.speaker, each.text) for each in conversation.turns]
    return " ".join(app.privacy.nameless(said, hints_of(conversation))[conversation.turns.index(turn)].split())


def with_said(visit: Visit, document: bytes, base: bytes, data: Given) -> tuple[bytes, str]:
    """Add the posted words to the list that is chosen; return the document, and what was done in words.

    Raises ``RequestError``.
    """
    found = next((each for each in word_lists(value_of(document)) if path_text(each.path) == one(data, "list")), None)
    if found is None:
        message = _("choose the question that the words are added to; the form may have changed meanwhile")
        raise RequestError(message, code="field.unknown_value", field="list")
    said = " ".join(one(data, "words").split())
    (words,) = visit.app.privacy.nameless([Utterance(found.speaker, said)], Hints())
    if not words:
        raise RequestError(_("enter the words that are added"), code="field.missing", field="words")
    if words in (found.words or ()):
        message = _("the question has these words already: {words}").format(words=words)
        raise RequestError(message, code="field.out_of_range", field="words", value=words)
    done = _("Added to {question}, never Yes: {words}") if found.is_never else _("Added to {question}, Yes: {words}")
    return changed(document, with_words(found, words), base=base), done.format(question=found.question, words=words)


def _label(found: WordList) -> str:
    """Return the name of a list: its question, its answer, and the first of its words where it has any."""
    answer = _("{question}: never Yes") if found.is_never else _("{question}: Yes")
    label = answer.format(question=found.question)
    if not found.words:
        return label
    return _("{list}, as {words}").format(list=label, words=f"\u201c{excerpt(found.words[0], _SHOWN)}\u201d")
