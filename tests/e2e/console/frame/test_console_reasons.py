"""The machine's reasons on the pages that explain a score: a German reader reads them in German, others as stored."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import pytest
from markupsafe import escape

from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import MetricResult
from auscult.domain.scoring.stored import ConversationDetail
from auscult.formats import Limits
from auscult.reports import REPORTS
from auscult.services.audits.workflow import Auditing
from auscult.services.conversations.latest import Sought, latest
from auscult.services.definitions.forms.publish import publish
from auscult.services.disputes.reviewing import Reviewing
from auscult.services.scoring.intake.read import read_file
from tests.data_files import data_of, tuples_of
from tests.e2e.consoles import AGENT, email_of, signed_in
from tests.e2e.serving import TENANT, Service, process
from tests.unit.domain.disputes.viewers import agent_of
from tests.waiting import existing

FORM = data_of(__file__, "form").encode()
HOLDS = data_of(__file__, "holds")
LEFT_OUT = "not found in the agent's turns, and excused, because "
EXCUSED = {
    "the customer gave it unasked": "Der Kunde nannte es ungefragt",
    "there was no wait": "Es gab keine Wartezeit",
}
NO_ONE_ELSE = "the customer asks for no one else"
ENGLISH = tuples_of(__file__, "english")
CONSOLE = {"weeks": 4}


def details(served: Service, agent: str | None = None) -> Iterator[ConversationDetail]:
    """Yield evaluated conversations."""
    app = served.store.within(TENANT)
    sought = Sought(statuses=("evaluated",)) if agent is None else Sought(statuses=("evaluated",), agents=(agent,))
    for each in latest(app, sought, limit=50).items:
        yield existing(app.conversations.get(each.id))


def reasons_of(found: ConversationDetail) -> list[str]:
    """Return the stored reasons of a conversation's verdicts."""
    return [each.verdict.reason for each in found.evaluations[0].results if each.verdict.reason]


def read(client: httpx.Client, path: str, language: str) -> str:
    """Return a page in a language."""
    answer = client.get(f"/console{path}", headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer.text


def put(served: Service, folder: Path) -> None:
    """Score a conversation with two holds by a form of its queue."""
    app = served.store.within(TENANT)
    publish(app.forms, {"holds.yaml": FORM}, served.application.answered)
    (folder / "holds.ndjson").write_bytes(msgspec.json.encode(HOLDS))
    read = [
        each for each in read_file(folder / "holds.ndjson", TENANT.app_id, Limits()) if isinstance(each, Conversation)
    ]
    process(served.application, read)


def in_english(result: MetricResult) -> str:
    """Return the sentence that the page makes of a stored reason for an English reader."""
    reason = result.verdict.reason
    if not result.verdict.certain:
        word = {"YES": "Yes", "NO": "No"}.get(result.verdict.qualification)
        return f"Counted as {word}, though unclear: {reason}." if word else f"Unclear: {reason}."
    if reason.startswith(LEFT_OUT):
        return f"Not found in the agent's turns, and left out, because {reason.removeprefix(LEFT_OUT)}."
    if reason.startswith("not found in "):
        return f"Not found. Looked in {reason.removeprefix('not found in ')}."
    return f"{reason[0].upper()}{reason[1:]}."


@pytest.mark.landing
def test_reasons_of_a_conversation(served: Service) -> None:
    """NO, NA, what is unclear and what is not known are read in German; in English the bytes are as stored."""
    seen: set[str] = set()
    with signed_in(served, "qa-manager") as client:
        for found in details(served):
            german = read(client, f"/conversations/{found.conversation.id}", "de")
            english = read(client, f"/conversations/{found.conversation.id}", "en")
            assert [each for each in ENGLISH if each in german] == []
            assert '<span lang="en">' not in german
            assert "Konfigurierte Anliegen: Es ist keine Taxonomie eingerichtet" in german
            assert "Configured intents: no taxonomy is configured" in english
            for result in found.evaluations[0].results:
                if result.verdict.reason:
                    assert f"<p>{escape(in_english(result))}</p>" in english
            seen |= {each.partition(", and")[0] for each in reasons_of(found)}
            if NO_ONE_ELSE in reasons_of(found):
                assert "<p>Der Kunde verlangt niemand anderen.</p>" in german
            if "not found in the agent's turns" in reasons_of(found):
                assert "<p>Nicht gefunden. Durchsucht: Beiträge des Agenten.</p>" in german
            for because, text in EXCUSED.items():
                if LEFT_OUT + because in reasons_of(found):
                    assert (
                        f"<p>Nicht gefunden und nicht gezählt: {text}. Durchsucht: Beiträge des Agenten.</p>" in german
                    )
    assert {NO_ONE_ELSE, "not found in the agent's turns"} <= seen


def test_reasons_of_instances(served: Service, tmp_path: Path) -> None:
    """Those of each hold and each part are read one by one; evidence without words has no empty quotation marks."""
    put(served, tmp_path)
    with signed_in(served, "qa-manager") as client:
        german = read(client, "/conversations/c-holds", "de")
        english = read(client, "/conversations/c-holds", "en")
    assert (
        "<p>Notice; again: Warteschleife 1 von 2 bei 0:30: nicht gefunden (davor durchsucht: der letzte Beitrag des "
        "Agenten); Duration: Warteschleife 1 von 2 bei 0:30: 40,5 s; höchstens 20 s.</p>"
    ) in german
    assert (
        "<p>Notice; again: hold 1 of 2 at 30000 ms: not found in the agent&#39;s last turn before it; "
        "Duration: hold 1 of 2 at 30000 ms: 40.5 s; at most 20 s.</p>"
    ) in english
    turn = '<q class="said" dir="auto">My router is broken.</q> <span class="quiet num">Kunde 0:30</span></a>'
    assert f'{turn} <span class="quiet">Warteschleife 1 von 2 bei 0:30</span></p>' in german
    assert '<q class="said" dir="auto"></q>' not in english


def test_reason_of_the_machine_in_a_dispute(served: Service) -> None:
    """The reviewer reads the whole reason, with places in German and the form's own words as they are."""
    app = served.store.within(TENANT)
    found, missed = next(
        (each, result)
        for each in details(served, AGENT)
        for result in each.evaluations[0].results
        if result.verdict.reason.startswith(LEFT_OUT)
    )
    auditing = Auditing(app, REPORTS, lambda: datetime.now(UTC))
    audit = auditing.assign(found.conversation.id, email_of("auditor"), by="test")
    answer = AuditAnswer(metric_id=missed.metric.id, answer="NO", comment="No.")
    auditing.submit(found.conversation.id, [answer], as_machine=True)
    agent = agent_of(AGENT, name=email_of("agent"))
    reviewing = Reviewing(app, REPORTS, lambda: datetime.now(UTC), agent)
    dispute = reviewing.dispute(audit.assignment_id, missed.metric.id, "It was.")
    because = missed.verdict.reason.removeprefix(LEFT_OUT)
    with signed_in(served, "qa-manager") as client:
        german = read(client, f"/disputes/{dispute.dispute_id}", "de")
        english = read(client, f"/disputes/{dispute.dispute_id}", "en")
    assert f"nicht gefunden (durchsucht: Beiträge des Agenten), aber entschuldigt: {because}</span>" in german
    assert f'dir="auto">{escape(missed.verdict.reason)}</span>' in english
