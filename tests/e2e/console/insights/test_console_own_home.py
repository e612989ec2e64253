"""An agent's own Home in a real Chromium: the trend with the team's band, words, results with an undo, disputes."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace

from auscult.domain.conversation import Agent
from auscult.domain.disputes.steps import ReviewChange
from auscult.domain.people.directory import DirectoryAgent, Membership, Team
from auscult.reports import REPORTS
from auscult.services.conversations.latest import Sought, newest
from auscult.services.disputes.reviewing import Reviewing
from auscult.services.insights.quality import WEEK
from auscult.services.insights.team import LEAST
from tests.e2e.browsing import Browser
from tests.e2e.console.disputes.test_console_reviews import audited, looked_at, reviewing, shown
from tests.e2e.consoles import AGENT, console, email_of, signed_in
from tests.e2e.serving import TENANT, Service, process
from tests.unit.domain.disputes.viewers import agent_of

pytestmark = pytest.mark.night

COLLEAGUE = "a-colleague"
BAND = "main .chart.wide .teamband"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console with eight weeks, a team of everyone, four audits of the agent, and one dispute that changed an answer."""
    folder = tmp_path_factory.mktemp("console")
    with console(f"sqlite:///{folder / 'auscult.db'}", weeks=8, a_week=120, state_dir=str(folder)) as found:
        share_one(found)
        put_team(found, agents_of(found))
        first, *_rest = audited(found, 4)
        metric = reviewing(found).show(first).review.metrics[0].metric_id
        agent = agent_of(AGENT, name=email_of("agent"))
        made = reviewing(found, agent).dispute(first, metric, "I said it in my first sentence.", "NA")
        reviewing(found).decide(made.dispute_id, "accept", "There was no occasion for it.", "NA")
        yield found


def agents_of(served: Service) -> list[str]:
    """Return the agents of the last two weeks, the agent first."""
    rows = newest(served.store.within(TENANT), Sought(since=datetime.now(UTC) - 2 * WEEK), 200)
    others = sorted({agent.id for row in rows for agent in row.agents} - {AGENT})
    return [AGENT, *others]


def share_one(served: Service) -> None:
    """Load a conversation that the agent and a colleague had together."""
    app = served.store.within(TENANT)
    (row,) = newest(app, Sought(agents=(AGENT,), statuses=("evaluated",)), 1)
    case = app.audits.case(row.id)
    assert case is not None
    both = (*case.conversation.agents, Agent(id=COLLEAGUE, name="Robert Zander"))
    process(served.application, [replace(case.conversation, id="c-shared", agents=both)])


def put_team(served: Service, agents: list[str], team: str = "t-north") -> None:
    """Put agents into a team, who have been in it for a year."""
    directory = served.store.within(TENANT).people.directory
    directory.put_agents([DirectoryAgent(agent_id=each) for each in agents])
    directory.put_teams([Team(team_id=team, name="North")])
    since = datetime.now(UTC) - timedelta(days=365)
    directory.add_memberships(
        [Membership(kind="team", group_id=team, agent_id=each, since=since) for each in agents], closes_others=True
    )


def test_home_of_an_agent(browser: Browser, served: Service) -> None:
    """Trend with band, strengths with words, one thing to work on, disputes; in light and dark, wide and narrow."""
    shown(browser, served, "agent", "")
    assert browser.one(BAND)
    words = browser.text("main")
    assert "of your team, North" in words or "of your team is, North" in words
    assert len(browser.all("main .chart.wide a")) == 8
    assert len(browser.all(".own-goods .quote.agent")) == 3
    assert "One thing to work on" in words
    assert "Changed to N/A" in words
    assert "There was no occasion for it." in words
    assert "becomes" in browser.text(".own-ends")
    assert "You disputed 1 answer. 1 was changed." in words
    looked_at(browser, served, "")


@pytest.mark.night
def test_every_moment_opens_its_turn(browser: Browser, served: Service) -> None:
    """The words that are quoted are those of the turn that the link leads to."""
    shown(browser, served, "agent", "")
    found = browser.run(
        "return [...document.querySelectorAll('.own-goods li, .own-work li')].map("
        "(each) => [each.querySelector('.quote').innerText, each.querySelector('a[href*=\"#t-\"]').href])"
    )
    assert len(found) >= 4
    for words, href in found:
        browser.driver.get(href)
        turn = browser.run("return document.querySelector(':target .text').innerText")
        assert " ".join(words.rstrip("\u2026").split()).casefold() in " ".join(turn.split()).casefold(), href


def test_numbers_of_the_weeks_open_what_they_count(served: Service) -> None:
    """Each week of the chart leads to exactly the agent's scored conversations of that week."""
    app = served.store.within(TENANT)
    with signed_in(served, "agent") as me:
        page = me.get("/console").text
        links = dict.fromkeys(html.unescape(each) for each in re.findall(r'<a href="([^"]+)" aria-label="Week', page))
        assert len(links) == 8
        for href in links:
            asked = parse_qs(urlsplit(href).query)
            since, until = (datetime.fromisoformat(asked[each][0]) for each in ("since", "until"))
            rows = newest(app, Sought(agents=(AGENT,), since=since, until=until, outcomes=("passed", "failed")), 200)
            listed = me.get(href).text
            assert {each.id for each in rows} == set(re.findall(r'/console/conversations/(c-[^"?#/]+)"', listed))


def test_accepting_on_home_can_be_undone_there(browser: Browser, served: Service) -> None:
    """By keyboard: the result stays in place with the time at which it is final, and comes back as it was."""
    shown(browser, served, "agent", "")
    name = browser.run("return document.querySelector('.own-result').id")
    card = f"article[id='{name}']"
    browser.press(f"{card} form[action$='/accept'] button")
    browser.until(card, lambda text: "Accepted. Final at" in text)
    assert reviewing(served).show(name).review.final_at(datetime.now(UTC)) is not None
    assert browser.driver.current_url.endswith(f"/console#{name}")
    looked_at(browser, served, "")
    shown(browser, served, "agent", "")
    browser.press(f"{card} form[action$='/undo'] button")
    browser.until(card, lambda text: "Answer by" in text)
    assert {each.status for each in reviewing(served).show(name).review.metrics} == {"pending"}


def test_an_acceptance_that_is_final_cannot_be_undone(served: Service) -> None:
    """Eleven minutes later Home and My results offer nothing, and a sent form is refused in words."""
    (name,) = audited(served, 1)
    agent = agent_of(AGENT, name=email_of("agent"))
    earlier = Reviewing(served.store.within(TENANT), REPORTS, lambda: datetime.now(UTC) - timedelta(minutes=11), agent)
    service = reviewing(served)
    found = service.show(name)
    released = replace(
        found.review, released_at=datetime.now(UTC) - timedelta(days=1), changes=found.review.changes + 1
    )
    served.store.within(TENANT).disputes.save(ReviewChange(released))
    earlier.accept(name)
    with signed_in(served, "agent") as me:
        assert f'action="/console/my-results/{name}/undo"' not in me.get("/console").text
        assert f'action="/console/my-results/{name}/undo"' not in me.get("/console/my-results").text
        refused = me.post(f"/console/my-results/{name}/undo", data={"from": "home"})
        assert refused.status_code == 409
        assert "An acceptance is final after 10 minutes" in refused.text
    assert service.show(name).status == "resolved"


def test_an_agent_sees_nothing_of_colleagues_but_the_band(served: Service) -> None:
    """No name, id or figure of a colleague is on Home, and a colleague's page does not exist; nor do pages of Setup in the menu."""
    others = agents_of(served)[1:]
    assert COLLEAGUE in others
    names = {
        agent.name
        for row in newest(served.store.within(TENANT), Sought(), 500)
        for agent in row.agents
        if agent.name and agent.id != AGENT
    }
    with signed_in(served, "agent") as me:
        page = me.get("/console").text
        main = page.partition("<main")[2]
        assert [each for each in (*others, *names) if each in main] == []
        assert {me.get(f"/console/agents/{each}").status_code for each in others} == {404}
        assert me.get("/console/conversations/c-shared").status_code == 200
        assert me.get(f"/console/agents/{AGENT}").status_code == 200
        assert [
            each for each in ("/forms", "/scorecards", "/taxonomies", "/knowledge") if f"/console{each}" in page
        ] == []
    with signed_in(served, "supervisor") as them:
        assert "/console/scorecards" in them.get("/console").text


def test_a_team_of_four_has_no_band(browser: Browser, served: Service) -> None:
    """The page states from how many people on there is one, and nothing of the four."""
    everyone = agents_of(served)
    try:
        put_team(served, everyone[: LEAST - 1], "t-small")
        shown(browser, served, "agent", "")
        assert browser.all("main .teamband") == []
        assert "The team's band is shown from five people on." in browser.text("main")
    finally:
        directory = served.store.within(TENANT).people.directory
        directory.remove_team("t-small")
        put_team(served, everyone)


def test_home_in_german(browser: Browser, served: Service) -> None:
    """Every text of the page is translated."""
    shown(browser, served, "agent", "")
    browser.press(".own summary")
    browser.press("button[name=language][value=de]")
    browser.until("main", lambda text: "Was gut lief" in text)
    words = browser.text("main")
    assert "Ergebnisse, die auf Ihre Antwort warten" in words
    assert not re.search(r"\b(passed|Undo|Accept|disputed|Your|weeks)\b", words)


def test_home_with_little_and_with_nothing(browser: Browser, tmp_path: Path) -> None:
    """Without conversations each card states what appears there; with a few, counts take the place of shares."""
    with console(f"sqlite:///{tmp_path / 'auscult.db'}", weeks=1, a_week=12, state_dir=str(tmp_path)) as found:
        app = found.store.within(TENANT)
        few = len(newest(app, Sought(agents=(AGENT,), outcomes=("passed", "failed")), 50))
        assert few < 10
        shown(browser, found, "agent", "")
        words = browser.text("main")
        assert "Too few conversations to say." in words
        assert "You have disputed nothing." in words
        assert ("too few for a share" in words) == bool(few)
        looked_at(browser, found, "")
        for row in newest(app, Sought(agents=(AGENT,)), 50):
            app.conversations.erase(row.id)
        shown(browser, found, "agent", "")
        words = browser.text("main")
        assert "Nothing of yours was scored in four weeks." in words
        assert "Your weeks appear here, each with its interval" in words
        assert browser.all("main .chart") == []
        looked_at(browser, found, "")
