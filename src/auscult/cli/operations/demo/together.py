"""People of the demo who work together on its latest conversations: teams, comments, coaching and a collection."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from auscult.domain.evaluation import Qualification
from auscult.domain.people.principal import operator

if TYPE_CHECKING:
    from auscult.domain.comments import Audience
    from auscult.domain.conversation import Conversation
    from auscult.domain.scoring.stored import EvaluatedConversation
    from auscult.storage.store import AppStore, Store

MANAGER, SUPERVISOR, AUDITOR = "dana@demo.example", "marcus@demo.example", "priya@demo.example"
ANOTHER_AUDITOR = "tom@demo.example"
AGENT = "a-elizabeth"
AGENT_SIGNED_IN = "elizabeth@demo.example"
"""An agent's id, and the address with which she signs in."""
TEAMS = {"qu-a644d2ad": ("t-cards", "Cards and accounts"), "qu-fb16284b": ("t-care", "Customer care")}
"""Queue -> the team that its agents are in."""
_NOW = partial(datetime.now, UTC)
_READ_BACK = 300


class Remark(NamedTuple):
    """A thread on a conversation whose metric has this answer: each comment with who writes it."""

    metric_id: str
    answer: Qualification
    audience: "Audience"
    comments: tuple[tuple[str, str], ...]
    is_resolved: bool = False


class Goal(NamedTuple):
    """Goal of coaching, for the agent who can be acted as, or for the other agent who misses the metric most often."""

    metric_id: str
    goal: str
    plan: str
    is_for_agent: bool


class Moment(NamedTuple):
    """A conversation, the turn that decided, its agent, and the form that it was scored with."""

    conversation_id: str
    turn_id: str | None
    agent_id: str
    form_id: str


REMARKS = (
    Remark(
        "em-empathy",
        "YES",
        "agent",
        ((SUPERVISOR, "This is what we mean by empathy: it takes up what happened to the customer. Well done."),),
    ),
    Remark(
        "em-further-help",
        "NO",
        "colleagues",
        (
            (AUDITOR, "It ends without asking for anything else. @Dana Okafor, does a hurried caller excuse that?"),
            (MANAGER, "No: one short question costs nothing. It stays a miss."),
        ),
        is_resolved=True,
    ),
    Remark(
        "em-empathy",
        "NO",
        "colleagues",
        (
            (
                AUDITOR,
                "Something went wrong for the customer, and the answer goes straight to the procedure. One for the team?",
            ),
        ),
    ),
)

GOALS = (
    Goal(
        "em-offer-help",
        "Offer help in the first sentence",
        "Listen to the moments, then put the question right after your name, in your own words.",
        is_for_agent=True,
    ),
    Goal(
        "em-further-help",
        "Ask for further help before closing",
        "Put the question before the closing words, also when the caller is in a hurry.",
        is_for_agent=False,
    ),
)


COLLECTION = (
    "How we do it",
    (
        ("em-greeting", "Name, company and an offer to help, in one breath."),
        ("em-empathy", "First what happened to the customer, then the procedure."),
        ("em-further-help", "One short question before the closing words."),
    ),
)
"""A collection: its name, and a note for a moment that met each metric."""


def put_directory(app: "AppStore", conversations: "Sequence[Conversation]") -> None:
    """Add the agents of conversations to the directory, with the teams that they are in."""
    from auscult.domain.people.directory import DirectoryAgent, Membership, Team

    directory = app.people.directory
    agents = {agent.id: agent.name for each in conversations for agent in each.agents}
    directory.put_agents([DirectoryAgent(agent_id=key, name=name) for key, name in agents.items()])
    directory.put_teams([Team(team_id=key, name=name, lead=SUPERVISOR) for key, name in TEAMS.values()])
    members = {
        (TEAMS[queue.id][0], agent.id)
        for each in conversations
        for queue in each.queues
        if queue.id in TEAMS
        for agent in each.agents
    }
    directory.add_memberships(
        [Membership(kind="team", group_id=team, agent_id=agent) for team, agent in sorted(members)]
    )


def work_together(store: "Store", app: "AppStore", ids: Sequence[str], heard: frozenset[str] = frozenset()) -> None:
    """Comment on the latest of the conversations, given in the order of their start, coach two agents, pin moments.

    ``heard`` are conversations that get sound: moments of theirs are pinned first.
    """
    latest = [found for key in reversed(ids[-_READ_BACK:]) if (found := app.audits.case(key))]
    english = [each for each in latest if each.conversation.language == "en"]
    comment(app, english)
    coach(app, english)
    pin(store, app, sorted(english, key=lambda each: each.conversation.id not in heard))


def comment(app: "AppStore", latest: "Sequence[EvaluatedConversation]") -> None:
    """Open the example threads, each on a conversation of its own, at the turn that decided."""
    from auscult.domain.comments import NewComment, NewThread
    from auscult.services.comments import Commenting

    seen = set[str]()
    for remark in REMARKS:
        moments = decided(latest, remark.metric_id, remark.answer)
        found = next((each for each in moments if each.conversation_id not in seen), None)
        if found is None:
            continue
        seen.add(found.conversation_id)
        by = {email: Commenting(app, _NOW, operator(email)) for email, _ in remark.comments}
        (first, text), *more = remark.comments
        thread = by[first].open(
            found.conversation_id, NewThread(text=text, turn_id=found.turn_id, audience=remark.audience)
        )
        for email, words in more:
            by[email].reply(thread.thread_id, NewComment(text=words))
        if remark.is_resolved:
            by[remark.comments[-1][0]].resolve(thread.thread_id)


def coach(app: "AppStore", latest: "Sequence[EvaluatedConversation]") -> None:
    """Agree on a goal with the agent who can be acted as, which is under way, and propose one to another agent."""
    from auscult.domain.coaching.item import Clip
    from auscult.services.coaching.coaching import Coach, Wanted

    coaching = Coach(app, _NOW)
    for goal in GOALS:
        missed = list(decided(latest, goal.metric_id, "NO"))
        agents = [each.agent_id for each in missed if (each.agent_id == AGENT) == goal.is_for_agent]
        if not agents:
            continue
        agent_id = max(agents, key=agents.count)
        moments = [each for each in missed if each.agent_id == agent_id][:2]
        wanted = Wanted(
            agent_ids=(agent_id,),
            goal=goal.goal,
            plan=goal.plan,
            metric_ids=(goal.metric_id,),
            form_id=moments[0].form_id,
            clips=tuple(Clip(conversation_id=each.conversation_id, turn_id=each.turn_id) for each in moments),
            due_on=_NOW().date() + timedelta(days=10),
        )
        (item,) = coaching.create(wanted, SUPERVISOR)
        if goal.is_for_agent:
            herself = frozenset({agent_id})
            coaching.acknowledge(item.coaching_id, herself)
            coaching.reply(item.coaching_id, herself, AGENT_SIGNED_IN, "I hear it now. I tried it twice today.")


def pin(store: "Store", app: "AppStore", latest: "Sequence[EvaluatedConversation]") -> None:
    """Pin a moment of each metric to a collection for all agents; the agents in them consent."""
    from auscult.domain.pinned import NewCollection, NewPin
    from auscult.services.coaching.coaching import Coach
    from auscult.services.pinned import Collecting

    collecting = Collecting(store, app.tenant, _NOW, operator(SUPERVISOR))
    name, pins = COLLECTION
    collection = collecting.create(NewCollection(name=name, audience="agents"))
    seen = set[str]()
    for metric_id, note in pins:
        moments = decided(latest, metric_id, "YES")
        found = next((each for each in moments if each.turn_id and each.agent_id not in {"", *seen}), None)
        if found is None or found.turn_id is None:
            continue
        seen.add(found.agent_id)
        agent = found.agent_id
        by = AGENT_SIGNED_IN if agent == AGENT else agent
        Coach(app, _NOW).consent(agent, frozenset({agent}), by, is_given=True)
        wanted = NewPin(conversation_id=found.conversation_id, turn_id=found.turn_id, note=note)
        collecting.pin(collection.collection_id, wanted)


def decided(latest: "Sequence[EvaluatedConversation]", metric_id: str, answer: Qualification) -> Iterator[Moment]:
    """Yield the conversations in which a metric has this answer, each with the turn that decided, if one did."""
    for conversation, evaluation in ((each.conversation, each.evaluation) for each in latest):
        for result in evaluation.results:
            if result.metric.id == metric_id and result.verdict.qualification == answer:
                turns = (each.turn_id for each in (*result.verdict.evidence, *result.verdict.trigger) if each.turn_id)
                agent_id = conversation.agents[0].id if conversation.agents else ""
                yield Moment(
                    conversation.id, next(turns, None), agent_id, evaluation.form.id if evaluation.form else ""
                )
