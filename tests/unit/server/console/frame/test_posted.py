"""Errors on forms, as sentences in the reader's language."""

from auscult.domain.errors import RequestError, coded, invalid, unknown
from auscult.language import later, speaking
from auscult.server.console.frame.posted import sentence, sentence_of


def test_parts_are_filled() -> None:
    """Ids and names stay as they are; what is coded within a message is translated too."""
    error = RequestError("unknown form {value!r}; available: {list}", list="ef-{value}", field="form_id", value="ef-x")
    assert error.message == "unknown form 'ef-x'; available: ef-{value}"
    why = coded("another person decides dispute {id}: {why}", id="d-1", why=coded("they raised it"))
    with speaking("de"):
        assert sentence(error.coded) == "Unbekanntes Formular 'ef-x'; vorhanden: ef-{value}."
        assert sentence(why) == "Über Einspruch d-1 entscheidet eine andere Person: sie hat ihn selbst erhoben."
        assert sentence(unknown("dispute", "d-1").coded) == "Unbekannter Einspruch 'd-1'."
        assert sentence(why + "; " + coded("they raised it")).endswith("erhoben; sie hat ihn selbst erhoben.")


def test_other_languages_and_other_words_stay() -> None:
    """English readers see the message itself, and nobody sees less than that."""
    assert sentence("the date has passed") == "The date has passed."
    with speaking("de"):
        assert sentence("something that nobody has translated") == "Something that nobody has translated."


def test_fields_have_their_name_on_the_page() -> None:
    """The field is named as the page does, and the rest is translated."""
    error = invalid("plan.invalid", "quota.count", coded("use at least 1"), 0)
    assert error.message == "invalid quota.count: use at least 1"
    with speaking("de"):
        assert sentence_of(error, {"quota.count": later("Count")}).endswith(": nehmen Sie mindestens 1.")
