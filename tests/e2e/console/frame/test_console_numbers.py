"""Numbers of the console: each opens the list of exactly what it counts."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser

import httpx
import pytest

from auscult.domain.audits.assignment import Assigned
from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.audits.plan import Frame, PlanAuditor, PlanDocument, Quota
from auscult.domain.disputes.dispute import in_order
from auscult.domain.evaluation import Qualification
from auscult.domain.people.principal import operator
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.reports import REPORTS
from auscult.server.console import disputes as dispute_pages
from auscult.server.console.audits import listing as my_audits
from auscult.services.audits.plans import Planning
from auscult.services.audits.workflow import Auditing
from auscult.services.disputes.reviewing import Reviewing
from auscult.storage.audits.queue import QueueQuery
from auscult.storage.disputes import DisputeQuery
from auscult.storage.store import AppStore
from tests.data_files import data_of
from tests.e2e.consoles import assign, email_of, signed_in
from tests.e2e.own import Own, problem
from tests.e2e.serving import TENANT, Service

EMPATHY = "em-empathy"
QUARTER = timedelta(days=90)
PLAN = "Numbers that open"
CONSOLE = {"a_week": 90}


@pytest.fixture(scope="module")
def served(served: Service) -> Service:
    """A console with a plan, audits of which some differ from the machine, and disputes."""
    audited(served)
    return served


def audited(service: Service) -> None:
    """Make a plan and submit most of it, audit some by hand, and dispute what was missed."""
    app, now = service.store.within(TENANT), datetime.now(UTC)
    auditing = Auditing(app, REPORTS, lambda: datetime.now(UTC))
    for number, each in enumerate(assign(service, "auditor", 14)):
        if number < 11:
            auditing.submit(each, answers(app, each, differing=number % 3 == 0))
    planning = Planning(app, REPORTS, lambda: datetime.now(UTC))
    forms = Counter(each.evaluation.form.id for each in stored(app) if each.evaluation.form and each.audit is None)
    plan = planning.create(
        PlanDocument(
            name=PLAN,
            form_id=forms.most_common(1)[0][0],
            frame=Frame(since=now - timedelta(days=60), until=now),
            quota=Quota(count=24),
            auditors=(
                PlanAuditor(user=email_of("auditor"), share=50),
                PlanAuditor(user=email_of("qa-manager"), share=50),
            ),
            second_share=0.5,
        ),
        email_of("qa-manager"),
    )
    planning.draw(plan.plan_id, email_of("qa-manager"))
    agent, reviewer = (
        Reviewing(app, REPORTS, lambda: datetime.now(UTC), operator(name))
        for name in ("agent@example.com", email_of("qa-manager"))
    )
    raised = 0
    for view in [reviewer.show(each.assignment_id) for each in app.disputes.reviews()]:
        results = view.audit.result.sheet.answers if view.audit.result else ()
        missed = next((each.metric_id for each in results if each.answer == "NO"), None)
        if missed is None:
            continue
        agent.dispute(view.review.assignment_id, missed, "It was there.", "NA")
        raised += 1
        if raised == 1:
            (dispute,) = app.disputes.all(DisputeQuery())
            reviewer.decide(dispute.dispute_id, "accept", "Right.")


def answers(app: AppStore, conversation_id: str, *, differing: bool) -> list[AuditAnswer]:
    """The machine's answers, with another one to empathy where the audit is to differ."""
    case = app.audits.case(conversation_id)
    assert case is not None
    other: dict[Qualification, Qualification] = {"YES": "NO", "NO": "YES"}
    left: dict[Qualification, Qualification] = {"-": "NA"}  # what the machine leaves to a person does not arise
    said = {each.metric.id: each.verdict.qualification for each in case.evaluation.results}
    return [
        AuditAnswer(
            metric_id=name, answer=(other if differing and name == EMPATHY else {}).get(one, left.get(one, one))
        )
        for name, one in said.items()
    ]


def stored(app: AppStore) -> list[EvaluatedConversation]:
    """Every conversation, read without the list's indexes."""
    found, after = [], ""
    while page := app.conversations.rerender(after, 500):
        found += app.conversations.recorded([each.conversation.id for each in page]).values()
        after = page[-1].conversation.id
    return found


class Numbers(HTMLParser):
    """The links of numbers on a page, and the numbers in tables that are no link, by the head of their column."""

    def __init__(self, html: str) -> None:
        """Read the page."""
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.bare: list[tuple[str, str]] = []
        self._heads: list[str] = []
        self._column = -1
        self._tag = ""
        self._text = ""
        self._href = ""
        self._has_link = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a table, a cell or a link."""
        given = dict(attrs)
        if tag == "table":
            self._heads = []
        elif tag == "tr":
            self._column = -1
        elif tag in ("th", "td"):
            self._column += 1
            self._tag, self._text, self._has_link = tag, "", False
            self._is_head = given.get("scope") == "col"
            self._is_number = "n" in (given.get("class") or "").split()
        elif tag == "a":
            self._has_link = True
            if given.get("class") == "count-link":
                self._href = given.get("href") or ""
                self.links.append((self._href, ""))

    def handle_data(self, data: str) -> None:
        """Note words."""
        self._text += data
        if self._href:
            self.links[-1] = (self._href, self.links[-1][1] + data)

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a cell or a link."""
        if tag == "a":
            self._href = ""
        elif tag == "th" and self._is_head:
            self._heads.append(self._text.strip())
        elif tag == "td" and self._is_number and not self._has_link and re.search(r"[1-9]", self._text):
            head = self._heads[self._column] if self._column < len(self._heads) else ""
            self.bare.append((head, self._text.strip()))


def listed(me: httpx.Client, href: str) -> set[str]:
    """The ids of everything that an address lists, on all of its pages."""
    found: set[str] = set()
    while href:
        answer = me.get(href)
        assert answer.status_code == 200, (href, answer.text[:500])
        if "/disputes?" in href:
            return set(re.findall(r'href="/console/disputes/([0-9a-z-]+)"', answer.text)) - {"statistics"}
        found |= set(re.findall(r'id="row-([^"]+)"', answer.text))
        older = re.search(r'href="([^"]+)" rel="next"', answer.text)
        href = unescape(older[1]) if older else ""
    return found


def plan_of(service: Service) -> str:
    """The id of the plan."""
    return next(each.plan_id for each in service.store.within(TENANT).plans.listing() if each.document.name == PLAN)


def agent_of(service: Service) -> str:
    """The id of the agent of most scored conversations."""
    cases = [each for each in stored(service.store.within(TENANT)) if each.evaluation.passed is not None]
    ids = [agent.id for each in cases for agent in each.conversation.agents]
    return max(set(ids), key=ids.count)


PAGES: dict[str, Callable[[Service], str]] = {
    "home": lambda _served: "",
    "overview": lambda _served: "/overview",
    "insights": lambda _served: "/insights",
    "reasons": lambda _served: "/reasons",
    "agents": lambda _served: "/agents",
    "agent": lambda served: f"/agents/{agent_of(served)}",
    "metrics": lambda _served: "/metrics",
    "trust": lambda _served: f"/metrics/{EMPATHY}",
    "plans": lambda _served: "/plans",
    "plan": lambda served: f"/plans/{plan_of(served)}",
    "auditors": lambda _served: "/auditors",
    "disputes": lambda _served: "/disputes/statistics",
}
UNLINKED = data_of(__file__, "unlinked")
"""Numbers of tables that open nothing, each with the reason."""
AUDITS = ("plans", "plan", "auditors")
"""Pages that count audits: of one conversation there may be several."""


PROMISED = re.compile(
    r'<a [^>]*href="(/console/conversations\?[^"]+)"[^>]*?'
    r'(?:aria-label="[^"]* opens the ([\d,]+) |>Read the ([\d,]+) that failed<|>([\d,]+) conversations?<)'
)
"""Links whose words have the number of what they open: cells of a table of shares, buttons, and news."""


@pytest.mark.landing
@pytest.mark.parametrize("name", PAGES)
def test_every_number_opens_as_many_as_it_counts(served: Service, name: str) -> None:
    """Each link of a number lists that many; numbers of tables without a link are those with a reason."""
    with signed_in(served, "qa-manager") as me:
        html = me.get(f"/console{PAGES[name](served)}").text
        page = Numbers(html)
        assert page.links, name
        for href, *numbers in dict.fromkeys(PROMISED.findall(html)):
            assert len(listed(me, unescape(href))) == int("".join(numbers).replace(",", "")), (href, numbers)
        for href, shown in page.links:
            found = listed(me, href)
            number = re.fullmatch(r"[\d,]+", shown.strip())
            if number is None:
                assert found, (href, shown)
            elif name in AUDITS:
                assert 0 < len(found) <= int(shown.replace(",", "")), (href, shown)
            else:
                assert len(found) == int(shown.replace(",", "")), (href, shown)
        assert {head for head, _ in page.bare} <= set(UNLINKED), page.bare


WITHOUT_LINKS: dict[str, Callable[[Service], str]] = {
    "schedules": lambda _served: "/schedules",
    "my audits": lambda _served: "/audits",
    "disputes": lambda _served: "/disputes",
    "coaching": lambda _served: "/coaching",
    "calibration": lambda _served: "/calibration",
    "forms": lambda _served: "/forms",
}
"""Pages that count nothing that a list shows."""
OF_NO_LIST = data_of(__file__, "of_no_list")
"""Numbers of their tables, each with the reason that it opens nothing."""


def form_of(service: Service) -> str:
    """The form of most conversations."""
    forms = Counter(each.evaluation.form.id for each in stored(service.store.within(TENANT)) if each.evaluation.form)
    return forms.most_common(1)[0][0]


@pytest.mark.parametrize("name", WITHOUT_LINKS)
def test_numbers_that_count_nothing_have_a_reason(served: Service, name: str) -> None:
    """Pages with no number to follow have no other numbers in their tables than those with a reason."""
    with signed_in(served, "qa-manager" if name != "my audits" else "auditor") as me:
        answer = me.get(f"/console{WITHOUT_LINKS[name](served)}")
        assert answer.status_code == 200
        page = Numbers(answer.text)
        assert not page.links, page.links
        assert {head for head, _ in page.bare} <= set(OF_NO_LIST), page.bare


def of_week(case: EvaluatedConversation) -> bool:
    """Whether a conversation is of the last seven days of the reader."""
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return end - timedelta(days=7) <= case.conversation.started_at < end


def linked(me: httpx.Client, page: str, words: str) -> list[str]:
    """The addresses of numbers whose parameters have all of these words."""
    found = Numbers(me.get(f"/console{page}").text).links
    return [href for href, _ in found if all(word in unescape(href) for word in words.split())]


@pytest.mark.landing
def test_home_opens_those_that_passed_and_those_that_were_scored(served: Service) -> None:
    """The share of the week: the ids of both numbers are those that the stored evaluations say."""
    cases = [each for each in stored(served.store.within(TENANT)) if of_week(each)]
    passed = {each.conversation.id for each in cases if each.evaluation.passed}
    scored = {each.conversation.id for each in cases if each.evaluation.passed is not None}
    with signed_in(served, "qa-manager") as me:
        found = [listed(me, href) for href in linked(me, "", "outcome=passed until= since=")]
    assert passed in found
    assert scored in found
    assert passed <= scored != set()  # on some days all of the week passed


def test_agent_opens_the_scored_ones_of_the_period(served: Service) -> None:
    """An agent's numbers open what is scored of them in 90 days, by id."""
    agent = agent_of(served)
    cases = [
        each
        for each in stored(served.store.within(TENANT))
        if agent in {one.id for one in each.conversation.agents} and each.evaluation.passed is not None
    ]
    with signed_in(served, "qa-manager") as me:
        (every, *_) = linked(me, f"/agents/{agent}", "outcome=passed outcome=failed")
        assert listed(me, every) == {each.conversation.id for each in cases}
        (passed, *_) = linked(me, f"/agents/{agent}", "outcome=passed since=")[1:]
        assert listed(me, passed) == {each.conversation.id for each in cases if each.evaluation.passed}


def answered(case: EvaluatedConversation) -> tuple[str, str]:
    """The machine's and the person's answer to empathy."""
    machine = next((one.verdict.qualification for one in case.evaluation.results if one.metric.id == EMPATHY), "-")
    result = case.audit.result if case.audit else None
    person = next((one.answer for one in result.sheet.answers if one.metric_id == EMPATHY), "-") if result else "-"
    return machine, person


def test_the_cells_of_a_trust_page_open_their_audits(served: Service) -> None:
    """Every cell of machine and person, by id."""
    cases = [each for each in stored(served.store.within(TENANT)) if "-" not in answered(each)]
    cells = {answered(each) for each in cases}
    assert len(cells) >= 3
    with signed_in(served, "qa-manager") as me:
        for machine, person in cells:
            (href,) = linked(me, f"/metrics/{EMPATHY}", f"checked= machine={machine} person={person}")
            assert listed(me, href) == {one.conversation.id for one in cases if answered(one) == (machine, person)}


def ids_of(found: list[Assigned]) -> set[str]:
    """The ids of the conversations of assignments."""
    return {one.assignment.conversation_id for one in found if one.assignment.conversation_id}


def test_a_plan_opens_its_conversations_and_those_of_each_auditor(served: Service) -> None:
    """Items of the plan, of its auditors and of its draw, by id, second opinions included."""
    app, plan = served.store.within(TENANT), plan_of(served)
    every = app.queue.listing(QueueQuery(plan_id=plan, limit=1_000))
    assert len(every) > len(ids_of(every))
    with signed_in(served, "qa-manager") as me:
        assert listed(me, f"/console/conversations?plan={plan}") == ids_of(every)
        for role in ("auditor", "qa-manager"):
            own = [one for one in every if one.assignment.rater == email_of(role)]
            (href, *_) = linked(me, f"/plans/{plan}", f"auditor={email_of(role).replace('@', '%40')}")
            assert listed(me, href) == ids_of(own)
        (href,) = linked(me, f"/plans/{plan}", "draw=")
        assert listed(me, href) == ids_of(every)


def test_auditors_open_what_waits_and_what_was_submitted(served: Service) -> None:
    """Waiting and submitted audits of an auditor, by id of their conversations."""
    app, auditor = served.store.within(TENANT), email_of("auditor")
    waiting = ids_of(app.queue.waiting(auditor))
    submitted = ids_of(app.queue.listing(QueueQuery.done(auditor)._replace(limit=1_000)))
    name = auditor.replace("@", "%40")
    with signed_in(served, "qa-manager") as me:
        (href,) = linked(me, "/auditors", f"auditor={name} task=open")
        assert listed(me, href) == waiting
        (href,) = linked(me, "/auditors", f"auditor={name} task=submitted")
        assert listed(me, href) == submitted


def test_disputes_open_by_what_is_counted(served: Service) -> None:
    """Raised, decided and changed disputes of a metric, by id."""
    every = list(served.store.within(TENANT).disputes.all(DisputeQuery()))
    metric = every[0].metric_id
    with signed_in(served, "qa-manager") as me:
        for count, states in (("raised", None), ("decided", {"accepted", "denied"}), ("changed", {"accepted"})):
            wanted = {
                one.dispute_id for one in every if one.metric_id == metric and (not states or one.state in states)
            }
            assert listed(me, f"/console/disputes?count={count}&metric={metric}") == wanted


def test_filters_by_audits_are_for_those_who_may_read_audits(served: Service) -> None:
    """An agent finds nothing by an auditor's name, and who may not read audits is refused; both keep their list."""
    own = f"/console/conversations?auditor={email_of('auditor')}"
    with signed_in(served, "agent") as agent:
        assert listed(agent, own) == set()
        assert agent.get("/console/conversations").status_code == 200
    with signed_in(served, "inspector") as inspector:
        assert inspector.get(own).status_code == 403
    with signed_in(served, "supervisor") as supervisor:
        visible = listed(supervisor, "/console/conversations")
        assert listed(supervisor, own) <= visible


def rows(html: str, path: str) -> list[str]:
    """The ids of the rows of the tables on a page, which lead to ``path``."""
    return [*dict.fromkeys(re.findall(rf'<th scope="row"[^>]*><a [^>]*href="/console/{path}/([^"?]+)"', html))]


def test_lists_of_audits_and_disputes_sort_by_their_heads(served: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each head leads through its orders; pages of any order are the whole list, each row once."""
    app = served.store.within(TENANT)
    monkeypatch.setattr(my_audits, "_MOST", 4)
    monkeypatch.setattr(dispute_pages, "_AT_A_TIME", 1)
    auditor = email_of("auditor")
    done = app.queue.listing(QueueQuery.done(auditor)._replace(limit=1_000))
    scores = [each.audit.result.score for each in done if each.audit and each.audit.result]
    assert len(done) > 4
    with signed_in(served, "auditor") as me:
        html = me.get("/console/audits").text
        assert set(re.findall(r'id="by-([a-z]+)"', html)) == {"due", "answered", "ended", "score"}
        (link,) = re.findall(r'id="by-score" href="([^"]+)"', html)
        assert link == "/console/audits?done_sort=score"
        found, path = [], link
        while path:
            page = me.get(unescape(path)).text
            assert 'aria-sort="ascending"><a class="sort" id="by-score"' in page.replace(' class="n"', "")
            found += re.findall(r'<td class="n"><b class="num">([^<]+)</b>', page)
            pages = page.partition("Pages of what is submitted")[2]
            path = next(iter(re.findall(r'href="([^"]+)" rel="next"', pages)), "")
        known = sorted(int(each) for each in scores if each is not None)
        assert found == [str(each) for each in known] + ["\u2013"] * (len(done) - len(known))
    wanted = in_order(app.disputes.all(DisputeQuery(state="open")), "-due_at")
    assert len(wanted) > 1
    with signed_in(served, "qa-manager") as me:
        (link,) = re.findall(r'id="by-when" href="([^"]+)"', me.get("/console/disputes?sort=due_at").text)
        assert link == "/console/disputes?sort=-due_at"
        ids, path = [], link
        while path:
            page = me.get(unescape(path)).text
            assert f"{len(wanted)} to decide" in page
            ids += rows(page, "disputes")
            path = next(iter(re.findall(r'href="([^"]+)" rel="next"', page)), "")
        assert sorted(ids) == sorted(each.dispute_id for each in wanted)
        due = {each.dispute_id: each.due_at for each in wanted}
        assert [due[each] for each in ids] == [each.due_at for each in wanted]
        assert me.get("/console/disputes?before=x").status_code == 400


def test_the_api_sorts_audits_and_disputes(served: Service) -> None:
    """Each order over HTTP is that of the store; a cursor of another order is refused."""
    app = served.store.within(TENANT)
    own = Own(served, served.new_client("audits:write"))
    for path, order, key, stored in (
        ("disputes", "-due_at", "dispute_id", lambda: app.disputes.all(DisputeQuery(order="-due_at"))),
        (
            "assignments",
            "-score",
            "assignment_id",
            lambda: (each.assignment for each in app.queue.listing(QueueQuery(order="-score", limit=1_000))),
        ),
    ):
        expected = [getattr(each, key) for each in stored()]
        found: list[str] = []
        last, cursor, more = "", "", f"/{path}?sort={order}&limit=1{'&auditor=*' if path == 'assignments' else ''}"
        while cursor is not None:
            page = own.ask("GET", more + (f"&cursor={cursor}" if cursor else "")).json()
            found += [each[key] for each in page["items"]]
            last, cursor = cursor, page["next_cursor"]
        assert found == expected
        assert len(expected) > 1
        problem(own.ask("GET", f"/{path}?sort=-{order}&cursor={last}".replace("--", "")), 400, "cursor.unreadable")
