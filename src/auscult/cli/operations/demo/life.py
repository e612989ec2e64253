"""The people of the demo, and weeks of example data that arrive while it serves: repeated, shifted in time, audited."""

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from auscult.cli.operations.demo import sound, together
from auscult.config import Settings
from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Qualification
from auscult.domain.people.principal import operator
from auscult.domain.people.sessions import new_secret
from auscult.domain.tenancy import Tenant
from auscult.formats.native import write
from auscult.services.conversations.repeating import REPEATS

if TYPE_CHECKING:
    from auscult.bootstrap import Application
    from auscult.server.console.demo import Demo
    from auscult.services.audits.workflow import Auditing
    from auscult.storage.store import AppStore, Store

WEEKS, A_WEEK = 26, 40
AUDITS, OPEN_AUDITS = 90, 12
_PATIENCE_S = 900
_POLL_EVERY_S = 2.0
_AT_ONCE = 250
_DIFFERS, _DIFFERS_ON_FEELING = 0.04, 0.16
_STRICTER = (
    (b"pass_score: 70", b"pass_score: 85"),
    (b"  - id: em-verification\n", b"  - id: em-verification\n    fatal: true\n"),
)
_COMMENTS: dict[Qualification, tuple[str, ...]] = {
    "YES": ("Takes it up at once; I count that.", "It is there, in other words."),
    "NO": ("Said, but not to the customer's point.", "A set phrase, and no answer to what was said."),
    "NA": ("There was no occasion for it.", "The customer had settled that before."),
}
_ANSWERS: tuple[Qualification, ...] = ("YES", "NO", "NA")


class DemoPerson(NamedTuple):
    """One person of the demo: who they are, and what they may see."""

    email: str
    name: str
    role: str
    queues: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()


PEOPLE = (
    DemoPerson(together.MANAGER, "Dana Okafor", "qa-manager"),
    DemoPerson(together.AUDITOR, "Priya Nair", "auditor"),
    DemoPerson(together.SUPERVISOR, "Marcus Reed", "supervisor", queues=("Retail Banking",)),
    DemoPerson(together.MARY_SIGNED_IN, "Mary", "agent", agents=(together.MARY,)),
    DemoPerson("ada@demo.example", "Ada Brandt", "administrator"),
)
_COLLEAGUES = (
    DemoPerson("tom@demo.example", "Tom Reyes", "auditor"),
    DemoPerson("marta@demo.example", "Marta Lind", "auditor"),
)
"""Auditors whose audits are in the data. They are not among the people to act as."""
_AUDITORS = (together.AUDITOR, "tom@demo.example", "marta@demo.example")


def add_people(store: "Store", tenant: Tenant) -> "Demo":
    """Add the demo's people, and return what makes a server the demo."""
    from auscult.server.console.demo import ROLES, Demo
    from auscult.server.console.templating import Persona
    from auscult.services.people.users import Access, Users

    users = Users(store, operator(tenant.account_id))
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
            together.put_directory(app, made)
        ids = _accept(app, made)
        if ids and _wait(app, ids):
            _work(application, tenant, made, recordings)


def fill(application: "Application", tenant: Tenant, examples: Sequence[Path], recordings: Sequence[Path] = ()) -> None:
    """Load and score weeks of example data, and have some of it worked on, before anything else is done."""
    app = application.store.within(tenant)
    made = _repeated(app, examples)
    _publish(application, app)
    together.put_directory(app, made)
    with NamedTemporaryFile(suffix=".ndjson") as file:
        for each in made:
            file.write(write(each) + b"\n")
        file.flush()
        application.load(tenant, [Path(file.name)])
    _work(application, tenant, made, recordings)


def _work(application: "Application", tenant: Tenant, made: Sequence[Conversation], recordings: Sequence[Path]) -> None:
    """Have what was loaded audited, commented on, coached and pinned, and sound added to its latest calls that have some."""
    app = application.store.within(tenant)
    ids = [each.id for each in made]
    _audit(application.auditing(tenant), app, ids)
    newest = {each.custom_fields.get(REPEATS): each.id for each in sorted(made, key=lambda each: each.started_at)}
    sounds = {file: newest[file.stem] for file in recordings if file.stem in newest}
    together.work_together(application.store, app, ids, frozenset(sounds.values()))
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
    from auscult.formats import Limits
    from auscult.services.conversations.repeating import Span, repeated
    from auscult.services.scoring.intake.read import read_file

    app_id = app.tenant.app_id
    found = [each for file in examples for each in read_file(file, app_id, Limits()) if isinstance(each, Conversation)]
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    named = [replace(each, agents=tuple(map(together.named, each.agents))) for each in found]
    made = list(repeated(named, app_id, Span(today, WEEKS, A_WEEK)))
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


def _audit(auditing: "Auditing", app: "AppStore", ids: Sequence[str]) -> None:
    """Have some of the latest audited: most submitted, the rest waiting for those who can be acted as."""
    draw = Random(5)  # noqa: S311  (example data, and nothing secret)
    latest = ids[-600:]
    chosen = draw.sample(list(latest), min(AUDITS + OPEN_AUDITS, len(latest)))
    for number, conversation_id in enumerate(chosen):
        case = app.audits.case(conversation_id)
        if case is None or not case.evaluation.results or case.audit is not None:
            continue
        if number < OPEN_AUDITS:
            auditing.assign(conversation_id, PEOPLE[number % 2].email, by=PEOPLE[0].email)
            continue
        auditing.assign(conversation_id, draw.choice(_AUDITORS), by=PEOPLE[0].email)
        answers: list[AuditAnswer] = []
        for result in case.evaluation.results:
            said = result.verdict.qualification
            share = _DIFFERS_ON_FEELING if result.metric.id == "em-empathy" else _DIFFERS
            differs = said != "-" and draw.random() < share
            answer: Qualification = draw.choice([each for each in _ANSWERS if each != said]) if differs else said
            comment = draw.choice(_COMMENTS[answer]) if differs else ""
            answers.append(AuditAnswer(metric_id=result.metric.id, answer=answer, comment=comment))
        auditing.submit(conversation_id, answers)
