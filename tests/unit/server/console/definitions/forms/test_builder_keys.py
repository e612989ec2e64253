"""Every key of a form is in the builder, or named as one that stays in the text: the table in docs/reference/forms.md."""

from auscult.metrics import METRICS
from auscult.server.console.definitions.forms.builder import BuilderView, Control, builder_view
from auscult.services.definitions.forms.document import read_document
from tests.data_files import data_of
from tools.builder_keys import PAGE, keys, page

FORM = data_of(__file__, "form").encode()


def controls(of: tuple[Control, ...]) -> list[Control]:
    """Return controls and all within them."""
    return [inner for each in of for inner in (each, *controls((*each.parts, *each.rows)))]


def opened() -> BuilderView:
    """Return the builder with its question open."""
    return builder_view(read_document(FORM), (), 0)


def test_every_key_has_an_entry() -> None:
    """A key has a label or a reason why only the text has it."""
    assert [f"{each.thing}.{each.key}" for each in keys() if not each.label and not each.reason] == []


def test_the_page_has_the_table() -> None:
    """The reference is as `make docs` writes it."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_the_table_has_every_type_and_what_is_within() -> None:
    """Keys of the types of metrics, and of their lists and parts, are in the table."""
    found = {(each.thing, each.key) for each in keys()}
    assert set(METRICS) <= {thing for thing, _ in found}
    assert {("Entry", "similar"), ("assignment", "queue"), ("Band", "at_least"), ("Meaning", "means")} <= found


def test_the_builder_follows_the_table() -> None:
    """A key that the table places in the builder has a control; one that it leaves to the text is shown with its line."""
    view = opened()
    fields = [control for _heading, of in view.sections[0].questions[0].fields for control in of]
    kept = [(each.label, each.line) for each in controls((*view.settings, *fields)) if each.kind == "kept"]
    assert sorted(kept) == [("id", 1), ("id", 6), ("pattern", 10), ("tags", 4)]
    shown = {each.path.rpartition(".")[2] for each in view.settings if each.kind != "kept"}
    of_form = [each for each in keys() if each.thing == "form" and each.key not in ("metrics", "sections")]
    assert shown == {each.key for each in of_form if each.reason is None}
