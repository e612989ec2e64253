"""What a form is tried on, over HTTP: never-scored conversations, files, links; in parts; and words that are added to it."""

import gzip
import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from auscult import bootstrap
from auscult.domain.privacy.settings import PrivacySettings
from auscult.formats import Limits
from auscult.reports import REPORTS
from auscult.services.definitions.forms.document import read_document
from auscult.services.scoring.intake.read import read_stream
from auscult.services.scoring.process import Processing
from tests.data_files import data_of
from tests.e2e.console.definitions.test_console_forms import act, document_of, verdicts
from tests.e2e.console.history.test_console_trial import FORM, address_of, alerted, attempt, calls, newest_tried
from tests.e2e.consoles import PEOPLE, signed_in
from tests.e2e.history.test_api_rescores import backfill
from tests.e2e.serving import TENANT, Service, listening, opened, process
from tests.integration.program import conversation
from tests.scripted_judge import scripted_judge
from tests.unit.services.scoring.test_process import COSTLY_FORM, costly
from tests.waiting import PATIENCE_S, existing

PATH = "/console/forms/ef-person"
SAID = (
    ("agent", "hello, this is Sandra Miller of Northwind, how can I help you?"),
    ("customer", "my name is Peter Smith, my card is 4539 1488 0343 6467 and my parcel is lost"),
)


@pytest.fixture(autouse=True)
def no_drafts(served: Service) -> Iterator[None]:
    """Leave no draft behind."""
    served.store.within(TENANT).forms.save_draft("ef-person", FORM.encode())
    yield
    served.store.within(TENANT).forms.discard_draft("ef-person")


@contextmanager
def fresh(folder: Path, **settings: Any) -> Iterator[Service]:
    """Serve an app with people, and nothing else."""
    with (
        opened(PEOPLE, f"sqlite:///{folder / 'fresh.db'}", state_dir=str(folder), **settings) as application,
        listening(application.server_app()) as address,
        httpx.Client(timeout=PATIENCE_S) as http,
    ):
        yield Service(address, application, http)


def upload(me: httpx.Client, content: bytes, name: str = "file", document: str = FORM, **more: str) -> httpx.Response:
    """Choose a file, or one of its conversations."""
    data = {"document": document, "act": name, "part": "1", **more}
    return me.post(f"{PATH}/try", data=data, files={"file": ("calls.ndjson", content)})


def lines(*documents: dict[str, Any]) -> bytes:
    """Write documents as NDJSON."""
    return b"".join(json.dumps(each).encode() + b"\n" for each in documents)


@pytest.mark.landing
def test_a_first_form_is_tried_on_what_no_form_has_scored(tmp_path: Path) -> None:
    """Those of its queues, else of its channel, which is said; where there is none, the page offers to load some."""
    queued = FORM.replace("assignments: []", "assignments: [{queue: Billing}]")
    with fresh(tmp_path) as served, signed_in(served, "administrator") as me:
        nothing = attempt(me, FORM, "recent").text
        assert "No conversation of this channel has come in yet." in nothing
        assert 'href="/console/first-hour/load"' in nothing
        with signed_in(served, "qa-manager") as other:
            assert "Paste a transcript, or choose a file." in attempt(other, FORM, "recent").text
        asked = [
            conversation(f"c-{n}", queues=[{"id": f"q-{n}", "name": ("Billing", "Sales")[n % 2]}]) for n in range(4)
        ]
        process(served.application, read_stream(BytesIO(lines(*asked)), TENANT.app_id, Limits()))
        app = served.store.within(TENANT)
        assert set(app.conversations.statuses([each["id"] for each in asked]).values()) == {"not_evaluated"}
        own = newest_tried(served, me, queued)
        assert "Tried on 2 conversations." in own
        assert set(re.findall(r"on:(c-\d)", own)) == {"c-0", "c-2"}
        assert "queues of this form yet" not in own
        assert "Unchanged" not in own
        other_queue = newest_tried(served, me, queued.replace("Billing", "Claims"))
        assert "No conversation is in the queues of this form yet. These are the newest of its channel." in other_queue
        assert len(set(re.findall(r"on:(c-\d)", other_queue))) == 4
        every = newest_tried(served, me, queued.replace("Billing", '"*"'))
        assert "queues of this form yet" not in every
        assert len(set(re.findall(r"on:(c-\d)", every))) == 4
        german = newest_tried(served, me, FORM.replace("channel: voice", "channel: voice\nlanguages: [de]"))
        assert "In a language that the form is not for" in german


def chunk(served: Service) -> None:
    """Do the first chunk that waits, as a worker would."""
    work = bootstrap.chunk_processing(served.store, bootstrap.evaluator(served.application.settings))
    (first,) = served.store.work.next("chunk", 1)
    written = existing(work.process(first))
    work.record(written)


def tried(page: str) -> set[str]:
    """Return the conversations that a list of a trial has."""
    return set(re.findall(r'id="o-([^"]+)"', page))


def press(me: httpx.Client, name: str, **more: str) -> httpx.Response:
    """Press a button of the tab of the form that a person answers, and get only that."""
    return act(me, f"{PATH}/try", FORM, name, part="1", **more)


@pytest.mark.landing
def test_the_newest_come_as_they_are_tried_and_outlive_the_page(served: Service) -> None:
    """Each look has what was tried so far; who opens the form again finds it, stopping keeps it, and the next replaces it."""
    n = min(20, len(calls(served)))
    assert n > 5
    with signed_in(served, "qa-manager") as me:
        begun = press(me, "recent").text
        assert f"0 of {n} tried" in begun
        assert "No worker is running; the trial begins when one does." in begun
        assert "data-open" in begun
        chunk(served)
        five = me.get(address_of(begun)).text
        assert f"5 of {n} tried" in five
        assert len(tried(five)) == 5
        opened_again = me.get(PATH).text
        assert address_of(opened_again) == address_of(begun)
        assert tried(opened_again) == tried(five)
        trial_id = address_of(begun).rpartition("/")[2]
        without_script = act(me, f"{PATH}/try", FORM, f"look:{trial_id}").text
        assert without_script.count("<h2>Try it</h2>") == 1
        assert tried(without_script) == tried(five)
        stopped = press(me, f"stop:{trial_id}").text
        assert "Stopped." in stopped
        assert "data-open" not in stopped
        assert served.store.work.next("chunk", 1) == []
        assert tried(me.get(address_of(begun)).text) == tried(five)
        assert address_of(press(me, "again", on="recent").text) == address_of(begun)
        pressed = press(me, "recent").text
        backfill(served)
        whole = me.get(address_of(pressed)).text
        again = press(me, "again", on="recent").text
        assert address_of(again) == address_of(whole)
        assert tried(again) == tried(whole)
        assert len(tried(whole)) == n
        assert " tried</span>" not in whole
        assert me.get(address_of(begun)).status_code == 404
        assert me.get(address_of(whole).replace("ef-person", "ef-starter-voice")).status_code == 404
        opened_one = press(me, f"on:{min(tried(whole))}", trial=address_of(whole).rpartition("/")[2]).text
        assert f'value="look:{address_of(whole).rpartition("/")[2]}"' in opened_one
        served.store.within(TENANT).forms.save_draft("ef-person", FORM.replace("Persons", "People").encode())
        assert "data-trial" not in me.get(PATH).text
    with signed_in(served, "administrator") as other:
        assert "data-trial" not in other.get(PATH).text


@pytest.mark.landing
def test_a_conversation_that_cannot_be_tried_is_named_and_the_others_stay(tmp_path: Path) -> None:
    """One that takes too long spoils none of those that it is tried with."""
    form = COSTLY_FORM.decode()
    with fresh(tmp_path, conversation_s=1) as served, signed_in(served, "qa-manager") as me:
        chats = [replace(costly(f"c-{n}"), turns=costly("c-x").turns[:9], started_at=at(n)) for n in range(6)]
        slow = replace(costly("c-9"), turns=costly("c-9").turns[:12], started_at=at(0))
        evaluator = bootstrap.evaluator(served.application.settings)._replace(conversation_s=0)
        work = Processing(served.store, evaluator, REPORTS, lambda: datetime.now(UTC))
        accepted = served.store.within(TENANT).conversations.accept([*chats, slow])
        finished = existing(work.evaluate(accepted.batch_id or ""))
        work.record(finished)
        page = newest_tried(served, me, form)
    assert "c-9 was not tried. c-9 takes more than 1 s of processor time" in alerted(page)
    assert tried(page) == {f"c-{n}" for n in range(6)}


@pytest.mark.landing
def test_a_judge_is_asked_about_the_newest_by_a_button(tmp_path: Path) -> None:
    """It names the question, the answers and what they take; nothing is asked before, and one conversation shows its answers."""
    judged = FORM.replace("{phrases: [hello]}", "{judge: The agent says hello.}")
    with scripted_judge() as judge:
        settings = {"judge_url": judge.url, "judge_model": "m-1", "judge_price_in": "1", "judge_price_out": "2"}
        with fresh(tmp_path, **settings) as served, signed_in(served, "qa-manager") as me:
            served.store.within(TENANT).forms.save_draft("ef-person", judged.encode())
            calls = [conversation(f"c-{n}", (("agent", ("hello", "yes")[n % 2]), ("customer", "a"))) for n in range(4)]
            process(served.application, read_stream(BytesIO(lines(*calls)), TENANT.app_id, Limits()))
            begun = act(me, f"{PATH}/try", judged, "recent", part="1").text
            backfill(served)
            page = me.get(address_of(begun)).text
            assert judge.requests == []
            assert "No judge is asked until you say so." in page
            assert "Ask for Hello, 4 answers</button>" in page
            assert re.search(r"At most 4 calls, [\d,]+ tokens, a cost of 0\.", page)
            trial_id = address_of(begun).rpartition("/")[2]
            asked = act(me, f"{PATH}/try", judged, f"ask:{trial_id}", part="1").text
            backfill(served)
            page = me.get(address_of(asked)).text
            assert len(judge.requests) == 4
            assert "Ask for" not in page
            assert tried(page) == {f"c-{n}" for n in range(4)}
            one = act(me, f"{PATH}/try", judged, "on:c-0", part="1").text
            assert verdicts(one)["em-hello"] == "Yes"
            assert len(judge.requests) == 4


def at(n: int) -> datetime:
    """Return the instant of a conversation: the higher the number, the newer."""
    return datetime(2026, 3, 24, 9, n, tzinfo=UTC)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_with_one_conversation_is_shown_at_once(served: Service, pack: Any) -> None:
    """With every verdict; nothing of it is stored, it has no page, and what people must not see is redacted."""
    app = served.store.within(TENANT)
    before, settings = app.feed.last(), app.privacy.settings()
    app.privacy.change(PrivacySettings(redaction="mask"))
    try:
        with signed_in(served, "qa-manager") as me:
            page = upload(me, pack(lines(conversation("c-file", SAID)))).text
    finally:
        app.privacy.change(settings)
    assert verdicts(page)["em-hello"] == "Yes"
    assert 'name="on" value="file"' in page
    assert "4539" not in page
    assert "Peter" not in page
    assert "[card 1]" in page
    assert 'href="/console/conversations/c-file"' not in page
    assert app.conversations.get("c-file") is None
    assert app.feed.last() == before


def test_a_file_with_several_conversations_lists_the_first_ten(served: Service) -> None:
    """One is chosen by its place, is tried again from the file, and keeps an example as a redacted transcript."""
    several = [conversation(f"c-{n}", (("agent", f"hello number {n}"), ("customer", f"parcel {n}"))) for n in range(12)]
    content = b'{"oops"\n' + lines(*several)
    app = served.store.within(TENANT)
    with signed_in(served, "qa-manager") as me:
        listed = upload(me, content).text
        assert re.findall(r'value="(file:\d+)"', listed) == [f"file:{n}" for n in range(10)]
        assert "The first 10 conversations of the file." in listed
        chosen = upload(me, content, "file:3").text
        assert "parcel 3" in chosen
        assert "parcel 4" not in chosen
        again = upload(me, content, "again", on="file:3").text
        assert verdicts(again) == verdicts(chosen)
        buttons = [html.unescape(each) for each in re.findall(r'value="(keep:[^"]+)"', chosen)]
        keep = next(each for each in buttons if '"em-hello"' in each and '"NO"' in each)
        assert "0 of 1 example right" in upload(me, content, keep, on="file:3").text
        (example,) = app.form_examples.of_form("ef-person")
        assert example.transcript == "Agent: hello number 3\nCustomer: parcel 3"
        assert "1 example, not tried yet" in me.get(PATH).text
        upload(me, content, f"drop:{example.example_id}", on="file:3")
    assert app.form_examples.of_form("ef-person") == []


def test_a_file_that_cannot_be_tried_is_refused_in_words(served: Service) -> None:
    """Too large, no conversation, one of another channel, a table without columns, none at all."""
    with signed_in(served, "qa-manager") as me:
        large = b" " * (4 << 20) + lines(conversation("c-file"))
        assert "The file is larger than 4 MB" in alerted(upload(me, large).text)
        assert "There is no conversation in the file. Line 1:" in alerted(upload(me, b'{"id": 3}\n').text)
        chat = upload(me, lines(conversation("c-file", channel="chat"))).text
        assert "C-file is for the channel Chat, and this form is for Voice" in alerted(chat)
        assert "The table has no column for: speaker" in alerted(upload(me, b"a,text\n1,2\n").text)
        assert "Choose the file again." in alerted(attempt(me, FORM, "file").text)
        assert "Choose the file again." in alerted(upload(me, lines(conversation("c-1")), "file:7").text)


def test_a_link_opens_its_conversation_at_its_moment(served: Service) -> None:
    """As the search understands it; a moment that the conversation does not have, and a link to something else, do not."""
    found = calls(served)[0].conversation
    link = f"https://quality.example.com/console/conversations/{found.id}"
    with signed_in(served, "qa-manager") as me:
        page = attempt(me, FORM, "find", sought=f"{link}#t-{found.turns[1].id}").text
        assert f'class="trymoment" href="#t-{found.turns[1].id}"' in page
        assert "trymoment" not in attempt(me, FORM, "find", sought=f"{link}#t-none").text
        audit = attempt(me, FORM, "find", sought=link.replace("conversations", "audits")).text
        assert f'href="/console/conversations/{found.id}"' in audit
        wrong = attempt(me, FORM, "find", sought="https://quality.example.com/console/forms/ef-person").text
        assert "This link leads to no conversation" in alerted(wrong)


def test_words_of_a_turn_are_redacted_and_added_to_a_question(served: Service) -> None:
    """Names as [name] although the app does not redact; to Yes or to never, as a change of these lines alone."""
    content = lines(conversation("c-file", SAID))
    with signed_in(served, "qa-manager") as me:
        shown = upload(me, content).text
        assert re.findall(r'value="(words:[^"]+)"', shown) == ["words:m0"]
        panel = upload(me, content, "words:m0", on="file").text
        words = html.unescape(panel.partition('name="words"')[2].partition(">")[2].partition("</textarea>")[0])
        assert words == "hello, this is [name] of Northwind, how can I help you?"
        lists = {
            html.unescape(label): path for path, label in re.findall(r'<option value="([^"]+)"[^>]*>([^<]+)', panel)
        }
        assert [*lists] == [
            "No promise: Yes, as “I promise”",
            "No promise: never Yes",
            "Hello: Yes, as “Hello”",
            "Hello: never Yes",
        ]
        assert f'<option value="{lists["Hello: Yes, as “Hello”"]}" selected>' in panel
        yes = act(me, PATH, FORM, "say", part="1", words=words, list=lists["Hello: Yes, as “Hello”"]).text
        assert "Added to Hello, Yes: hello, this is [name] of Northwind" in yes
        assert answer_of(yes, 2) == {"speaker": "agent", "any_of": [{"phrases": ["hello", words]}]}
        mine = act(
            me, PATH, FORM, "say", part="1", words=" my name is Peter\n Smith ", list=lists["Hello: never Yes"]
        ).text
        assert answer_of(mine, 2)["none_of"] == [{"phrases": ["my name is [name]"]}]
        assert newer(mine).splitlines()[:-1] == FORM.splitlines()[:-1]
        again = act(me, PATH, newer(mine), "say", part="1", words="not this", list=lists["Hello: never Yes"]).text
        assert answer_of(again, 2)["none_of"] == [{"phrases": ["my name is [name]", "not this"]}]


@pytest.mark.parametrize(("words", "chosen", "said"), data_of(__file__, "words_that_cannot_be_added_are_refused"))
def test_words_that_cannot_be_added_are_refused(served: Service, words: str, chosen: str, said: str) -> None:
    """No words, those that are there, and a place that is no list; the document stays as it was."""
    with signed_in(served, "qa-manager") as me:
        page = act(me, PATH, FORM, "say", part="1", words=words, list=chosen).text
    assert said in alerted(page)
    assert newer(page) == FORM


def newer(page: str) -> str:
    """Return the document of an answer of the builder."""
    return html.unescape(page.partition('id="newer"')[2].partition(">")[2].partition("</textarea>")[0])


def answer_of(page: str, place: int) -> Any:
    """Return what answers a question, in an answer of the builder."""
    value: Any = read_document(newer(page).encode()).value
    return value["metrics"][place]["answer"]


def test_questions_that_only_others_answer_are_counted_before_a_trial(served: Service) -> None:
    """A question for a judge is counted; a form without any says nothing."""
    judged = FORM.replace("{phrases: [hello]}", "{judge: Does the agent greet?}")
    with signed_in(served, "qa-manager") as me:
        assert 'id="unasked"' not in me.get(PATH).text
        page = act(me, PATH, judged, "look", part="1").text
        assert "1 of 3 questions may need a judge or another system" in page
        assert document_of(me.get(PATH).text) == FORM
