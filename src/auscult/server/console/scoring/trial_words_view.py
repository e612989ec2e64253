"""Words of a turn that can be added to a question, and the lists to choose from."""

from collections.abc import Container, Sequence

from msgspec import Struct

from auscult.language import gettext as _
from auscult.server.console.definitions.forms.builder import path_text
from auscult.server.console.frame.quoting import excerpt
from auscult.services.definitions.forms.editing.said import WordList

_SHOWN = 40


class AddingView(Struct, frozen=True, kw_only=True):
    """The words of a turn, redacted, and the lists that they can be added to: the path of each, and its name."""

    turn_id: str
    words: str
    lists: tuple[tuple[str, str], ...]
    chosen: str = ""


def adding_view(turn_id: str, words: str, lists: Sequence[WordList], decided: Container[int]) -> AddingView:
    """Show what can be done with the words of a turn. ``decided`` are the places of the questions that it decided."""
    return AddingView(
        turn_id=turn_id,
        words=words,
        lists=tuple((path_text(each.path), _label(each)) for each in lists),
        chosen=next((path_text(each.path) for each in lists if each.place in decided), ""),
    )


def _label(found: WordList) -> str:
    """Return the name of a list: its question, its answer, and the first of its words where it has any."""
    answer = _("{question}: never Yes") if found.is_never else _("{question}: Yes")
    label = answer.format(question=found.question)
    if not found.words:
        return label
    return _("{list}, as {words}").format(list=label, words=f"\u201c{excerpt(found.words[0], _SHOWN)}\u201d")
