"""The trial of a form over HTTP: on a chosen conversation, the newest ones or a pasted text, against the version in force."""

import html
import re
from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import pytest
from msgspec.structs import replace

from auscult.domain.form import Assignment
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.conversations.latest import Sought, details, newest
from auscult.services.definitions.forms.publish import in_force
from auscult.services.definitions.forms.reading import read_form
from auscult.services.history.coverage import listed_rows
from auscult.services.history.routing import routing
from tests.data_files import data_of
from tests.e2e.console.definitions.test_console_forms import act, document_of, verdicts
from tests.e2e.consoles import email_of, signed_in
from tests.e2e.history.test_api_rescores import backfill
from tests.e2e.own import Own, problem
from tests.e2e.serving import TENANT, Service

PATH = "/console/forms/ef-starter-voice"
WORDS = {"YES": "Yes", "NO": "No", "NA": "N/A", "-": "To answer"}
FORM = data_of(__file__, "form")


def calls(served: Service, limit: int = 20) -> list[EvaluatedConversation]:
    """Return the newest scored calls."""
    app = served.store.within(TENANT)
    items = newest(app, Sought(channels=("voice",), statuses=("evaluated",)), limit)
    known = details(app, items)
    return [known[each.id] for each in items]


def attempt(me: httpx.Client, document: str, name: str, **more: str) -> httpx.Response:
    """Press a button of the tab, and get only that."""
    return act(me, f"{PATH}/try", document, name, part="1", **more)


def newest_tried(served: Service, me: httpx.Client, document: str, name: str = "recent") -> str:
    """Press a button that begins a trial on the newest conversations; return its list once a worker has done it."""
    begun = attempt(me, document, name).text
    backfill(served)
    return me.get(address_of(begun)).text


def address_of(page: str) -> str:
    """Return where the trial that a page shows is read."""
    found = re.search(r'data-trial="([^"]+)"', page)
    assert found, page
    return found[1]


def alerted(page: str) -> str:
    """Return what a page says is wrong."""
    return page.partition('role="alert"')[2].partition("</div>")[0]


@pytest.mark.parametrize("wanted", ["{id}", "https://quality.example.com/console/conversations/{id}#t-m2"])
def test_a_chosen_conversation_shows_what_its_page_shows(served: Service, wanted: str) -> None:
    """By id or pasted link: every verdict with its evidence and the arithmetic are those of the conversation's page."""
    chosen = calls(served)[0]
    name = chosen.conversation.id
    with signed_in(served, "qa-manager") as me:
        document = document_of(me.get(PATH).text)
        before = served.store.within(TENANT).feed.last()
        page = attempt(me, document, "find", sought=wanted.format(id=name)).text
        shown = me.get(f"/console/conversations/{name}").text
        assert served.store.within(TENANT).feed.last() == before
    stored = {each.metric.id: WORDS[each.verdict.qualification] for each in chosen.evaluation.results}
    assert verdicts(page) == verdicts(shown) == stored
    ledger = re.compile(r'<table class="ledger">.*?</table>', re.DOTALL)
    assert ledger.findall(page) == ledger.findall(shown) != []
    marks = re.compile(r"<mark [^>]*>[^<]*</mark>")
    assert marks.findall(page) == marks.findall(shown) != []
    assert f'href="/console/conversations/{name}"' in page
    assert "Every verdict is as in force." in page
    assert "In force:" not in page


def test_what_changes_stands_beside_the_version_in_force(served: Service) -> None:
    """A stricter document changes verdicts: each shows what the version in force decides, and the table has them first."""
    with signed_in(served, "qa-manager") as me:
        document = document_of(me.get(PATH).text)
        same = newest_tried(served, me, document)
        assert re.search(r"Tried on \d+ conversations: 0 change\.", same)
        assert '<tr class="same">' in same
        never = re.sub(r"{wording: en/greeting[@\d]*}", "{phrases: [zzz zzz]}", document)
        assert never != document
        page = newest_tried(served, me, never)
        rows = re.findall(r"<tr.*?</tr>", page.partition("<tbody>")[2].partition("</tbody>")[0], re.DOTALL)
        changed = ["Greeting" in row for row in rows]
        assert changed[0]
        assert changed == sorted(changed, reverse=True)
        opened = re.search(r'value="(on:[^"]+)"', rows[0])
        assert opened
        one = attempt(me, never, opened[1]).text
        row = one.partition('data-metric="em-greeting"')[2].partition("</li>")[0]
        assert "In force:" in row
        assert 'class="vrow no"' in one.partition('data-metric="em-greeting"')[0].rpartition("<li")[2]
        again = attempt(me, document, "again", on=opened[1]).text
        assert "In force:" not in again


def test_a_fatal_miss_and_a_question_to_a_person(served: Service) -> None:
    """What a person answers says so, and counts nothing; a fatal miss is in the ledger, and without script it is a page."""
    text = "Agent: hello\nCustomer: will i get it back\nAgent: i promise you will"
    with signed_in(served, "qa-manager") as me:
        served.store.within(TENANT).forms.save_draft("ef-person", FORM.encode())
        path = "/console/forms/ef-person"
        page = act(me, f"{path}/try", FORM, "pasted", transcript=text)
        assert page.status_code == 200
        row = page.text.partition('data-metric="em-person"')[2].partition("</li>")[0]
        assert "A person answers it in an audit." in row
        assert 'aria-label="To answer"' in row
        assert "Unsure" not in row
        ledger = page.text.partition('class="ledger"')[2].partition("</table>")[0]
        assert "No promise: fatal, so the score is 0" in ledger
        assert "Tone: To answer, left out" in ledger
        assert text in page.text.replace("&#10;", "\n")
        assert "with the version in force" not in page.text
        act(me, path, "", "discard")


def test_the_last_month_is_tried_and_waits_for_its_button(served: Service) -> None:
    """The month is tried by a button alone. After a change of the form its result stays, and the page says so."""
    with signed_in(served, "qa-manager") as me:
        document = document_of(me.get(PATH).text)
        strict = document.replace("pass_score: 70", "pass_score: 100")
        page = newest_tried(served, me, strict, "month")
        assert re.search(r"Of \d+ conversations 0 would pass that failed, and [1-9]\d* fail that passed\.", page)
        assert "Adherence by metric" in page
        opened = re.search(r'value="(on:[^"]+)"', page)
        assert opened
        assert "with the version in force" not in attempt(me, strict, opened[1]).text
        assert "The form was changed since." not in attempt(me, strict, "again", on="month").text
        later = attempt(me, document, "again", on="month").text
        assert "The form was changed since." in later
        assert address_of(later) == address_of(attempt(me, document, "again", on="month").text)
        former = me.get(f"{PATH}/backtests/bt-1")
        assert (former.status_code, former.headers["location"]) == (301, f"{PATH}#part-try")


def test_what_cannot_be_tried_is_said(served: Service) -> None:
    """A document with a fault, an unknown id, a conversation of another channel, nothing at all: each is refused in words."""
    call = calls(served)[0].conversation.id
    with signed_in(served, "qa-manager") as me:
        document = document_of(me.get(PATH).text)
        assert "Trying needs a form without faults." in alerted(attempt(me, "id: [", "recent").text)
        assert "There is no conversation &#39;c-none&#39; here." in alerted(attempt(me, document, "on:c-none").text)
        chats = "/console/forms/ef-starter-chat"
        other = act(me, f"{chats}/try", document_of(me.get(chats).text), "find", part="1", sought=call).text
        assert f"{call} is for the channel Voice, and this form is for Chat; choose another one." in alerted(other)
        assert "Enter words that were said" in alerted(attempt(me, document, "find").text)
        assert "begins neither with Agent" in alerted(attempt(me, document, "pasted", transcript="hello").text)


def test_who_judges_a_conversation_blind_does_not_try_on_it(served: Service) -> None:
    """A trial would show what the machine decides: such a conversation is in no list, and unknown by its id."""
    name = calls(served)[3].conversation.id
    with signed_in(served, "qa-manager") as me:
        document = document_of(me.get(PATH).text)
        body = {"conversation_id": name, "auditor": email_of("qa-manager"), "hidden": ["machine"]}
        assert name in newest_tried(served, me, document)
        made = me.post(f"/api/v1/assignments?app={TENANT.app_id}", json=body)
        assert made.status_code == 201, made.text
        assert name not in newest_tried(served, me, document)
        refused = attempt(me, document, "find", sought=name).text
        assert verdicts(refused) == {}
        assert verdicts(attempt(me, document, f"on:{name}").text) == {}


@pytest.mark.parametrize("role", ["auditor", "agent", "analyst"])
def test_who_edits_no_forms_tries_none(served: Service, role: str) -> None:
    """Trying needs the permission to edit forms."""
    with signed_in(served, role) as me:
        assert attempt(me, FORM, "recent").status_code in (403, 404)


def test_an_example_is_kept_tried_and_stands_in_the_way(served: Service) -> None:
    """What is wrong is kept with a click, tried at each change, and publishing asks before it is answered otherwise."""
    name = calls(served)[1].conversation.id
    app = served.store.within(TENANT)
    with signed_in(served, "qa-manager") as me:
        document = document_of(me.get(PATH).text)
        page = attempt(me, document, f"on:{name}").text
        buttons = [html.unescape(each) for each in re.findall(r'value="(keep:[^"]+)"', page)]
        keep = next(each for each in buttons if '"em-greeting"' in each)
        kept = attempt(me, document, keep, on=f"on:{name}").text
        (example,) = app.form_examples.of_form("ef-starter-voice")
        try:
            assert (example.metric_id, example.conversation_id) == ("em-greeting", name)
            assert "0 of 1 example right" in kept
            row = kept.partition('data-metric="em-greeting"')[2].partition("</li>")[0]
            assert "should be" in row
            assert "This is wrong" not in row
            assert "The 1 example" in me.get(PATH).text
            held_up = act(me, PATH, document, "publish")
            assert held_up.status_code == 422
            assert "0 of 1 example right. The others are listed under Try it." in alerted(held_up.text)
            assert f"{PATH}?anyway=1" in alerted(held_up.text)
            before = len(app.forms.versions("ef-starter-voice"))
            assert act(me, f"{PATH}?anyway=1", document, "publish").status_code == 303
            assert len(app.forms.versions("ef-starter-voice")) == before  # the same document is in force already
            answered = attempt(me, document.replace("em-greeting", "em-greeted"), "again").text
            assert "has no answer" in answered
        finally:
            dropped = attempt(me, document, f"drop:{example.example_id}").text
        assert "example right" not in dropped
        assert app.form_examples.of_form("ef-starter-voice") == []
        assert "expects is missing" in alerted(attempt(me, document, "keep:[]", on=f"on:{name}").text)


def test_examples_over_the_api(served: Service) -> None:
    """Kept, listed, tried and removed; an unknown form, and a question that it does not ask, are named."""
    client = Own(served, served.new_client("forms:write", "forms:read", "conversations:read"))
    name = calls(served)[2].conversation.id
    path = "/forms/ef-starter-voice/examples"
    body = {"metric_id": "em-greeting", "wanted": "NA", "conversation_id": name}
    made = client.ask("POST", path, msgspec.json.encode(body))
    assert made.status_code == 201, made.text
    assert client.ask("GET", path).json()["items"] == [made.json()]
    found = client.ask("POST", f"{path}/try").json()
    assert (found["right"], found["count"], found["erased"]) == (0, 1, 0)
    assert found["items"][0]["example"] == made.json()
    problem(client.ask("POST", path, msgspec.json.encode(body | {"metric_id": "em-greting"})), 422, "metric.unknown")
    problem(client.ask("GET", "/forms/ef-none/examples"), 404, "form.unknown")
    blind = Own(served, served.new_client("forms:write", "forms:read"))
    assert blind.ask("GET", path).json() == {"items": []}
    problem(blind.ask("POST", path, msgspec.json.encode(body)), 403, "scope.missing")
    assert client.ask("DELETE", f"{path}/{made.json()['example_id']}").status_code == 204
    problem(client.ask("DELETE", f"{path}/{made.json()['example_id']}"), 404, "example.unknown")


def test_the_conversations_that_a_form_reaches_stand_next_to_its_settings(served: Service) -> None:
    """What came in less what goes elsewhere is what is scored; a document for another queue sends them to no form."""
    with signed_in(served, "qa-manager") as me:
        document = document_of(me.get(PATH).text)
        assert 'id="reach"' in me.get(PATH).text
        page = act(me, f"{PATH}/reach", document, "").text
        came, scored = (
            int(re.findall(rf"{each}.*?>(\d+)<", page)[0]) for each in ("Came in", "Scored with this document")
        )
        assert 0 < scored <= came
        assert "In no form, by queue" not in page
        moved = act(me, f"{PATH}/reach", document.replace('queue: "*"', "queue: Nobody's"), "").text
        assert "In no form, by queue" in moved
        name = html.unescape(re.findall(r'value="queue:([^"]+)"', moved)[0])
        added = act(me, PATH, document.replace('queue: "*"', "queue: Nobody's"), f"queue:{name}", part="1").text
        newer = html.unescape(re.findall(r'<textarea id="newer"[^>]*>(.*?)</textarea>', added, re.DOTALL)[0])
        assert read_form(newer.encode()).assignments[1:] == (Assignment(queue=name, direction="both"),)
        more = act(me, f"{PATH}/reach", newer, "").text
        assert f'value="queue:{html.escape(name)}"' not in more
        assert int(re.findall(r"Scored with this document.*?>(\d+)<", more)[0]) > 0
        assert act(me, f"{PATH}/reach", "id: [", "").text.strip() == ""
    with signed_in(served, "agent") as me:
        assert act(me, f"{PATH}/reach", document, "").status_code in (403, 404)


def test_older_conversations_are_counted_before_publishing(served: Service) -> None:
    """Since a day or all, as a re-score scores them; half a date and a text with a fault count nothing."""
    app = served.store.within(TENANT)
    day = datetime.now(UTC).date() - timedelta(days=7)
    calls = [
        each for each in listed_rows(app, None, 10_000) if each.channel == "voice" and each.spoken in ("en", "und")
    ]
    with signed_in(served, "qa-manager") as me:
        document = document_of(me.get(PATH).text)
        assert 'id="older"' in me.get(PATH).text
        said = "{} conversations would be scored again."
        assert said.format(len(calls)) in act(me, f"{PATH}/older", document, "").text
        later = [each for each in calls if each.started_at.date() >= day]
        assert said.format(len(later)) in act(me, f"{PATH}/older", document, "", since=day.isoformat()).text
        assert act(me, f"{PATH}/older", document, "", since="2026-1").text.strip() == ""
        assert act(me, f"{PATH}/older", "id: [", "").text.strip() == ""
    with signed_in(served, "agent") as me:
        assert act(me, f"{PATH}/older", document, "").status_code in (403, 404)


def test_an_overlap_is_counted(served: Service) -> None:
    """Next to the form that has a queue too stands how many conversations of a week that is; nothing for who sees none."""
    app = served.store.within(TENANT)
    starter = in_force(app.forms)["ef-starter-voice"]
    week = datetime.now(UTC) - timedelta(days=7)
    calls = [each for each in listed_rows(app, week, 1_000) if each.channel == "voice"]
    assert calls
    both = len([each for each in calls if each.spoken in ("en", "und")])
    with signed_in(served, "qa-manager") as me:
        document = document_of(me.get(PATH).text).replace("id: ef-starter-voice", "id: ef-twin")
        app.forms.save_draft("ef-twin", document.encode())
        page = act(me, "/console/forms/ef-twin", document, "look", part="1").text
        assert f"Those were {both} conversations in the last seven days." in page
        assert routing(app, replace(starter, id="ef-twin"), [starter], week).wanted == {starter.id: both}
    app.forms.discard_draft("ef-twin")
