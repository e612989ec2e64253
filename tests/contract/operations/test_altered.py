"""``auscult verify`` finds every result that was changed in the database by hand, and names it."""

import json
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
import sqlalchemy as sa

from auscult import bootstrap
from auscult.config import Settings
from auscult.domain.audits.sheet import AuditAnswer
from auscult.domain.directory import NO_ALIASES
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.reports import REPORTS
from auscult.services.audits.workflow import Auditing
from auscult.services.scoring.render import render
from auscult.storage import Store, new_secret_key, open_store
from auscult.storage.conversations.evaluations import digest_of_form
from auscult.storage.core.packing import unpack
from auscult.storage.upkeep.rotation import rotate
from tests.databases import KEY, Content, database
from tests.golden.storing import TENANT, conversations, process, publish

FORMS = tuple(f"rawdata.{name}.yaml" for name in ("voice-inbound", "voice-outbound", "chat-inbound", "public"))
EDITS = 100


def fill(url: str) -> None:
    """Scored conversations, two of which were audited."""
    with closing(open_store(url, KEY)) as store:
        publish(store, *FORMS)
        process(store, conversations("rawdata"))
        app = store.within(TENANT)
        auditing = Auditing(app, REPORTS, lambda: datetime(2026, 3, 25, tzinfo=UTC))
        audited = [one for one in app.conversations.rerender("", 100) if one.evaluation.form][:2]
        for case in audited:
            auditing.assign(case.conversation.id, "ann", by="test")
            metrics = case.evaluation.form.metrics if case.evaluation.form else ()
            answers = tuple(AuditAnswer(metric_id=one.id, answer="YES") for one in metrics)
            auditing.submit(case.conversation.id, answers, by="ann")


RESULTS = Content("results to alter", fill)


class Altered(NamedTuple):
    """A database to edit: its URL, and a generator of random numbers."""

    url: str
    random: random.Random

    def one(self, query: str) -> Any:
        """A random row of a query, in its order."""
        with self._engine().begin() as connection:
            return self.random.choice(connection.execute(sa.text(query)).all())

    def run(self, statement: str | sa.TextClause, **values: Any) -> None:
        """Change something, as an administrator of the database would."""
        with self._engine().begin() as connection:
            changed = connection.execute(sa.text(statement) if isinstance(statement, str) else statement, values)
            assert changed.rowcount > 0

    def _engine(self) -> sa.Engine:
        return sa.create_engine(self.url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool)


EVALUATED = """SELECT e.evaluation, e.conversation, c.conversation_id, e.score, e.passed, e.fatal_errors, e.evaluated_at,
    e.body, e.snapshot, f.body AS form, e.form_id, e.form_version FROM evaluations e
    JOIN conversations c ON c.conversation = e.conversation JOIN form_snapshots f ON f.snapshot = e.snapshot WHERE e.status = 'evaluated' AND e.score IS NOT NULL
    ORDER BY e.evaluation"""
AUDITED = "SELECT assignment, conversation_id, changes, body FROM audits ORDER BY assignment"


def column(altered: Altered) -> str:
    """A column of an evaluation."""
    row = altered.one(EVALUATED)
    name, value = altered.random.choice(
        [
            ("score", row.score - altered.random.randint(1, 40)),
            ("passed", 1 - row.passed),
            ("fatal_errors", row.fatal_errors + 1),
            ("evaluated_at", row.evaluated_at + altered.random.randint(1, 10**9)),
            ("form_version", row.form_version + 1),
            ("status", "below_threshold"),
            ("seal", None),
        ]
    )
    statement = sa.text(f"UPDATE evaluations SET {name} = :value WHERE evaluation = :n")  # noqa: S608  (one of ours)
    altered.run(statement, value=value, n=row.evaluation)
    return row.conversation_id


def verdict(altered: Altered) -> str:
    """A verdict in the body of an evaluation, as bytes or as SQLite's functions write it: as a text."""
    row = altered.one(EVALUATED)
    body = json.loads(bytes(row.body))
    found = altered.random.choice(body["results"])["verdict"]
    if altered.random.random() < 0.5:
        found["qualification"] = altered.random.choice(list({"YES", "NO", "NA"} - {found["qualification"]}))
    else:
        found["reason"] = "because I say so"
    written: Any = json.dumps(body).encode()
    if "sqlite" in altered.url and altered.random.random() < 0.5:
        written = written.decode()
    altered.run("UPDATE evaluations SET body = :body WHERE evaluation = :n", body=written, n=row.evaluation)
    return row.conversation_id


def garbage(altered: Altered) -> str:
    """A body that nothing can read."""
    row = altered.one(EVALUATED)
    body = bytes(row.body)[: altered.random.randint(0, len(row.body) - 1)]
    altered.run("UPDATE evaluations SET body = :body WHERE evaluation = :n", body=body, n=row.evaluation)
    return row.conversation_id


def weight(altered: Altered) -> str:
    """A weight of the form that a conversation was scored with, with or without the digest that finds it."""
    row = altered.one(EVALUATED)
    body = json.loads(bytes(row.form))
    altered.random.choice(body["metrics"])["weight"] = str(altered.random.randint(101, 200))
    written = json.dumps(body).encode()
    altered.run("UPDATE form_snapshots SET body = :body WHERE snapshot = :n", body=written, n=row.snapshot)
    if altered.random.random() < 0.5:
        digest = digest_of_form(written)
        altered.run("UPDATE form_snapshots SET digest = :digest WHERE snapshot = :n", digest=digest, n=row.snapshot)
    return row.conversation_id


def document(altered: Altered) -> str:
    """A weight of a published form."""
    row = altered.one("SELECT form_id, document FROM forms ORDER BY form_id")
    written = bytes(row.document).replace(b"weight: ", b"weight: 1", 1)
    altered.run("UPDATE forms SET document = :document WHERE form_id = :name", document=written, name=row.form_id)
    return row.form_id


def audit(altered: Altered) -> str:
    """A column of an audit, or an answer or the score in its body."""
    row = altered.one(AUDITED)
    body = json.loads(bytes(row.body))
    kind = altered.random.randrange(4)
    if kind == 0:
        altered.run("UPDATE audits SET auditor = 'eve' WHERE assignment = :n", n=row.assignment)
    elif kind == 1:
        altered.run("UPDATE audits SET changes = changes + 1 WHERE assignment = :n", n=row.assignment)
    else:
        if kind == 2:
            altered.random.choice(body["result"]["sheet"]["answers"])["answer"] = "NA"
        else:
            body["result"]["score"] = str(altered.random.randint(-100, -1))
        written = json.dumps(body).encode()
        altered.run("UPDATE audits SET body = :body WHERE assignment = :n", body=written, n=row.assignment)
    return row.conversation_id


def rendered(altered: Altered) -> str:
    """A row of a report: a score, an answer, or something else within it."""
    row = altered.one('SELECT "row", conversation_id, body FROM report_rows ORDER BY "row"')
    text = unpack(bytes(row.body)).decode()
    places = [at for at, letter in enumerate(text) if letter.isalnum()]
    at = altered.random.choice(places)
    written = (text[:at] + ("7" if text[at] != "7" else "8") + text[at + 1 :]).encode()
    altered.run('UPDATE report_rows SET body = :body WHERE "row" = :n', body=written, n=row.row)
    return row.conversation_id


def everywhere(altered: Altered) -> str:
    """A score in the column, in the verdicts and in every row, facet and tally, by the program itself with another key."""
    with closing(open_store(altered.url, new_secret_key())) as store:
        app = store.within(TENANT)
        case = altered.random.choice([one for one in app.conversations.rerender("", 100) if one.evaluation.score])
        name = case.conversation.id
        points = altered.random.choice([each for each in (1, 55, 99) if each != case.evaluation.score])
        altered.run(
            """UPDATE evaluations SET score = :score, passed = 1, fatal_errors = 0
            WHERE conversation = (SELECT conversation FROM conversations WHERE conversation_id = :name)""",
            score=points,
            name=name,
        )
        again: EvaluatedConversation = app.conversations.recorded([name])[name]
        app.conversations.replace_rows([render(TENANT, again, REPORTS, NO_ALIASES)])
    return name


KINDS: tuple[Callable[[Altered], str], ...] = (
    column, verdict, garbage, weight, document, audit, rendered, everywhere,
)  # fmt: skip


def verified(url: str) -> list[str]:
    """The differences that ``auscult verify`` prints."""
    with bootstrap.open(Settings(database_url=url, secret_key=KEY.decode())) as application:
        return application.verify()


@pytest.fixture
def untouched(tmp_path: Path) -> Iterator[Path]:
    """A file with scored and audited conversations."""
    with database("sqlite", "", tmp_path, content=RESULTS) as url:
        yield Path(url.removeprefix("sqlite:///"))


@pytest.mark.night
def test_a_hundred_edits_are_found_and_named(untouched: Path, tmp_path: Path) -> None:
    """Each of a hundred random edits by itself; before them there is nothing to find."""
    assert verified(f"sqlite:///{untouched}") == []
    missed: list[str] = []
    for seed in range(EDITS):
        file = tmp_path / f"{seed}.db"
        with closing(sqlite3.connect(untouched)) as source, closing(sqlite3.connect(file)) as copy:
            source.backup(copy)
        altered = Altered(f"sqlite:///{file}", random.Random(seed))
        edit = KINDS[seed % len(KINDS)]
        name = edit(altered)
        if not any(name in line for line in verified(altered.url)):
            missed.append(f"{seed}: {edit.__name__} of {name}")
        file.unlink()
    assert missed == []


@pytest.mark.landing
@pytest.mark.parametrize("edit", KINDS)
def test_edits_on_postgresql(edit: Callable[[Altered], str], postgresql_server: str, tmp_path: Path) -> None:
    """One of each kind."""
    with database("postgresql", postgresql_server, tmp_path, content=RESULTS) as url:
        name = edit(Altered(url, random.Random(1)))
        found = verified(url)
        assert any(name in line for line in found), found


def test_what_differs_is_named(untouched: Path) -> None:
    """The score that the verdicts make, the keys of a row, and what is no JSON."""
    altered = Altered(f"sqlite:///{untouched}", random.Random(0))
    row = altered.one(EVALUATED)
    altered.run("UPDATE evaluations SET score = 3 WHERE evaluation = :n", n=row.evaluation)
    found = "\n".join(verified(altered.url))
    assert f"evaluation of {row.conversation_id} with {row.form_id} version 1: expected as it was sealed" in found
    assert f"found score 3, and {row.score} by its verdicts" in found
    assert f"row of {row.conversation_id} in conversations: expected score 3, found score {row.score}" in found
    assert msgspec.json.decode(bytes(row.body))  # the verdicts were left as they are


def test_seals_outlive_a_rotation_of_the_key_and_erased_words(store: Store, database_url: str) -> None:
    """The signing key is kept, and what is left of an evaluation is sealed anew; one that was altered is not."""
    fill(database_url)
    app = store.within(TENANT)
    first, second = [one.conversation.id for one in app.conversations.rerender("", 2)]
    run, _ = app.retention.begin("retention", "test")
    for name in (first, second):
        if name == second:
            altered = Altered(database_url, random.Random(0))
            altered.run(
                """UPDATE evaluations SET score = 3
                WHERE conversation = (SELECT conversation FROM conversations WHERE conversation_id = :name)""",
                name=name,
            )
        assert app.erasure.erase_part(
            name, "transcript", partial(render, TENANT, reports=REPORTS, aliases=NO_ALIASES), run=run, principal="test"
        )
    new = new_secret_key()
    rotate(database_url, KEY, new, lambda _done, _total: None)
    with closing(open_store(database_url, new)) as rotated:
        assert [first in str(each) for each in rotated.altered()] == [False]
        assert second in str(rotated.altered()[0])
