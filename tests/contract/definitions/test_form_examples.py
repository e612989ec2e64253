"""Examples of forms on both databases: kept, replaced, tried, redacted, limited, and erased with their conversation."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from msgspec.structs import replace

from auscult import bootstrap
from auscult.config import Settings
from auscult.domain.conversation import Customer, Turn
from auscult.domain.directory import NO_ALIASES
from auscult.domain.errors import ConflictError, NotFoundError, RequestError
from auscult.domain.form import Form
from auscult.domain.form_examples import MOST_EXAMPLES, NewExample
from auscult.domain.people.principal import operator
from auscult.domain.people.visibility import Visibility
from auscult.domain.privacy.settings import PrivacySettings
from auscult.reports import REPORTS
from auscult.services.definitions.forms.reading import read_form
from auscult.services.form_examples import FormExamples
from auscult.services.privacy.erasure import Erasing
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.render import render
from auscult.storage.store import AppStore
from tests.contract.storing import TENANT, conversation, put
from tests.data_files import data_of

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
FORM = data_of(__file__, "form")
WORDS = "Agent: hello, this is Ada\nCustomer: my card is 4539 1488 0343 6467, the security code is 123"


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """An app with two conversations: c-1 greets, c-2 does not."""
    put(
        app,
        conversation("c-1", customer=Customer(id="u-1")),
        conversation("c-2", timedelta(hours=1), turns=(Turn("m1", "agent", "well"), Turn("m2", "customer", "hello"))),
    )
    return app


@pytest.fixture(scope="module")
def evaluator() -> Evaluator:
    """The evaluator that forms are tried with."""
    return bootstrap.evaluator(Settings(), judge_ineligible=True)


def form() -> Form:
    """The form that the examples are of."""
    return read_form(FORM.encode())


def examples(app: AppStore) -> FormExamples:
    """The examples, as the operator keeps them."""
    return FormExamples(app, lambda: NOW, operator())


def of(conversation_id: str, wanted: str = "YES", metric_id: str = "em-hello") -> NewExample:
    """An example in a conversation."""
    return NewExample(metric_id=metric_id, wanted=wanted, conversation_id=conversation_id)


def test_a_form_is_tried_on_its_examples(app: AppStore, evaluator: Evaluator) -> None:
    """Each answer is compared with what a person expects; a form that is changed answers otherwise."""
    work = examples(app)
    for each in (of("c-1"), of("c-2", "NO"), of("c-1", "YES", "em-sorry")):
        work.keep(form(), each)
    found = work.tried(evaluator, form())
    assert [(each.example.metric_id, each.answer, each.is_right) for each in found.tried] == [
        ("em-hello", "YES", True),
        ("em-hello", "NO", True),
        ("em-sorry", "NO", False),
    ]
    assert (found.right, len(found.wrong), found.erased) == (2, 1, 0)
    changed = read_form(FORM.replace("[hello]", "[well]").encode())
    assert [each.answer for each in work.tried(evaluator, changed).tried] == ["NO", "YES", "NO"]
    fewer = replace(form(), metrics=form().metrics[:1])
    assert [each.answer for each in work.tried(evaluator, fewer).tried] == ["YES", "NO", ""]


def test_another_answer_takes_the_place_of_the_first(app: AppStore) -> None:
    """The same answer again keeps the example; another one replaces it; both are in the access log and in the feed."""
    work, before = examples(app), app.feed.last()
    first = work.keep(form(), of("c-1"))
    assert work.keep(form(), of("c-1")) == first
    second = work.keep(form(), of("c-1", "NA"))
    assert work.of("ef-1") == [second]
    work.remove("ef-1", second.example_id)
    assert work.of("ef-1") == []
    with pytest.raises(NotFoundError, match="unknown example"):
        work.remove("ef-1", second.example_id)
    assert [(each.action, each.target) for each in app.log.entries()] == [
        ("form.example_kept", "conversation:c-1"),
        ("form.example_kept", "conversation:c-1"),
        ("form.example_removed", "conversation:c-1"),
    ]
    found = [(each.conversation_id, each.kind) for each in app.feed.after(before, 10)]
    assert found == [("c-1", "exemplified")] * 3


def test_a_pasted_transcript_is_redacted_as_an_upload_is(app: AppStore, evaluator: Evaluator) -> None:
    """With redaction off it loses security codes, with ``mask`` the card, too; nothing else is kept of it."""
    work = examples(app)
    pasted = NewExample(metric_id="em-hello", wanted="YES", transcript=WORDS)
    kept = work.keep(form(), pasted)
    assert kept.transcript is not None
    assert "123" not in kept.transcript
    assert kept.transcript.startswith("Agent: hello, this is Ada\nCustomer: my card is 4539")
    app.privacy.change(PrivacySettings(redaction="mask"))
    masked = work.keep(form(), pasted)
    assert masked.transcript is not None
    assert "4539" not in masked.transcript
    assert [each.transcript for each in work.of("ef-1")] == [kept.transcript, masked.transcript]
    assert work.tried(evaluator, form()).right == 2


def test_an_erased_conversation_leaves_no_pointer(app: AppStore, evaluator: Evaluator) -> None:
    """The example stays as erased, is tried no more, and the certificate counts it; the log loses its target."""
    work = examples(app)
    work.keep(form(), replace(of("c-1"), turn_id="m1"))
    work.keep(form(), of("c-2", "NO"))
    erasing = Erasing(app, lambda: NOW, partial(render, TENANT, reports=REPORTS, aliases=NO_ALIASES))
    receipt = erasing.run("erasure", erasing.of_customer("customer", "u-1"))
    assert (receipt.erased, receipt.examples) == (1, 1)
    assert app.retention.receipt(receipt.id) == receipt
    gone, left = work.of("ef-1")
    assert (gone.conversation_id, gone.turn_id, gone.is_erased) == (None, None, True)
    assert left.conversation_id == "c-2"
    found = work.tried(evaluator, form())
    assert ([each.example for each in found.tried], found.erased) == ([left], 1)
    assert "c-1" not in "".join(f"{each.target}{each.details}" for each in app.log.entries())
    put(app, conversation("c-1"))
    assert work.of("ef-1")[0].is_erased


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (of("c-1", "MAYBE"), "em-hello is not answered with 'MAYBE'; available: YES, NO, NA"),
        (of("c-1", metric_id="em-helo"), "has no question em-helo; did you mean em-hello"),
        (of("c-none"), "unknown conversation 'c-none'"),
        (replace(of("c-1"), turn_id="m9"), "conversation c-1 has no turn m9"),
        (NewExample(metric_id="em-hello", wanted="YES"), "either a conversation or a transcript"),
        (replace(of("c-1"), transcript=WORDS), "either a conversation or a transcript"),
        (NewExample(metric_id="em-hello", wanted="YES", transcript="well"), "begins neither with Agent"),
        (
            NewExample(metric_id="em-hello", wanted="YES", transcript=WORDS, turn_id="t1"),
            "leave it out for a transcript",
        ),
    ],
)
def test_what_cannot_be_an_example_is_refused(app: AppStore, wanted: NewExample, message: str) -> None:
    """Each fault is named in words, and nothing is kept."""
    with pytest.raises((RequestError, NotFoundError), match=message):
        examples(app).keep(form(), wanted)
    assert examples(app).of("ef-1") == []


def test_a_form_has_so_many_examples(app: AppStore) -> None:
    """One more is refused, and takes nothing from the others; removing one makes room."""
    work = examples(app)
    made = [
        work.keep(form(), NewExample(metric_id="em-hello", wanted="NO", transcript=f"Agent: well {number}"))
        for number in range(MOST_EXAMPLES)
    ]
    with pytest.raises(ConflictError, match=f"at most {MOST_EXAMPLES} examples"):
        work.keep(form(), of("c-1"))
    assert work.of("ef-1") == made
    work.remove("ef-1", made[0].example_id)
    work.keep(form(), of("c-1"))


@pytest.mark.parametrize("seen", [Visibility(agents=frozenset({"a-other"})), Visibility()])
def test_examples_in_conversations_that_one_may_not_see_do_not_exist(app: AppStore, seen: Visibility) -> None:
    """They are in no list and in no count, and none can be kept there; transcripts are everybody's who edits forms."""
    examples(app).keep(form(), of("c-1"))
    pasted = examples(app).keep(form(), NewExample(metric_id="em-hello", wanted="YES", transcript="Agent: hello"))
    narrow: Callable[[AppStore], FormExamples] = lambda its: examples(its.seen_by(seen))  # noqa: E731
    assert narrow(app).of("ef-1") == [pasted]
    with pytest.raises(NotFoundError, match="unknown conversation 'c-2'"):
        narrow(app).keep(form(), of("c-2"))
