"""Home, Overview, Agents, mails and the API say the same of the same figures, over data that chance made."""

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import msgspec
import pytest

from auscult.domain.conversation import Agent, Queue
from auscult.domain.record import Outcome
from auscult.domain.schedules.schedule import Schedule
from auscult.services.conversations.latest import Sought, details, latest
from auscult.services.schedules.scheduling import Scheduling
from tests.e2e.consoles import QUEUE, console, email_of, signed_in
from tests.e2e.mcp.test_mcp import calling, over_http, personal
from tests.e2e.serving import KEY, TENANT, Service, process
from tests.integration.program import auscult

END = datetime.combine(datetime.now(UTC).date() + timedelta(days=1), datetime.min.time(), UTC)
WEEK = timedelta(days=7)
PERIODS = {"since": END - WEEK, "until": END, "before_since": END - 5 * WEEK, "before_until": END - WEEK}


@pytest.fixture(scope="module", params=[1, pytest.param(2, marks=pytest.mark.night)])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console whose last week has more of a queue, a reason and an agent than the weeks before."""
    folder, chance = tmp_path_factory.mktemp("console"), random.Random(request.param)
    with console(f"sqlite:///{folder / 'auscult.db'}", weeks=6, a_week=16, state_dir=str(folder)) as found:
        app = found.store.within(TENANT)
        outcome: Outcome = chance.choice(["failed", "passed"]) if request.param > 1 else "failed"
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
    given = {name: at.isoformat() for name, at in PERIODS.items()} | query
    answer = client.get("/api/v1/insights/drivers", params=given)
    assert answer.status_code == 200, answer.text
    return answer.json()


def words(page: str) -> str:
    """Return a page without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def parameter(name: str, html: str) -> str:
    """Return a parameter of the first address in a part of a page that has it."""
    return unquote_plus(re.findall(rf"[?&]{name}=([^&\"]+)", unescape(html))[0])


def section(page: str, title: str) -> str:
    """Return the part of a page under a heading, with its tags."""
    return page.partition(f"<h2>{title}</h2>")[2].partition("</section>")[0]


@pytest.mark.landing
def test_pages_and_the_api_have_one_sentence(served: Service) -> None:
    """What the API concludes stands on Home and Overview; parts of each kind add up to the change."""
    with signed_in(served, "qa-manager") as me:
        found = asked(me)
        home, overview = (words(me.get(path).text) for path in ("/console/", "/console/overview"))
    assert found["change"] == pytest.approx(found["now"]["value"] - found["before"]["value"])
    for kind in {each["kind"] for each in found["drivers"]}:
        parts = [each["part"] for each in found["drivers"] if each["kind"] == kind]
        assert sum(parts) == pytest.approx(found["change"], abs=1e-6), kind
    named = [each for each in found["drivers"] if each["is_beyond_chance"]]
    assert named
    assert found["sentence"] in overview
    why = re.sub(r"^.*?(?:before|chance)\. ", "", found["sentence"])
    assert why in home


@pytest.mark.landing
def test_the_command_and_the_assistant_have_the_answer_of_the_api(served: Service, tmp_path: Path) -> None:
    """Of the same figure and periods, sentence and parts alike."""
    settings = {"AUSCULT_DATABASE_URL": str(served.application.settings.database_url), "AUSCULT_SECRET_KEY": KEY}
    for figure in ("pass", "resolved"):
        given = {name: at.isoformat() for name, at in PERIODS.items()} | {"figure": figure}
        with signed_in(served, "qa-manager") as me:
            answer = asked(me, figure=figure)
        told = over_http(served.url, personal(served, "qa-manager"), calling("get_drivers", **given, limit=50))
        words = [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", value)]
        printed = auscult(tmp_path, "drivers", "--app", TENANT.app_id, *words, "--json", settings=settings)
        for found in (told, printed.last):
            assert (found["sentence"], found["drivers"][:9]) == (answer["sentence"], answer["drivers"][:9]), figure


@pytest.mark.landing
def test_pages_of_any_part_have_one_sentence(served: Service) -> None:
    """Overview, Home and Insights of a queue, a channel or an agent say what the API says of the same, word for word."""
    days = {"from": (END - WEEK).date().isoformat(), "to": (END - timedelta(days=1)).date().isoformat()}
    with signed_in(served, "qa-manager") as me:
        queues = [each["name"] for each in asked(me)["drivers"] if each["kind"] == "queue" and each["name"]]
        parts = [{"queue": each} for each in queues] + [{"channel": "chat"}, {"channel": "voice"}, {"agent": "a-noor"}]
        walked = 0
        for part in parts:
            found = asked(me, **part)
            overview = words(me.get("/console/overview", params=part).text)
            if "What the chart says" in overview and "Too few weeks" not in overview:
                assert found["sentence"] in overview, part
                walked += 1
            last = words(me.get("/console/insights", params={**part, **days}).text)
            of_days = asked(me, **part, before_since=(END - 2 * WEEK).isoformat())
            if min(of_days["now"]["n"], of_days["before"]["n"]) >= 10:
                assert of_days["sentence"] in last, part
            if "queue" in part and min(found["now"]["n"], found["before"]["n"]) >= 10:
                home = words(me.get("/console/", params=part).text)
                is_open = "which could still be chance" in found["sentence"]
                assert ("which could still be chance" in home) is is_open, (part, found["sentence"])
    assert walked > 2


@pytest.mark.landing
def test_charts_name_the_weeks_outside_their_limits(served: Service) -> None:
    """The sentence over each chart of Overview counts the weeks whose figures, in the table, lie outside their limits."""
    with signed_in(served, "qa-manager") as me:
        page = me.get("/console/overview").text
    for title in ("Conversations that pass, by week", "Mean score, by week"):
        card = section(page, title)
        said = words(re.sub(r"<details.*?</details>", "", card, flags=re.DOTALL))
        rows = re.findall(r'<tr><th scope="row">(Week to [^<]+)</th>(.*?)</tr>', card, re.DOTALL)
        assert len(rows) > 3, title
        outside: list[str] = []
        for name, cells in rows:
            value, low, high = (float(each) for each in re.findall(r"\d+\.\d", words(cells))[-3:])
            if not low <= value <= high:
                outside.insert(0, name)
        if outside:
            counted = "One of" if len(outside) == 1 else f"{len(outside)} of"
            assert f"{counted} {len(rows)} weeks" in said, (title, outside)
            assert len(outside) > 3 or all(each in said for each in outside)
        else:
            assert f"All {len(rows)} weeks lie within their limits" in said, title


@pytest.mark.landing
def test_a_metric_moves_on_all_pages_or_on_none(served: Service) -> None:
    """Those that Home names as changed are so on their own pages and over the API, and no others are."""
    with signed_in(served, "qa-manager") as me:
        changed = section(me.get("/console/").text, "What changed in a week")
        named = set(re.findall(r'missed=([^"&]+)', unescape(changed)))
        ids = set(re.findall(r'href="/console/metrics/([^"?#]+)"', me.get("/console/metrics").text))
        assert len(ids) > 5
        assert named <= ids
        for each in sorted(ids):
            found = asked(me, figure=f"metric:{each}")
            own = words(me.get(f"/console/metrics/{each}").text)
            assert found["is_beyond_chance"] is (each in named) or len(named) > 3, each
            if min(found["now"]["n"], found["before"]["n"]) >= 10:
                assert found["sentence"] in own, each


@pytest.mark.landing
def test_a_reason_moves_on_all_pages_or_on_none(served: Service) -> None:
    """Reasons, Insights and the API name the same reasons as more or fewer in the same weeks.

    Of chats some have no times, which the API leaves out of its totals.
    """
    voice = {"channel": "voice"}
    days = {"since": (END - 4 * WEEK).isoformat(), "until": END.isoformat(), "by": "intent"}
    with signed_in(served, "qa-manager") as me:
        reasons, insights = (me.get(f"/console/{name}", params=voice).text for name in ("reasons", "insights"))
        found = me.get("/api/v1/insights", params=voice | days).json()["trends"]
    rows = section(reasons, "Reasons, the most frequent first").split("<tr>")
    news = section(insights, "New or changed").split("<li>")[1:]
    bold = {parameter("about", each) for each in rows if '<td class="n"><b>' in each}
    assert bold == {parameter("intent", each) for each in news if "intent=" in each}
    assert bold
    new = {each["name"] for each in found["new"]}
    assert bold - new == {each["name"] for each in (*found["rising"], *found["falling"])}


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
