"""The form editor: written by the form view and by YAML, checked, tried, back-tested and published, over HTTP."""

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime

import httpx
import pytest

from auscult.domain.form import Assignment
from auscult.services.definitions.forms.reading import read_form
from auscult.services.history.rescores import cancel_rescore, list_rescores
from tests.e2e.browsing import Browser
from tests.e2e.console.test_console_pages import enter
from tests.e2e.consoles import signed_in
from tests.e2e.serving import TENANT, Service
from tests.waiting import existing, wait_for

PATH = "/console/forms"


def document_of(page: str) -> str:
    """Return the YAML that a page shows."""
    found = re.search(r'<textarea[^>]*name="document"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found
    return html.unescape(found[1])


def revision_of_page(page: str) -> str:
    """Return the revision of the stored text that a page was opened on."""
    found = re.search(r'name="revision" value="(\w+)"', page)
    assert found
    return found[1]


def verdicts(page: str) -> dict[str, str]:
    """Return the verdicts that a trial shows, by id of the metric."""
    return dict(re.findall(r'<li class="vrow[^>]* data-metric="([^"]+)" data-word="([^"]+)"', page))


def act(client: httpx.Client, path: str, document: str, name: str, **more: str) -> httpx.Response:
    """Press a button of the editor."""
    data: Mapping[str, str] = {
        "document": document,
        "act": name,
        **{key.replace("__", ":"): each for key, each in more.items()},
    }
    return client.post(path, data=data)


def test_the_queue_of_a_new_form_is_chosen(served: Service) -> None:
    """No queue is chosen silently: without one nothing is begun, and what was entered stays."""
    with signed_in(served, "qa-manager") as me:
        assert '<option value="">Choose a queue</option>' in me.get(PATH).text
        refused = me.post(PATH, data={"name": "Bank: chats", "channel": "chat", "queue": ""})
        assert refused.status_code == 422
        assert "Choose the queue whose conversations it scores." in refused.text
        assert 'value="Bank: chats"' in refused.text
        assert 'value="chat" checked' in refused.text
    assert served.store.within(TENANT).forms.draft("ef-bank-chats") is None


def test_a_new_form_rivals_none(served: Service) -> None:
    """For conversations of another form it is refused with that form's name, instead of begun with a fault in YAML."""
    with signed_in(served, "qa-manager") as me:
        refused = me.post(PATH, data={"name": "Every call", "channel": "voice", "queue": "*"})
        assert refused.status_code == 422
        assert "Starter voice form is for these conversations already" in refused.text
        assert 'value="Every call"' in refused.text
    assert served.store.within(TENANT).forms.draft("ef-every-call") is None


SHEET = """Question,Weight,Answers,Section,Colour
Does the agent greet?,60,Yes/No,Opening,red
Is the tone friendly?,thirty,Yes/No,Opening,
"""


@pytest.mark.parametrize(
    ("source", "files", "has"),
    [
        ("nothing", None, "metrics: []"),
        ("starter:es-chat", None, "wording: es/"),
        ("form:ef-starter-chat", None, "# "),
        ("sheet", {"sheet": ("board.csv", SHEET.encode(), "text/csv")}, "Does the agent greet?"),
    ],
)
def test_begun_from(served: Service, source: str, files: Mapping[str, tuple[str, bytes, str]] | None, has: str) -> None:
    """A form begins from nothing, a ready form, a form of the app, or a spreadsheet; it is for the queue that is chosen."""
    with signed_in(served, "qa-manager") as me:
        data = {"name": "From there", "channel": "chat", "queue": "Retail Banking", "source": source}
        begun = me.post(PATH, data=data, files=files)
        assert begun.status_code == (201 if files else 303), begun.text
        page = begun.text if files else me.get(begun.headers["location"]).text
        text = document_of(page)
        assert has in text
        assert re.search(r'^id: "?ef-from-there"?$', text, re.MULTILINE)
        assert re.search(r'^name: "?From there"?$', text, re.MULTILINE)
        assert text.count("queue:") == 1
        assert "Retail Banking" in text
        if source == "sheet":
            assert "type: manual" in text
            assert "#" not in text
            rows = re.findall(r'<tr><th scope="row"[^>]*>(\d*)</th>(.*?)</tr>', page, re.DOTALL)
            assert [row for row, _ in rows] == ["1", "2", "3"]
            assert [re.findall(r'href="#(open-\d)"', cells) for _, cells in rows] == [[], ["open-0"], ["open-1"]]
            says = [html.unescape(cells) for _, cells in rows]
            assert "column 'Colour' is not carried" in says[0]
            assert "a person" in says[1]
            assert "B3: " in says[2]
            assert 'id="sheet"' not in me.get(f"{PATH}/ef-from-there").text
        act(me, f"{PATH}/ef-from-there", text, "discard")


def test_begun_from_what_is_none(served: Service) -> None:
    """A spreadsheet without questions and an unknown source are refused at the form, and what was typed stays."""
    with signed_in(served, "qa-manager") as me:
        data = {"name": "From there", "channel": "chat", "queue": "Retail Banking"}
        for source, file, says in (
            ("sheet", None, "Choose the spreadsheet first"),
            ("sheet", ("empty.csv", b"hello", "text/csv"), "no table of questions"),
            ("elsewhere", None, "Choose what the form begins from"),
        ):
            refused = me.post(PATH, data=data | {"source": source}, files={"sheet": file} if file else None)
            assert refused.status_code == 422
            assert says in html.unescape(refused.text)
            assert 'value="From there"' in refused.text
        assert me.post(PATH, data=data | {"source": "form:ef-none"}).status_code == 404


@pytest.mark.parametrize("name", ['Say "hi" now', "true", "Back\\slash: #1", "12"])
def test_a_name_is_kept_as_it_is_written(served: Service, name: str) -> None:
    """Whatever means something in YAML is a name all the same."""
    with signed_in(served, "qa-manager") as me:
        path = me.post(PATH, data={"name": name, "channel": "chat", "queue": "Retail Banking"}).headers["location"]
        assert read_form(document_of(me.get(path).text).encode()).name == name
        act(me, path, "", "discard")


def test_written_tried_and_published_without_yaml(served: Service) -> None:
    """A form is begun, given words and a metric, tried on pasted text, and published; the YAML is the same document."""
    with signed_in(served, "qa-manager") as me:
        begun = me.post(PATH, data={"name": "Bank: calls", "channel": "voice", "queue": "Retail Banking"})
        path = begun.headers["location"]
        assert path == f"{PATH}/ef-bank-calls"
        page = me.get(path).text
        assert "Draft of version 1" in page
        document = document_of(page)
        document = document_of(act(me, path, document, "question:").text)
        fields = {"metrics.0.weight": "70", "metrics.1.name": "Name said", "metrics.1.weight": "30"}
        changes = {f"set:{name}": value for name, value in fields.items()}
        document = document_of(act(me, path, document, "look", **changes).text)
        assert "weight: 70" in document
        words = "metrics.1.answer.any_of.0.phrases"
        for new in ("my name is, this is", "you are speaking with, i am called"):
            document = document_of(act(me, path, document, f"add:{words}", **{f"new:{words}": new}).text)
        assert "[my name is, this is, you are speaking with, i am called]" in document
        document = document_of(act(me, path, document, f"remove:{words}.1").text)
        assert "[my name is, you are speaking with, i am called]" in document
        tried = act(me, f"{path}/try", document, "pasted", transcript="Agent: hello, my name is Ada\nCustomer: hi").text
        assert verdicts(tried) == {"em-greeting": "Yes", "em-name-said": "Yes"}
        silent = act(me, f"{path}/try", document, "pasted", transcript="Agent: well\nCustomer: hi").text
        assert verdicts(silent) == {"em-greeting": "No", "em-name-said": "No"}
        assert act(me, f"{path}/try", document, "pasted", transcript="hello").status_code == 422
        assert "Draft saved" in me.get(act(me, path, document, "save").headers["location"]).text
        done = act(me, path, document, "publish")
        assert done.status_code == 303, done.text
        published = existing(served.store.within(TENANT).forms.get("ef-bank-calls"))
        assert published.document.decode().replace("en/greeting@1", "en/greeting") == document
        assert "Version 1, in force" in me.get(path).text


def test_wording_packs_are_picked_and_extended(served: Service) -> None:
    """A pack is picked for a search, extended by words and by exceptions, and removed; the rest stays as it was."""
    with signed_in(served, "qa-manager") as me:
        path = f"{PATH}/ef-starter-voice"
        before = document_of(me.get(path).text)
        search = "metrics.0.answer.any_of"
        page = act(me, path, before, f"pack:{search}", **{f"pack:{search}": "en/goodbye"}).text
        picked = document_of(page)
        assert "{wording: en/goodbye}" in picked
        assert 'value="en/offer_of_help"' in page
        words = {f"new:{search}.0.also": "welcome to northwind, good day"}
        extended = document_of(act(me, path, picked, f"add:{search}.0.also", **words).text)
        assert "also: [welcome to northwind, good day]" in extended
        never = {f"new:{search}.0.never": "good day to you"}
        page = act(me, path, extended, f"add:{search}.0.never", **never).text
        extended = document_of(page)
        assert "never: [good day to you]" in extended
        assert "0 fault" in page or 'class="faults"' not in page
        removed = document_of(act(me, path, extended, f"remove:{search}.1").text)
        assert "en/goodbye}" not in removed.partition("em-introduction")[0]
        wrong = act(me, path, before, f"pack:{search}", **{f"pack:{search}": "en/godbye"})
        assert wrong.status_code == 422
        assert "en/goodbye" in wrong.text.partition('role="alert"')[2].partition("</div>")[0]


def test_faults_stand_at_their_lines(served: Service) -> None:
    """A document with a fault can be kept as a draft, says where it is wrong, and is not published."""
    with signed_in(served, "qa-manager") as me:
        path = f"{PATH}/ef-starter-chat"
        whole = document_of(me.get(path).text)
        wrong = whole.replace("pass_score: 70", "pass_score: high")
        page = act(me, path, wrong, "look").text
        line = wrong.split("pass_score")[0].count("\n") + 1
        assert f'data-line="{line}"' in page
        assert 'aria-disabled="true"' in page
        refused = act(me, path, wrong, "publish")
        assert refused.status_code == 422
        part = act(me, path, wrong, "look", part="1").text
        assert "<html" not in part
        assert f'data-line="{line}"' in part
        assert act(me, path, "id: [", "save").status_code == 422
        assert act(me, path, whole.replace("id: ef-starter-chat", "id: ef-other"), "save").status_code == 422
        assert document_of(me.get(path).text) == whole


def test_published_with_a_reason_and_brought_back(served: Service) -> None:
    """The list of versions says who and why; older conversations keep or lose their scores as chosen; a version returns."""
    app = served.store.within(TENANT)
    with signed_in(served, "qa-manager") as me:
        path = f"{PATH}/ef-starter-chat"
        first = document_of(me.get(path).text)
        second = first.replace("pass_score: 70", "pass_score: 75")
        for changes, says in (
            ({"history": "since", "since": "no day"}, "no day is not a date"),
            ({"note": "x" * 501}, "501 characters"),
        ):
            refused = act(me, path, second, "publish", **changes)
            assert refused.status_code == 422
            assert says in refused.text
        assert [each.version for each in app.forms.versions("ef-starter-chat")] == [1]
        done = act(me, path, second, "publish", note=" Too lenient ")
        page = me.get(done.headers["location"]).text
        assert "Version 2 is in force" in page
        assert "Too lenient" in page
        newest = app.forms.versions("ef-starter-chat")[0]
        assert (newest.note, newest.by) == ("Too lenient", me.get("/api/v1/me").json()["email"])
        assert not list_rescores(app)
        if 'value="again"' in page:
            again = act(me, path, second, "again")
            assert again.status_code == 303
            cancel_rescore(app, list_rescores(app)[0].id)
        back = act(me, path, second, "back:1")
        assert document_of(back.text).replace("@1", "") == first.replace("@1", "")
        done = act(me, path, document_of(back.text), "publish", history="since", since="2026-03-01")
        assert "Older ones are being scored again" in me.get(done.headers["location"]).text
        begun = list_rescores(app)[0]
        assert (begun.form_id, begun.version, begun.since) == (
            "ef-starter-chat",
            3,
            datetime(2026, 3, 1, tzinfo=UTC),
        )
        cancel_rescore(app, begun.id)


def test_published_for_a_day_to_come(served: Service) -> None:
    """The day is written into the document; until then the version before goes on, and the day can be taken back."""
    app = served.store.within(TENANT)
    with signed_in(served, "qa-manager") as me:
        path = f"{PATH}/ef-starter-chat"
        before = app.forms.versions("ef-starter-chat")[0].version
        text = document_of(me.get(path).text).replace("name: Starter", "name: Later starter", 1)
        for day, says in (("", "choose a date"), ("2026-01-01", "1 January 2026 is not a day to come")):
            refused = act(me, path, text, "publish", history="day", day=day)
            assert refused.status_code == 422
            assert says in refused.text
        done = act(me, path, text, "publish", history="day", day="2099-12-01")
        page = me.get(done.headers["location"]).text
        assert f"scores conversations from 1 December 2099 on; until then version {before} does" in page
        assert "From 1 December 2099 on" in page
        assert re.search(rf'class="num">{before} <span class="tag tag--go">In force', page)
        assert "from 1 December 2099 on" in me.get(PATH).text
        dated = document_of(page)
        assert "valid_from: " in dated
        act(me, path, dated, "publish", history="new", had_day="2099-12-01")
        assert "valid_from" not in app.forms.versions("ef-starter-chat")[0].document.decode()


def test_a_queue_is_taken_over_or_left(served: Service) -> None:
    """A queue that another form has is a fault with two buttons; taken over, both forms change when it is published."""
    app = served.store.within(TENANT)
    other = app.forms.versions("ef-starter-chat")[0].document.decode()
    with signed_in(served, "qa-manager") as me:
        path = me.post(PATH, data={"name": "Chat taker", "channel": "chat", "queue": "Retail Banking"}).headers[
            "location"
        ]
        text = re.sub(
            r"  - {queue: .*",
            '  - {queue: "*", direction: inbound, pass_score: 80}\n  - {queue: x}',
            document_of(me.get(path).text),
        )
        page = act(me, path, text, "look").text
        assert "scores every other queue too" in page
        left = document_of(act(me, path, text, "leave:ef-starter-chat").text)
        assert read_form(left.encode()).assignments == (Assignment(queue="x"),)
        page = act(me, path, text, "take:ef-starter-chat").text
        assert "Taken over when this form is published: every other queue" in page
        assert act(me, path, text, "publish").status_code == 422
        saved = act(me, path, text, "save", take="ef-starter-chat").headers["location"]
        assert "Taken over when this form is published: every other queue" in me.get(saved).text
        assert "Taken over" not in me.get(path).text
        done = act(me, path, text, "publish", take="ef-starter-chat", history="day", day="2099-12-01")
        assert done.status_code == 303, done.text
        changed = app.forms.versions("ef-starter-chat")[0].document
        assert read_form(changed).assignments == (Assignment(queue="*", direction="outbound"),)
        assert str(read_form(changed).valid_from) == "2099-12-01"
        act(me, "/console/forms/ef-starter-chat", other, "publish", history="new")
        app.forms.retire("ef-chat-taker")
        app.forms.publish("ef-starter-chat", other.encode())


def test_a_form_names_what_uses_it(served: Service) -> None:
    """Plans, scorecards and reports that read a form are on its tab Publish, as far as the visitor may see them."""
    with signed_in(served, "qa-manager") as me:
        page = me.get(f"{PATH}/ef-starter-voice").text
        assert "Report: of every form" not in page
        made = me.post(
            "/console/schedules",
            data={"name": "Weekly sum", "kind": "form_summary", "every": "week", "format": "csv", "days": "7"},
        )
        assert made.status_code == 303, made.text
        assert "Report: of every form" in me.get(f"{PATH}/ef-starter-voice").text


@pytest.mark.parametrize("late", ["save", "publish", "discard"])
def test_no_text_of_someone_else_is_replaced_silently(served: Service, late: str) -> None:
    """An editor whose form was saved by someone else meanwhile sees both texts, and replaces theirs only by saving again."""
    path, forms = f"{PATH}/ef-starter-voice", served.store.within(TENANT).forms
    before = forms.get("ef-starter-voice")
    with signed_in(served, "qa-manager") as first, signed_in(served, "qa-manager") as second:
        opened = document_of(first.get(path).text)
        revision = revision_of_page(first.get(path).text)
        theirs, mine = (opened.replace("pass_score: 70", f"pass_score: {each}") for each in (81, 82))
        assert act(second, path, theirs, "save", revision=revision).status_code == 303
        refused = act(first, path, mine, late, revision=revision)
        assert refused.status_code == 409
        assert "changed this form at" in refused.text
        assert document_of(refused.text) == mine
        other = re.search(r'<textarea[^>]*id="other"[^>]*>(.*?)</textarea>', refused.text, re.DOTALL)
        assert other
        assert html.unescape(other[1]) == theirs
        assert [each.document.decode() for each in forms.drafts()] == [theirs]
        assert forms.get("ef-starter-voice") == before
        again = act(first, path, mine, "save", revision=revision_of_page(refused.text))
        assert again.status_code == 303
        assert [each.document.decode() for each in forms.drafts()] == [mine]
    assert forms.discard_draft("ef-starter-voice")


def test_who_edits_forms(served: Service) -> None:
    """Forms are open to those who edit or publish them, and to nobody else."""
    with signed_in(served, "auditor") as auditor:
        assert auditor.get(PATH).status_code == 403
        assert auditor.get(f"{PATH}/ef-starter-voice").status_code == 403
        assert auditor.post(f"{PATH}/ef-starter-voice", data={"document": "", "act": "look"}).status_code == 403
    with signed_in(served, "qa-manager") as me:
        assert me.get(f"{PATH}/ef-none").status_code == 404
        assert me.post(PATH, data={"name": "!", "channel": "voice"}).status_code == 422
        assert me.post(PATH, data={"name": "Starter voice", "channel": "voice"}).status_code == 422
        discarded = me.post(f"{PATH}/ef-starter-voice", data={"document": "", "act": "discard"})
        assert discarded.status_code == 303


@pytest.mark.night
def test_what_is_taken_over_is_there_after_a_reload(browser: Browser, served: Service) -> None:
    """The page that is loaded again still has the mark of a queue that is taken over, until it is left to the other."""
    enter(browser, served, "qa-manager")
    with signed_in(served, "qa-manager") as me:
        path = me.post(PATH, data={"name": "Taker", "channel": "chat", "queue": "Retail Banking"}).headers["location"]
        text = document_of(me.get(path).text)
        text = re.sub(r"  - {queue: .*", '  - {queue: "*", direction: inbound}', text)
        act(me, path, text, "save")
    browser.driver.get(f"{served.url}{path}")
    browser.one("button[value='take:ef-starter-chat']").click()
    browser.until(".overlap", lambda words: words.startswith("Taken over when this form is published"))
    browser.driver.refresh()
    assert browser.text(".overlap").startswith("Taken over when this form is published")
    browser.one("button[value='leave:ef-starter-chat']").click()
    wait_for(lambda: browser.all(".overlap"), lambda found: not found)
    assert "take=" not in browser.driver.current_url
    served.store.within(TENANT).forms.discard_draft("ef-taker", None)
