"""Questions in words, taught by ticks, over HTTP and in the store: proposed, ticked, learned, published, and erased."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from auscult.cli.operations.doctor import examine
from auscult.domain.audits.audit import AuditAnswer
from auscult.formats import Limits
from auscult.services.definitions.forms.editing.changes import Put, changed
from auscult.services.scoring.intake.read import read_file
from tests.data_files import data_of, tuples_of
from tests.e2e.consoles import PEOPLE, signed_in
from tests.e2e.own import Own, problem
from tests.e2e.serving import STRANGER, TENANT, Service, listening, opened, process, processing
from tests.integration.program import auscult, conversation, write
from tests.waiting import PATIENCE_S, existing

PATH = "/forms/ef-own/taught"
QUESTION = "Did the agent offer the loyalty programme?"
FORM = data_of(__file__, "form")
METRIC = "em-did-the-agent-offer-the-loyalty-programme"
OFFERS = tuples_of(__file__, "offers")
OTHERS = tuples_of(__file__, "others")


def says(number: int) -> bool:
    """Return whether the agent of a conversation offers the programme: every second one does."""
    return number % 2 == 0


class Taught(Service):
    """A server with a folder for files."""

    folder: Path


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Taught]:
    """A server with a form, and 32 conversations; in half of them the agent offers the programme."""
    folder = tmp_path
    with (
        opened(PEOPLE, f"sqlite:///{folder / 'auscult.db'}", state_dir=str(folder)) as application,
        listening(application.server_app(None)) as address,
        httpx.Client(timeout=PATIENCE_S) as http,
    ):
        found = Taught(address, application, http)
        found.folder = folder
        found.store.within(TENANT).forms.publish("ef-own", FORM.encode())
        file = write(folder / "calls.ndjson", *(call(number) for number in range(32)))
        process(application, read_file(file, TENANT.app_id, Limits()))
        yield found


def call(number: int) -> dict[str, Any]:
    """A conversation of three turns."""
    said = (OFFERS if says(number) else OTHERS)[number // 2 % 4]
    lines = (("agent", "hello, how can I help"), ("customer", f"it is about order {number}"), ("agent", said))
    return conversation(f"c-{number:02}", lines)


def client(served: Taught) -> Own:
    """Return a client that may change forms and read conversations."""
    return Own(served, served.new_client("forms:write", "conversations:read"))


def taught(own: Own) -> dict[str, Any]:
    """Ask the question, and tick what is proposed until at least 15 conversations are ticked."""
    page = own.ask("POST", PATH, json={"question": QUESTION}).json()
    while page["agreement"]["answers"] < 15:
        ticks = [
            {
                "conversation_id": each["conversation_id"],
                "turn_id": turn["turn_id"],
                "says": "loyalty programme" in turn["text"],
            }
            for each in page["proposals"]
            for turn in each["turns"]
        ]
        page = own.ask("POST", f"{PATH}/{page['metric_id']}/ticks", json={"ticks": ticks}).json()
    return page


def score(served: Taught, name: str, words: str, asked: str = "it is about my order") -> dict[str, Any]:
    """Process a further conversation; return the answer to the question."""
    lines = (("agent", "hello, how can I help"), ("customer", asked), ("agent", words))
    file = write(served.folder / f"{name}.ndjson", conversation(name, lines))
    process(served.application, read_file(file, TENANT.app_id, Limits()))
    detail = served.store.within(TENANT).conversations.recorded([name])[name]
    return {each.metric.id: each.verdict for each in detail.evaluation.results} | {"score": detail.evaluation.score}


def test_a_question_is_taught_published_and_scores(served: Taught) -> None:
    """Turns like the question are proposed first; the form has weights and no text; later conversations are judged."""
    own = client(served)
    page = taught(own)
    path, app = f"{PATH}/{page['metric_id']}", served.store.within(TENANT)
    assert (page["metric_id"], page["speaker"], page["counts"]) == (METRIC, "agent", True)
    assert page["agreement"]["kappa"] >= 0.7
    assert page["agreement"]["least"] <= page["agreement"]["kappa"] <= page["agreement"]["most"]
    assert not page["is_learned"]
    again = own.ask("POST", path).json()
    assert again["agreement"]["answers"] == page["agreement"]["answers"] >= 15
    assert again["is_learned"]
    ticked = {each.conversation_id for each in app.form_examples.ticks_of("ef-own", METRIC)}
    assert not ticked & {each["conversation_id"] for each in again["proposals"]}
    draft = existing(app.forms.draft("ef-own"))
    assert not [word for word in ("parcel", "c-0", "collect points") if word in draft.document.decode()]
    assert own.ask("POST", "/forms/ef-own/draft/publish").status_code == 200
    said = score(served, "c-yes", "may I tell you about the loyalty programme we have")
    assert (said[METRIC].qualification, said[METRIC].evidence[0].turn_id) == ("YES", "m2")
    said = score(served, "c-no", "your invoice leaves on Monday")
    assert (said[METRIC].qualification, said[METRIC].evidence[0].is_absence) == ("NO", True)


def test_what_is_under_the_limit_is_shown_and_moves_no_score(served: Taught) -> None:
    """The answer is left to a person, with how often it was right; the score is that of the other questions."""
    own, app = client(served), served.store.within(TENANT)
    page = taught(own)
    learned = own.ask("POST", f"{PATH}/{page['metric_id']}").json()["agreement"]
    draft = existing(app.forms.draft("ef-own"))
    limit = changed(draft.document, Put(("metrics", 1, "counts_from"), 1), Put(("metrics", 1, "weight"), 50))
    limit = changed(limit, Put(("metrics", 1, "taught", "kappa"), Decimal("0.5")), Put(("metrics", 0, "weight"), 50))
    app.forms.save_draft("ef-own", limit)
    assert own.ask("POST", "/forms/ef-own/draft/publish").status_code == 200
    said = score(served, "c-no", "your invoice leaves on Monday")
    assert (said[METRIC].qualification, said["score"]) == ("-", 100)
    tried = f"tried on {learned['answers']} of your answers: {learned['right']} right; a person or a judge"
    assert said[METRIC].reason.startswith(tried)


def test_without_its_encoder_a_conversation_waits_alone(served: Taught) -> None:
    """One of another form is evaluated; the batch is tried again later and names the encoder, as does the doctor."""
    own, app = client(served), served.store.within(TENANT)
    page = taught(own)
    own.ask("POST", f"{PATH}/{page['metric_id']}")
    draft = existing(app.forms.draft("ef-own"))
    app.forms.publish("ef-own", changed(draft.document, Put(("metrics", 1, "taught", "encoder"), "another one")))
    file = write(
        served.folder / "two.ndjson", call(98) | {"id": "c-held"}, call(99) | {"id": "c-chat", "channel": "chat"}
    )
    accepted = process(served.application, read_file(file, TENANT.app_id, Limits()))
    assert set(app.conversations.recorded(["c-held", "c-chat"])) == {"c-chat"}
    worker = processing(served)
    finished = existing(worker.evaluate(accepted.batch_id or ""))
    for further in worker.ask_judge(finished):
        worker.record(further)
    (postponed,) = served.store.batches.postponed()
    assert "taught with another one" in (postponed.reason or "")
    assert postponed.postponed_until is not None
    found = [each.what for each in examine(served.application.settings) if METRIC in each.what]
    assert [each.partition(",")[0] for each in found] == [f"form ef-own of {TENANT.app_id}"]
    assert set(app.conversations.recorded(["c-held", "c-chat"])) == {"c-chat"}


def test_an_erased_conversation_takes_its_tick_along_and_leaves_the_weights(served: Taught) -> None:
    """The reference is gone, the draft stays as it was; ticks are no examples of the form, and cross no apps."""
    own, app = client(served), served.store.within(TENANT)
    page = taught(own)
    own.ask("POST", f"{PATH}/{page['metric_id']}")
    before = app.forms.draft("ef-own")
    ticks = app.form_examples.ticks_of("ef-own", METRIC)
    name = ticks[0].conversation_id or ""
    mine = sum(each.conversation_id == name for each in ticks)
    assert app.conversations.erase(name)
    after = own.ask("GET", f"{PATH}/{METRIC}").json()
    answers = page["agreement"]["answers"] - 1
    assert (after["erased"], after["ticks"], after["agreement"]["answers"]) == (mine, len(ticks), answers)
    draft = app.forms.draft("ef-own")
    assert before is not None
    assert draft is not None
    assert draft.document == before.document
    assert name not in {each.conversation_id for each in app.form_examples.ticks_of("ef-own", METRIC)}
    assert app.form_examples.of_form("ef-own") == []
    assert app.form_examples.of_conversations([each.conversation_id or "" for each in ticks]) == []
    served.store.ensure(STRANGER)
    assert served.store.within(STRANGER).form_examples.ticks_of("ef-own", METRIC) == []


def test_the_console_teaches_by_ticks(served: Taught) -> None:
    """A question is asked, five conversations are ticked or skipped at a time, and what is learned is in the draft."""
    page = f"/console/forms/ef-own/teach/{METRIC}"
    with signed_in(served, "qa-manager") as me:
        asked = me.post("/console/forms/ef-own/teach", data={"question": QUESTION})
        assert (asked.status_code, asked.headers["location"]) == (303, page)
        first = me.get(page).text
        assert "Nothing is learned yet" in first
        shown = re.findall(r'name="shown" value="([^"]+)"', first)
        skipped = shown[-1].partition("|")[0]
        says = [each for each in shown if call(int(each[2:4]))["turns"][2]["id"] == each.partition("|")[2]]
        sent = {"act": "tick", "shown": shown, "says": says, "skipped": [skipped]}
        assert me.post(page, data=sent).status_code == 303
        ticks = served.store.within(TENANT).form_examples.ticks_of("ef-own", METRIC)
        assert skipped not in {each.conversation_id for each in ticks}
        assert {f"{each.conversation_id}|{each.turn_id}" for each in ticks if each.says} == {
            each for each in says if not each.startswith(skipped)
        }
        assert re.search(r"Tried on 4 of your answers: \d right", me.get(page).text)
        assert me.post(page, data={"act": "learn"}).headers["location"] == f"{page}?done=learned"
        assert "The draft has it" in me.get(page).text
        shown = re.findall(r'name="shown" value="([^"]+)"', me.get(page).text)
        refused = me.post(page, data={"act": "tick", "shown": shown})
        assert (refused.status_code, "Press “None of these”" in refused.text) == (422, True)
        before = len(ticks)
        assert me.post(page, data={"act": "none", "shown": shown, "says": shown[:1]}).status_code == 303
        ticks = served.store.within(TENANT).form_examples.ticks_of("ef-own", METRIC)
        assert not [each for each in ticks[before:] if each.says]
        assert {f"{each.conversation_id}|{each.turn_id}" for each in ticks[before:]} == set(shown)
    with signed_in(served, "auditor") as other:
        assert other.get(page).status_code == 403


def take(served: Taught, said: str, *keys: str) -> bytes:
    """Take parts that the page proposes in these words by their buttons; return the draft."""
    here = f"/console/forms/ef-own/teach/{METRIC}"
    with signed_in(served, "qa-manager") as me:
        assert said in me.get(here).text
        for key in keys:
            assert me.post(here, data={"part": key}).status_code == 303
    return existing(served.store.within(TENANT).forms.draft("ef-own")).document


def test_ticks_propose_the_order_and_a_button_takes_it(served: Taught) -> None:
    """Every turn ticked Yes is after the occasion: the button puts that into the draft, and the proposal is gone."""
    own, app = client(served), served.store.within(TENANT)
    page = taught(own)
    assert page["parts"] == []
    draft = existing(app.forms.draft("ef-own"))
    occasion = {"speaker": "customer", "any_of": [{"phrases": [f"about order {number}" for number in range(1, 32)]}]}
    app.forms.save_draft("ef-own", changed(draft.document, Put(("metrics", 1, "trigger"), occasion)))
    found = own.ask("GET", f"{PATH}/{METRIC}").json()
    (part,) = found["parts"]
    assert (part["key"], part["value"], found["looked_through"]) == ("order", "after", page["looked_through"] - 1)
    said = f"Only what is said: after the occasion (fits all {part['ticks']} turns ticked Yes)"
    draft, after = take(served, said, "order", "speaker"), own.ask("GET", f"{PATH}/{METRIC}").json()
    assert re.findall(rb"order: (\w+)", draft) == [b"after"]  # the speaker was not proposed
    assert (after["parts"], {turn["turn_id"] for each in after["proposals"] for turn in each["turns"]}) == ([], {"m2"})


def test_ticks_propose_the_occasion_and_a_button_takes_it(served: Taught) -> None:
    """In all conversations with a Yes, and in hardly any other, the customer wants to leave: it is asked only there."""
    own = client(served)
    page = own.ask("POST", PATH, json={"question": QUESTION}).json()
    for number in range(16):
        asked = "I want to cancel my contract" if number <= 6 else "it is about my order"
        score(served, f"c-own-{number}", OFFERS[0] if number < 6 else OTHERS[0], asked)
        tick = {"conversation_id": f"c-own-{number}", "turn_id": "m2", "says": number < 6}
        page = own.ask("POST", f"{PATH}/{METRIC}/ticks", json={"ticks": [tick]}).json()
    assert page["parts"] == [{"key": "trigger", "value": "en/leaving", "ticks": 6}]
    said = "Ask it only when the customer says that they will leave (fits all 6 conversations ticked Yes)"
    assert b"wording: en/leaving" in take(served, said, "trigger")
    after = own.ask("GET", f"{PATH}/{METRIC}").json()
    assert (after["parts"], after["looked_through"]) == ([], 7)


def test_a_wrong_verdict_and_an_audit_offer_the_next_tick(served: Taught) -> None:
    """The conversation's page leads to its turn, ticked or not; what a person audited otherwise is proposed first."""
    own = client(served)
    page = taught(own)
    path = f"{PATH}/{page['metric_id']}"
    own.ask("POST", path)
    assert own.ask("POST", "/forms/ef-own/draft/publish").status_code == 200
    score(served, "c-yes", "may I tell you about the loyalty programme we have")
    with signed_in(served, "qa-manager") as me:
        shown = me.get("/console/conversations/c-yes").text
        (href,) = re.findall(r'<a href="([^"]+)">This is wrong', shown)
        asked = me.get(href.replace("&amp;", "&")).text
        assert re.findall(r'name="shown" value="([^"]+)"', asked)[0] == "c-yes|m2"
    with signed_in(served, "auditor") as other:
        assert "This is wrong" not in other.get("/console/conversations/c-yes").text
    problem(own.ask("GET", f"{path}?conversation_id=c-none"), 404, "conversation.unknown")
    auditing = served.application.auditing(TENANT)
    auditing.assign("c-yes", "Jane")
    auditing.submit(
        "c-yes", [AuditAnswer(metric_id="em-hello", answer="YES"), AuditAnswer(metric_id=METRIC, answer="NO")]
    )
    with signed_in(served, "qa-manager") as me:
        assert "The audit says No." in me.get("/console/conversations/c-yes").text
        assert "A person answered it otherwise in an audit" in me.get(f"/console/forms/ef-own/teach/{METRIC}").text
    assert '"audited"' not in own.ask("GET", path).text  # the client may not read audits


def test_tuning_refits_a_taught_question_and_takes_it_back(served: Taught) -> None:
    """Ticks since are offered with both agreements; publish puts them in force under the key, undo brings back what was."""
    own, app = client(served), served.store.within(TENANT)
    page = taught(own)
    own.ask("POST", f"{PATH}/{page['metric_id']}")
    own.ask("POST", "/forms/ef-own/draft/publish")
    me = Own(served, served.new_client("forms:write", "audits:read", "conversations:read"))
    tuning = "/tuning/forms/ef-own"
    assert me.ask("GET", tuning).json()["key"] is None
    ticks = [
        {"conversation_id": each["conversation_id"], "turn_id": "m2", "says": True} for each in page["proposals"][:1]
    ]
    own.ask("POST", f"{PATH}/{METRIC}/ticks", json={"ticks": ticks})
    found = me.ask("GET", tuning).json()
    (question,) = found["taught"]
    assert question["after"]["answers"] == question["before"]["answers"] + 1 == page["agreement"]["answers"] + 1
    before = existing(app.forms.get("ef-own"))
    (served.folder / "own.yaml").write_bytes(before.document)
    words = ("tune", "own.yaml", "--audits", "--app", TENANT.app_id, "--write", "new.yaml")
    tuned = auscult(served.folder, *words, settings={"AUSCULT_DATABASE_URL": "sqlite:///auscult.db"})
    assert f"by {question['after']['answers']} ticked conversations: change it" in tuned.out, tuned.err
    assert me.ask("POST", tuning, json={"key": found["key"]}).status_code == 200
    after = existing(app.forms.get("ef-own"))
    assert (served.folder / "new.yaml").read_bytes() == after.document  # the command fits the same
    assert (after.document != before.document, "taught by" in after.note) == (True, True)
    assert me.ask("POST", f"{tuning}/undo").status_code == 200
    assert existing(app.forms.get("ef-own")).document == before.document
    reader = Own(served, served.new_client("audits:read"))  # ticks are of conversations that it may not read
    assert reader.ask("GET", tuning).json()["taught"] == []


def test_what_cannot_be_taught_says_why(served: Taught) -> None:
    """A question of another type, an unknown one, a turn that is not there, nothing ticked, and rights that are missing."""
    own = client(served)
    problem(own.ask("GET", f"{PATH}/em-hello"), 409, "question.not_taught")
    problem(own.ask("GET", f"{PATH}/em-none"), 422, "metric.unknown")
    metric_id = own.ask("POST", PATH, json={"question": QUESTION}).json()["metric_id"]
    problem(own.ask("POST", f"{PATH}/{metric_id}"), 409, "ticks.too_few")
    tick = {"conversation_id": "c-00", "turn_id": "m9", "says": True}
    problem(own.ask("POST", f"{PATH}/{metric_id}/ticks", json={"ticks": [tick]}), 422, "turn.unknown")
    problem(own.ask("POST", PATH, json={"question": " "}), 400, "field.out_of_range")
    reader = Own(served, served.new_client("forms:read"))
    problem(reader.ask("GET", f"{PATH}/{metric_id}"), 403, "scope.missing")
