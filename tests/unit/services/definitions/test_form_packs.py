"""Wording packs in forms: extended in two lines, pinned when published, written out on request, one form for all channels."""

import pytest

from auscult.domain.evaluation import Verdict
from auscult.domain.form import Form
from auscult.metrics import METRICS
from auscult.services.definitions.form_channels import by_channel
from auscult.services.definitions.form_packs import expanded, pinned
from auscult.services.definitions.forms.drafts import publish_draft, save_draft
from auscult.services.definitions.forms.publish import publish
from auscult.services.definitions.forms.reading import check_form, read_form, starter_document, starter_documents
from auscult.storage import Store
from auscult.wording import available, resolved, sentences
from tests.contract.storing import TENANT
from tests.data_files import data_of
from tests.strategies import talk

GREETING = data_of(__file__, "greeting").encode()


def form_of(document: bytes) -> Form:
    """The form, which is right."""
    check = check_form(document)
    assert check.problems == ()
    assert check.form is not None
    return check.form


def judged(form: Form, *said: str) -> Verdict:
    """The verdict of a form's first metric."""
    metric = form.metrics[0]
    return METRICS[metric.type].judge(metric.settings, talk(*said), {})


@pytest.mark.parametrize(("said", "qualification"), data_of(__file__, "a_form_extends_a_pack_said"))
@pytest.mark.parametrize("written", [GREETING, pinned(GREETING), expanded(GREETING)])
def test_a_form_extends_a_pack(written: bytes, said: str, qualification: str) -> None:
    """``also`` adds lines, ``never`` calls the pack and the added lines off, however the form is written."""
    assert judged(form_of(written), f"agent: {said}").qualification == qualification


def test_evidence_quotes_the_words_that_a_pack_found() -> None:
    """As for any wording."""
    [evidence] = judged(form_of(GREETING), "agent: well, good morning to you").evidence
    assert evidence.why == "says 'good morning'"


@pytest.mark.parametrize(("condition", "fault"), data_of(__file__, "faults_are_named"))
def test_faults_are_named(condition: str, fault: str) -> None:
    """Each with what would be right."""
    line = next(line for line in GREETING.decode().splitlines() if "en/greeting" in line)
    [problem] = check_form(GREETING.decode().replace(line, f"        - {condition}").encode()).problems
    assert fault in problem.reason


def test_pins_change_nothing_but_the_references() -> None:
    """Comments and order stay; a second time there is nothing to pin."""
    assert pinned(GREETING) == GREETING.replace(b"en/greeting", resolved("en/greeting").encode())
    assert pinned(pinned(GREETING)) == pinned(GREETING)
    document = b'{"id": "ef-a", "metrics": [{"answer": {"any_of": [{"wording": "en/greeting"}]}}]}'
    assert pinned(document) == document.replace(b"en/greeting", resolved("en/greeting").encode())


def test_a_published_form_keeps_the_versions_of_its_packs(store: Store) -> None:
    """Published from a file or from a draft; the same document again is no new version."""
    store.ensure(TENANT)
    forms = store.within(TENANT).forms
    [first] = publish(forms, {"ours.yaml": GREETING}, frozenset())
    [again] = publish(forms, {"ours.yaml": GREETING}, frozenset())
    assert first == again
    assert first.document == pinned(GREETING)
    changed = GREETING.replace(b"Greeting", b"Welcome")
    save_draft(forms, changed, frozenset())
    assert publish_draft(forms, "ef-ours", frozenset()).document == pinned(changed)
    assert forms.draft("ef-ours") is None


@pytest.mark.landing
def test_the_expanded_starter_form_judges_the_same() -> None:
    """On every sentence beside the packs, said by the agent and by the customer; of each channel by the same metrics."""
    voice, chat = (starter_documents()[channel] for channel in ("voice", "chat"))
    form, written_out = (form_of(one(voice)) for one in (bytes, expanded))
    assert [form_of(one(chat)).metrics for one in (bytes, expanded)] == [form.metrics, written_out.metrics]
    assert b"en/" not in expanded(voice) + expanded(chat)
    for name in available():
        said = [proof.text for proof in sentences(name)][::5]
        talks = [talk(f"{speaker}: {text}", "agent: right") for text in said for speaker in ("agent", "customer")]
        for one, other in zip(form.metrics, written_out.metrics, strict=True):
            kind = METRICS[one.type]
            first = [kind.judge(one.settings, each, {}).qualification for each in talks]
            assert first == [kind.judge(other.settings, each, {}).qualification for each in talks]


def test_one_document_stands_for_several_channels() -> None:
    """Ids and names say which; a key under a channel's name is of that channel only."""
    documents = by_channel(starter_document())
    voice, chat = read_form(documents["voice"]), read_form(documents["chat"])
    assert (voice.id, voice.name, voice.min_duration_ms) == ("ef-starter-voice", "Starter voice form", 15_000)
    assert (chat.id, chat.name, chat.min_duration_ms) == ("ef-starter-chat", "Starter chat form", 0)
    assert voice.metrics == chat.metrics
    assert by_channel(GREETING) == {}


def test_the_starter_form_is_short() -> None:
    """A QA manager reads it in five minutes."""
    assert starter_document().count(b"\n") < 200
