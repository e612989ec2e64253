"""Home, Overview, Agents, mails and the API say the same of the same figures, over data that chance made."""

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import msgspec
import pytest

from auscult.domain.conversation import Agent, Queue
from auscult.domain.schedules.schedule import Schedule
from auscult.services.conversations.latest import Sought, details, latest
from auscult.services.schedules.scheduling import Scheduling
from tests.e2e.consoles import QUEUE, console, email_of, signed_in
from tests.e2e.serving import TENANT, Service, process

END = datetime.combine(datetime.now(UTC).date() + timedelta(days=1), datetime.min.time(), UTC)
WEEK = timedelta(days=7)


@pytest.fixture(scope="module", params=[1, pytest.param(2, marks=pytest.mark.night)])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console whose last week has more of a queue, a reason and an agent than the weeks before."""
    folder, chance = tmp_path_factory.mktemp("console"), random.Random(request.param)
    with console(f"sqlite:///{folder / 'auscult.db'}", weeks=6, a_week=16, state_dir=str(folder)) as found:
        app = found.store.within(TENANT)
        outcome = chance.choice(["failed", "passed"]) if request.param > 1 else "failed"
        items = latest(app, Sought(outcomes=(outcome,)), limit=20).items
        made: list[Any] = []
        for n, (each, known) in enumerate(details(app, items).items()):
            at = END - timedelta(days=2, minutes=chance.randint(0, 5_000))
            conversation = known.conversation
            length = (conversation.ended_at or conversation.started_at) - conversation.started_at
            made += [
                msgspec.structs.replace(
                    conversation,
                    id=f"{each}-{n}-{copy}",
                    custom_id=None,
                    started_at=at,
                    ended_at=at + length,
                    queues=(Queue("q-store", "Online Store"),),
                    agents=(Agent(chance.choice(["a-noor", "a-sam"]), "Noor Haddad"),),
                )
                for copy in range(12)
            ]
        process(found.application, made[:24])
        yield found


def asked(client: Any, **query: str) -> dict[str, Any]:
    """Ask the API what moved the last week against the four before."""
    periods = {"since": END - WEEK, "until": END, "before_since": END - 5 * WEEK, "before_until": END - WEEK}
    given = {name: at.isoformat() for name, at in periods.items()} | query
    answer = client.get("/api/v1/insights/drivers", params=given)
    assert answer.status_code == 200, answer.text
    return answer.json()


def words(page: str) -> str:
    """Return a page without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


@pytest.mark.landing
def test_pages_and_the_api_have_one_sentence(served: Service) -> None:
    """What the API concludes stands on Home and Overview; parts of each kind add up to the change."""
    with signed_in(served, "qa-manager") as me:
        found = asked(me)
        pages = [words(me.get(path).text) for path in ("/console/", "/console/overview")]
    assert found["change"] == pytest.approx(found["now"]["value"] - found["before"]["value"])
    for kind in {each["kind"] for each in found["drivers"]}:
        parts = [each["part"] for each in found["drivers"] if each["kind"] == kind]
        assert sum(parts) == pytest.approx(found["change"], abs=1e-6), kind
    named = [each for each in found["drivers"] if each["is_beyond_chance"]]
    assert named
    why = re.sub(r"^.*?(?:before|chance)\. ", "", found["sentence"])
    assert all(why in page for page in pages), (why, pages)


@pytest.mark.landing
@pytest.mark.parametrize("figure", ["score", "resolved", "escalation", "churn", "handover", "metric:em-greeting"])
def test_other_figures_are_split_too(served: Service, figure: str) -> None:
    """The parts of each kind add up; an unknown figure is refused with those that there are."""
    with signed_in(served, "qa-manager") as me:
        found = asked(me, figure=figure)
        for kind in {each["kind"] for each in found["drivers"]}:
            parts = [each["part"] for each in found["drivers"] if each["kind"] == kind]
            assert sum(parts) == pytest.approx(found["change"], abs=1e-6), kind
        refused = me.get("/api/v1/insights/drivers", params={"figure": "luck"})
    assert (refused.status_code, "available: pass, score" in refused.text) == (400, True)


@pytest.mark.landing
def test_a_viewer_of_one_queue_sees_parts_of_that_alone(served: Service) -> None:
    """Nothing of other queues, agents or sums can be read from what they get."""
    with signed_in(served, "qa-manager") as me, signed_in(served, "supervisor") as other:
        whole, seen = asked(me, queue=QUEUE), asked(other)
    assert (seen["now"], seen["before"]) == (whole["now"], whole["before"])
    assert {each["name"] for each in seen["drivers"] if each["kind"] == "queue"} <= {QUEUE, ""}
    assert "Online Store" not in str(seen)


@pytest.mark.landing
def test_the_list_of_agents_and_each_page_agree(served: Service) -> None:
    """Whom the list names as more than chance is so on her own page, with the same counts, and nobody else is."""
    with signed_in(served, "qa-manager") as me:
        listing = me.get("/console/agents").text
        said = words(listing)
        for path in sorted(set(re.findall(r'href="(/console/agents/[^"?#]+)"', listing))):
            own = words(me.get(path).text)
            counts = re.search(r"language and queue: (\d+ of \d+, where \d+ would be usual)", own)
            assert bool(counts) is (counts is not None and counts.group(1) in said), path


@pytest.mark.landing
def test_a_scheduled_mail_has_the_sentence_of_the_api(served: Service) -> None:
    """Of its own days, and the days before them."""
    wanted = Schedule(
        schedule_id="", name="Week", kind="form_summary", created_by=email_of("qa-manager"), created_at=END
    )
    service = Scheduling(served.store, TENANT, lambda: END)
    run = service.run(service.create(wanted, email_of("qa-manager")))[0]
    with signed_in(served, "qa-manager") as me:
        found = asked(me, before_since=(END - 2 * WEEK).isoformat())
    assert run.detail.endswith(found["sentence"])


@pytest.mark.landing
def test_every_number_of_a_reason_opens_its_conversations(served: Service) -> None:
    """And under a reason there are conversations to hear, and what those that pass have."""
    with signed_in(served, "qa-manager") as me:
        page = me.get("/console/reasons").text
        counts = re.findall(r'href="(/console/conversations\?[^"]+)">(\d+)</a>', page)
        assert len(counts) > 5
        for href, n in counts[:12]:
            listed = words(me.get(unescape(href)).text)
            assert re.search(rf"\b{n} conversations?\b", listed), (href, n)
        opened = re.search(r'href="(/console/reasons\?[^"]*about=[^"#]+)', page)
        assert opened is not None
        about = me.get(unescape(opened.group(1))).text
    assert "Three to hear" in about
    assert "What agents who pass do differently" in about
    with signed_in(served, "agent") as other:
        assert other.get("/console/reasons").status_code == 403
