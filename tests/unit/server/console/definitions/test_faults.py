"""Faults of a form in the builder: at their field, in words, and with the button that fixes them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from auscult.domain.connectors import Item, Refused, Setup
from auscult.domain.connectors.run import Counts
from auscult.formats.tables._described import Described
from auscult.language import speaking
from auscult.server.console.connectors.changes import with_connector_changes
from auscult.server.console.connectors.findings import dry_view
from auscult.server.console.connectors.wizard_view import Made, Seen
from auscult.server.console.definitions.faults import FIXES, FaultLink, fixes_of
from auscult.server.console.definitions.forms.builder import BuilderView, Control, builder_view, form_faults
from auscult.server.console.definitions.forms.changes import with_changes
from auscult.server.console.definitions.scorecards.builder import Known
from auscult.server.console.definitions.scorecards.changes import with_card_changes
from auscult.server.console.definitions.taxonomies.changes import with_topic_changes
from auscult.server.console.frame.reader import Reader
from auscult.services.connectors.checking import Check, Row
from auscult.services.connectors.documents import check_connector
from auscult.services.definitions.forms.document import Problem, read_document
from auscult.services.definitions.forms.reading import check_form
from auscult.services.definitions.scorecards import check_scorecard
from auscult.services.definitions.taxonomies import check_taxonomy
from tests.data_files import data_of
from tests.template_parts import constants_of

FORM = data_of(__file__, "form")
ANSWER = "    answer: {speaker: agent, any_of: [{phrases: [hello]}]}\n"
OF_FORM = "pass_score: 70\n"
A_PERSON = FORM.replace("by_question", "manual").replace(ANSWER, "")

FIXED = {
    "put:scoring=points": (A_PERSON, "metrics[0].type"),
    "spread": (FORM.replace("weight: 40", "weight: 30"), "metrics"),
    "delete:sections.0": (FORM.replace("sections:\n", "sections:\n  - {id: se-0, name: Empty}\n"), "sections[0]"),
    "put:sections.0.pass_score=70": (FORM.replace("Opening}", "Opening, required: true}"), "sections[0].required"),
    "put:sections.0.weight=60": (FORM.replace("Opening}", "Opening, weight: 50}"), "sections[0].weight"),
    "put:pass_score=70": (FORM.replace(OF_FORM, "pass_score: 0\n"), "pass_score"),
    "put:pass_score=65": (FORM.replace(OF_FORM, "pass_score: 65%\n"), "pass_score"),
    "put:pass_score=75": (FORM.replace(OF_FORM, "pass_score: 0.75\n"), "pass_score"),
    "put:segments=true": (FORM.replace(OF_FORM, "handled_by: agent\n"), "handled_by"),
    "without:abstain": (FORM.replace(OF_FORM, "abstain: audit\n"), "abstain"),
    "put:languages.0=en": (FORM.replace("[en]", "[english]"), "languages[0]"),
    "remove:languages.1": (FORM.replace("[en]", "[en, en]"), "languages[1]"),
    "without:metrics.0.fatal": (FORM.replace("60", "60\n    bonus: true\n    fatal: true"), "metrics[0].bonus"),
    "without:metrics.0.negative_weight+metrics.0.fatal": (
        FORM.replace("60", "60\n    bonus: true\n    fatal: true\n    negative_weight: 5"),
        "metrics[0].bonus",
    ),
    "without:metrics.0.reason_required": (
        FORM.replace("60", "60\n    reason_required: true"),
        "metrics[0].reason_required",
    ),
    "without:metrics.1.fails_section": (FORM.replace("40", "40\n    fails_section: true"), "metrics[1].fails_section"),
    "without:metrics.1.min_words_per_minute": (
        FORM.replace("speaking_rate", "dead_air"),
        "metrics[1].min_words_per_minute",
    ),
    "without:metrics.0.met_at": (FORM.replace("60", "60\n    met_at: Good"), "metrics[0].met_at"),
    "without:metrics.0.answer.any_of.0.threshold": (
        FORM.replace("[hello]", "[hello], threshold: 0.5"),
        "metrics[0].answer.any_of[0].threshold",
    ),
    "put:metrics.0.weight=60": (FORM.replace("60", "-60"), "metrics[0].weight"),
    "put:metrics.0.section=se-a": (FORM.replace("section: se-a", "section: se-b"), "metrics[0].section"),
}
"""The act of the button that fixes each fault, a form that has the fault, and the field of the fault."""


def found_in(document: str) -> list[Problem]:
    """Return the faults and the warnings of a form."""
    check = check_form(document.encode())
    return [*check.problems, *check.warnings]


def links(document: str) -> tuple[FaultLink, ...]:
    """Return the list of faults as the builder shows it."""
    return form_faults(read_document(document.encode()), check_form(document.encode()))


def opened(document: str, place: int | None) -> BuilderView:
    """Return the builder with a question open."""
    check = check_form(document.encode())
    return builder_view(read_document(document.encode()), (*check.problems, *check.unanswered), place)


def shown(view: BuilderView) -> Iterator[Control]:
    """Yield everything on the page that may show a fault."""
    waiting = [view.whole, *view.settings]
    for section in view.sections:
        waiting += [section.whole, *section.fields]
        for question in section.questions:
            waiting += [*question.cells.values(), question.whole, *filter(None, (question.type, question.grades))]
            waiting += [each for _heading, fields in question.fields for each in fields]
    while waiting:
        control = waiting.pop()
        waiting += [*control.parts, *control.rows]
        if control.kind != "kept":
            yield control


@pytest.mark.parametrize("act", FIXED)
def test_a_button_fixes_it(act: str) -> None:
    """It is in the list of faults and at the field, and after it the fault is gone."""
    document, field = FIXED[act]
    (problem,) = (each for each in found_in(document) if each.field == field)
    (link,) = (each for each in links(document) if act in dict(each.fixes))
    assert link.control
    if not link.is_warning:
        view = opened(document, int(link.part) if link.part else None)
        (at,) = (each for each in shown(view) if each.element == link.control)
        assert act in dict(at.fixes)
        assert link.text in at.faults
    fixed = with_changes({}, document.encode(), document.encode(), act).document.decode()
    assert problem.reason not in [each.reason for each in found_in(fixed) if each.field == field]


CARD = """id: sc-1
name: Card
attributes:
  - {id: at-1, name: One, weight: 50, metrics: [{metric: em-a, weight: 100}]}
  - {id: at-2, name: Two, weight: 50, metrics: [{metric: em-b, weight: 100}]}
"""
TOPICS = """id: tx-1
name: Topics
languages: [en]
topics:
  - {name: Cards, description: Lost and stolen cards}
"""
CONNECTOR = """name: calls
place: s3://calls/2026
format: described
options: {columns: {id: call, started_at: begin, speaker: who, text: words}, speakers: {A: agent}}
every: 1h
"""
OF_OTHERS = {
    "delete:attributes.1.metrics.0": ("scorecard", CARD.replace("em-b", "em-a")),
    "delete:attributes.1": ("scorecard", CARD.replace("[{metric: em-b, weight: 100}]", "[]")),
    "put:attributes.1.metrics.0.metric=em-b": ("scorecard", CARD.replace("em-b", "em-bb")),
    "delete:attributes.0.metrics.0": ("scorecard", CARD.replace("em-a", "em-person")),
    "put:not_applicable=exclude": ("scorecard", f"{CARD}not_applicable: excluded\n"),
    "without:topics.0.resolution": ("taxonomy", TOPICS.replace("cards}", "cards, resolution: true}")),
    "put:format=described": ("connector", CONNECTOR.replace("described", "describd")),
    "put:format=zendesk-tickets": ("connector", CONNECTOR.replace("s3://calls/2026", "zendesk://example")),
}
"""The act of the button that fixes a fault of another document, its kind, and a document that has the fault."""
METRICS = {"em-a": "by_question", "em-b": "by_question", "em-person": "manual"}
KNOWN = Known(metrics={}, agents={}, languages={})


def found_in_other(kind: str, document: bytes) -> list[Problem]:
    """Return the faults and the warnings of a scorecard, a taxonomy or a connector."""
    if kind == "connector":
        return [*check_connector(document, "st-1").problems]
    check = check_taxonomy(document) if kind == "taxonomy" else check_scorecard(document, known_metrics=METRICS)
    return [*check.problems, *check.warnings]


def changed_by(kind: str, document: bytes, act: str) -> bytes:
    """Return a document after a button."""
    if kind == "connector":
        made, refused = with_connector_changes({}, document, document, act, {}, ())
        assert refused is None
        return made
    if kind == "taxonomy":
        edit = with_topic_changes({}, document, document, act, KNOWN, str)
    else:
        edit = with_card_changes({}, document, document, act, KNOWN)
    assert edit.refused is None
    return edit.document


@pytest.mark.parametrize("act", OF_OTHERS)
def test_a_button_fixes_a_fault_of_another_document(act: str) -> None:
    """Of a scorecard, a taxonomy and a connector: after it the fault is gone, and each has its one button."""
    kind, text = OF_OTHERS[act]
    document = text.encode()
    value = read_document(document).value
    assert isinstance(value, dict)
    ((problem, fix),) = ((each, fix) for each in found_in_other(kind, document) for fix in fixes_of(each, value))
    assert fix[0] == act
    left = found_in_other(kind, changed_by(kind, document, act))
    assert problem.reason not in [each.reason for each in left]


@pytest.mark.parametrize(
    ("table", "acts", "options"), data_of(__file__, "a_question_of_a_dry_run_has_its_answers_as_buttons")
)
def test_a_question_of_a_dry_run_has_its_answers_as_buttons(
    table: str, acts: list[str], options: dict[str, str]
) -> None:
    """A table whose rows do not show how dates or numbers are written: the first answer is put in, and reads it."""
    data = table.encode()
    item = Item("a.csv", None, len(data), data, lambda _key: None)
    (refused,) = Described(Setup(app_id="st-1")).map(item)
    assert isinstance(refused, Refused)
    dry = Check(
        name="x", access="ok", refused=(Row(key="a.csv", where=refused.where, reason=refused.reason),), counts=Counts()
    )
    view = dry_view(Made({}, (), Seen(dry=dry), {}, Reader(now=datetime(2026, 11, 25, tzinfo=UTC))), "")
    assert view
    assert [act for each in view.rejects for act, _ in each.fixes] == [f"write:{act}" for act in acts]
    document = read_document(changed_by("connector", CONNECTOR.encode(), f"write:{acts[0]}")).value
    assert isinstance(document, dict)
    written = document["options"]
    assert isinstance(written, dict)
    assert options.items() <= written.items()
    assert not any(isinstance(one, Refused) for one in Described(Setup(app_id="st-1", options=options)).map(item))
    _, fault = with_connector_changes({}, b"name: x\n", b"name: x\n", "write:date_order/year", {}, ())
    assert fault
    assert "no part 'date_order/year'" in fault.message


@pytest.mark.parametrize(("old", "new", "where", "words"), data_of(__file__, "a_fault_leads_to_its_field"))
def test_a_fault_leads_to_its_field(old: str, new: str, where: str, words: str) -> None:
    """The list names the question and the field as the page does, in words, and the field has the same words."""
    document = FORM.replace(old, new, 1)
    assert document != FORM
    (link,) = (each for each in links(document) if not each.is_warning and words in each.text)
    assert where in link.where
    view = opened(document, int(link.part) if link.part else None)
    (at,) = (each for each in shown(view) if each.element == link.control)
    assert link.text in at.faults


@pytest.mark.parametrize(("old", "new", "line"), data_of(__file__, "what_only_the_text_has_is_at_its_line"))
def test_what_only_the_text_has_is_at_its_line(old: str, new: str, line: int | None) -> None:
    """A pattern, a nested condition, an unknown key, an id, and a text that cannot be read."""
    found = [each for each in links(FORM.replace(old, new, 1)) if not each.control]
    assert [each for each in found if line is None or each.line == str(line)]


def test_a_question_counts_its_faults_where_it_is_closed() -> None:
    """Its row says how many there are, and an open one shows them at their fields alone."""
    (section, *_rest) = opened(A_PERSON, None).sections[1:]
    assert [each.faults for each in section.questions] == [1]
    assert section.questions[0].whole.faults == ()


def test_what_was_typed_for_a_weight_stays() -> None:
    """A field does not show 0 for what is no number."""
    view = opened(FORM.replace("weight: 60", "weight: sixty"), None)
    assert view.sections[1].questions[0].cells["weight"].value == "sixty"


def test_measured_speech_has_no_question_in_words() -> None:
    """Its type knows no such key, so that the row offers no field that would write one."""
    assert "question" not in opened(FORM, None).sections[0].questions[0].cells


def test_every_fix_is_of_a_fault_that_checks_report() -> None:
    """A message that is reworded is noticed, and each fix has words in German."""
    assert set(FIXES) <= constants_of("services", "metrics")
    with speaking("de"):
        words = {text for document, _ in FIXED.values() for each in links(document) for _act, text in each.fixes}
    english = {text for document, _ in FIXED.values() for each in links(document) for _act, text in each.fixes}
    assert not words & english
