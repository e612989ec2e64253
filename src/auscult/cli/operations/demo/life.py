"""The people of the demo, and weeks of example data that arrive while it serves: repeated, shifted in time, audited."""

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from auscult.cli.operations.demo import answering, sound, together
from auscult.cli.operations.demo.naming import conversations_of, examples, written
from auscult.config import Settings
from auscult.domain.conversation import Conversation
from auscult.domain.people.principal import operator
from auscult.domain.people.sessions import new_secret
from auscult.domain.tenancy import Tenant
from auscult.services.conversations.repeating import REPEATS

if TYPE_CHECKING:
    from auscult.bootstrap import Application
    from auscult.server.console.operations.demo import Demo
    from auscult.services.audits.workflow import Auditing
    from auscult.storage.store import AppStore, Store

WEEKS, A_WEEK = 26, 40
AUDITS, OPEN_AUDITS, AWAY_AUDITS, OF_AGENT = 90, 12, 4, 6
"""Audits that are submitted, that wait for those who can be acted as, and for who is away; and of the agent's latest calls."""
AI_EVERY_H = 7
"""Hours between two conversations of AI agents."""
_PATIENCE_S = 900
_POLL_EVERY_S = 2.0
_AT_ONCE = 250
_STRICTER = (
    (b"pass_score: 70", b"pass_score: 85"),
    (b"  - id: em-verification\n", b"  - id: em-verification\n    fatal: true\n"),
)


class DemoPerson(NamedTuple):
    """One person of the demo: who they are, and what they may see."""

    email: str
    name: str
    role: str
    queues: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()


AGENT_NAME = "Elizabeth"
PEOPLE = (
    DemoPerson(together.MANAGER, "Dana Okafor", "qa-manager"),
    DemoPerson(together.AUDITOR, "Priya Nair", "auditor"),
    DemoPerson(together.SUPERVISOR, "Marcus Reed", "supervisor", queues=("Retail Banking",)),
    DemoPerson(together.AGENT_SIGNED_IN, AGENT_NAME, "agent", agents=(together.AGENT,)),
    DemoPerson("ada@demo.example", "Ada Brandt", "administrator"),
)
_COLLEAGUES = (
    DemoPerson(together.ANOTHER_AUDITOR, "Tom Reyes", "auditor"),
    DemoPerson("marta@demo.example", "Marta Lind", "auditor"),
)
"""Auditors whose audits are in the data. They are not among the people to act as."""
_AUDITORS = (together.AUDITOR, together.ANOTHER_AUDITOR, "marta@demo.example")


def add_people(store: "Store", tenant: Tenant) -> "Demo":
    """Add the demo's people, and return what makes a server the demo."""
    from auscult.domain.people.directory import DirectoryAgent
    from auscult.server.console.frame.templating import Persona
    from auscult.server.console.operations.demo import ROLES, Demo
    from auscult.services.people.users import Access, Users

    store.within(tenant).people.directory.put_agents([DirectoryAgent(agent_id=together.AGENT, name=AGENT_NAME)])
    users = Users(store, operator())
    for each in (*PEOPLE, *_COLLEAGUES):
        user = users.add(each.email, each.name, tenant.account_id)
        if not store.people.grants.of_user(user.user_id):
            users.grant(user, tenant, Access(role=each.role, queues=each.queues, agents=each.agents))
    people = tuple(Persona(email=each.email, name=each.name, role=ROLES[each.role]) for each in PEOPLE)
    return Demo(secret=new_secret(), people=people)


def begin(settings: Settings, tenant: Tenant, examples: Sequence[Path], recordings: Sequence[Path]) -> threading.Thread:
    """Let weeks of example data arrive in the background, and be worked on. What is there already is left."""
    thread = threading.Thread(target=_live, args=(settings, tenant, examples, recordings), name="demo", daemon=True)
    thread.start()
    return thread


def _live(settings: Settings, tenant: Tenant, examples: Sequence[Path], recordings: Sequence[Path]) -> None:
    from auscult import bootstrap

    with bootstrap.open(settings) as application:
        app = application.store.within(tenant)
        made = _repeated(app, examples)
        if made:
            _publish(application, app)
            add_ai_agents(application, tenant)
            together.put_directory(app, made)
        ids = _accept(app, made)
        if ids and _wait(app, ids):
            _work(application, tenant, made, recordings)


def fill(application: "Application", tenant: Tenant, examples: Sequence[Path], recordings: Sequence[Path] = ()) -> None:
    """Load and score weeks of example data, and have some of it worked on, before anything else is done."""
    app = application.store.within(tenant)
    made = _repeated(app, examples)
    _publish(application, app)
    add_ai_agents(application, tenant)
    together.put_directory(app, made)
    with written(made) as file:
        application.load(tenant, [file])
    _work(application, tenant, made, recordings)


def add_ai_agents(application: "Application", tenant: Tenant) -> None:
    """Load conversations of AI agents, spread over the last days, with forms for them and for who takes over from them."""
    from auscult.formats import Limits
    from auscult.services.definitions.forms.publish import publish
    from auscult.services.definitions.forms.reading import ai_starter_documents, starter_documents
    from auscult.services.scoring.intake.read import read_file

    plain, own = b'queue: "*"', b"queue: q-ai"  # other forms have every queue
    named = b"ef-starter-chat\nname: Starter chat form", b"ef-after-ai-chat\nname: After an AI agent, chat"
    taken_over = starter_documents()["chat"].replace(named[0], named[1] + b"\nsegments: true\nhandled_by: human", 1)
    forms = {**ai_starter_documents(), "after-ai-chat": taken_over}
    documents = {name: document.replace(plain, own, 1) for name, document in forms.items()}
    publish(application.store.within(tenant).forms, documents, application.answered)
    now = datetime.now(UTC).replace(microsecond=0)
    found = read_file(examples() / "ai-agents" / "conversations.ndjson", tenant.app_id, Limits())
    given = [each for each in found if isinstance(each, Conversation)]
    given.sort(key=lambda each: each.agents[0].version or "", reverse=True)  # the later version is the newer one
    with written(
        replace(each, started_at=now - timedelta(hours=AI_EVERY_H * (number + 1)), ended_at=None)
        for number, each in enumerate(given)
    ) as file:
        application.load(tenant, [file])


def _work(application: "Application", tenant: Tenant, made: Sequence[Conversation], recordings: Sequence[Path]) -> None:
    """Have what was loaded audited, disputed, commented on, coached and pinned, and sound added to its latest calls that have some."""
    app = application.store.within(tenant)
    ids = [each.id for each in made]
    _audit(application.auditing(tenant), app, made)
    answering.dispute(app)
    newest = {each.custom_fields.get(REPEATS): each.id for each in sorted(made, key=lambda each: each.started_at)}
    sounds = {file: newest[file.stem] for file in recordings if file.stem in newest}
    together.work_together(application.store, app, ids, frozenset(sounds.values()))
    answering.be_away(application.store, app)
    answering.leave_out(app, ids)
    sound.add(application, tenant, sounds)


def _publish(application: "Application", app: "AppStore") -> None:
    """Publish the starter forms of other languages, and a version of the English ones that not everything passes."""
    from auscult.services.definitions.forms.publish import publish
    from auscult.services.definitions.forms.reading import all_starter_documents, starter_documents

    documents = all_starter_documents()
    for channel in starter_documents():
        for plain, stricter in _STRICTER:
            documents[channel] = documents[channel].replace(plain, stricter)
    publish(app.forms, documents, application.answered)


def _repeated(app: "AppStore", examples: Sequence[Path]) -> list[Conversation]:
    """Return the examples repeated, or none where they were loaded before."""
    from auscult.services.conversations.repeating import Span, repeated

    app_id = app.tenant.app_id
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    made = list(repeated(conversations_of(examples, app_id), app_id, Span(today, WEEKS, A_WEEK)))
    return [] if made and app.conversations.get(made[0].id) is not None else made


def _accept(app: "AppStore", made: Sequence[Conversation]) -> list[str]:
    """Accept conversations for the workers to score, the latest first: the pages show them; return the ids as given."""
    latest_first = made[::-1]
    for start in range(0, len(made), _AT_ONCE):
        app.conversations.accept(latest_first[start : start + _AT_ONCE])
    return [each.id for each in made]


def _wait(app: "AppStore", ids: Sequence[str]) -> bool:
    """Wait until all are scored; False where that takes too long."""
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        if len(app.conversations.statuses(ids)) == len(ids):
            return True
        time.sleep(_POLL_EVERY_S)
    return False


def _audit(auditing: "Auditing", app: "AppStore", made: Sequence[Conversation]) -> None:
    """Have some of the latest audited: most submitted, the rest waiting for those who can be acted as and who is away."""
    draw = Random(5)  # noqa: S311  (example data, and nothing secret)
    latest = [each.id for each in made][-600:]
    own = [each.id for each in made if any(agent.id == together.AGENT for agent in each.agents)][-OF_AGENT:]
    chosen = draw.sample(latest, min(AUDITS + OPEN_AUDITS + AWAY_AUDITS, len(latest)))
    waiting = [PEOPLE[number % 2].email for number in range(OPEN_AUDITS)] + [together.ANOTHER_AUDITOR] * AWAY_AUDITS
    open_ = dict(zip((each for each in chosen if each not in own), waiting, strict=False))
    for conversation_id in dict.fromkeys((*chosen, *own)):
        case = app.audits.case(conversation_id)
        if case is None or not case.evaluation.results or case.audit is not None:
            continue
        auditor = open_.get(conversation_id) or draw.choice(_AUDITORS)
        auditing.assign(conversation_id, auditor, by=PEOPLE[0].email)
        if conversation_id not in open_:
            auditing.submit(conversation_id, answering.answers(case.evaluation.results, draw))
