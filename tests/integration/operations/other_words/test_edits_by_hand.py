"""Results that were changed in the database by hand, in other words than the fault was found with: many ways to do it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from sqlalchemy.engine import make_url

from auscult import bootstrap
from auscult.cli.operations.demo import TENANT, audits, examples, reviews
from auscult.config import Settings
from auscult.services.definitions.forms.publish import publish
from auscult.services.definitions.forms.reading import starter_documents
from auscult.storage import Store
from auscult.storage.core.packing import unpack
from tests.databases import KEY, Content
from tests.integration.program import POLITE, auscult, conversation, write
from tests.integration.program import TENANT as OPTIONS

pytestmark = pytest.mark.night

FORM = "ef-starter-voice"
BEST = (
    "SELECT evaluation FROM evaluations WHERE score = 100 AND form_id = 'ef-starter-voice' ORDER BY evaluation LIMIT 1"
)
WORST = "SELECT evaluation FROM evaluations WHERE form_id = 'ef-starter-voice' ORDER BY score, evaluation LIMIT 1"
AUDIT = "SELECT assignment FROM audits WHERE state = 'audited' ORDER BY assignment LIMIT 1"
OTHER_AUDIT = AUDIT + " OFFSET 1"
SNAPSHOT = f"SELECT snapshot FROM evaluations WHERE evaluation = ({WORST})"  # noqa: S608  (our own text)


def fill(url: str) -> None:
    """Conversations with scores, audits, releases, disputes and a calibration, as the demo has them."""
    with bootstrap.open(Settings(database_url=url, secret_key=KEY.decode())) as application:
        application.store.ensure(TENANT)
        publish(application.store.within(TENANT).forms, starter_documents(), application.answered)
        application.load(TENANT, sorted((examples() / "conversations").glob("*.ndjson")))
        app = application.store.within(TENANT)
        scored = [(each.conversation, each.evaluation) for each in app.conversations.rerender("", 1_000)]
        audits.plan_and_audit(application, TENANT, examples(), scored)
        reviews.review_and_calibrate(application.store, TENANT)


@pytest.fixture
def content() -> Content:
    """Results to change."""
    return Content("results of the demo", fill)


class Hand:
    """A person with a client of the database, and without the secret key."""

    def __init__(self, url: str) -> None:
        """Connect to it."""
        parts = make_url(url)
        self._is_sqlite = parts.get_backend_name() == "sqlite"
        self._connection: Any = (
            sqlite3.connect(str(parts.database), isolation_level=None)
            if self._is_sqlite
            else psycopg.connect(url.partition("?")[0], autocommit=True)
        )

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()

    def sql(self, text: str, *values: Any) -> list[Any]:
        """Run a statement, which must change or find something."""
        done = self._connection.execute(text if self._is_sqlite else text.replace("?", "%s"), values)
        found = done.fetchall() if done.description else []
        assert found or done.rowcount > 0, f"nothing to change: {text}"
        return found

    def one(self, text: str, *values: Any) -> Any:
        """Return the one value that a query finds."""
        ((value,),) = self.sql(text, *values)
        return bytes(value) if isinstance(value, memoryview) else value

    def rewrite(self, table: str, key: str, which: str, change: Callable[[Any], object]) -> None:
        """Change the JSON in the body of a row, and write it as compactly as it was."""
        before = bytes(self.one(f"SELECT body FROM {table} WHERE {key} = ({which})"))  # noqa: S608  (our own text)
        body = msgspec.json.decode(before)
        assert msgspec.json.encode(body) == before
        change(body)
        after = msgspec.json.encode(body)
        assert after != before
        self.sql(f"UPDATE {table} SET body = ? WHERE {key} = ({which})", after)  # noqa: S608  (our own text)

    def scored(self, which: str) -> str:
        """The conversation of an evaluation."""
        of_it = "SELECT conversation_id FROM conversations JOIN evaluations USING (conversation) WHERE evaluation = "
        return str(self.one(f"{of_it} ({which})"))

    def audited(self, which: str = AUDIT) -> str:
        """The conversation of an audit."""
        return str(self.one(f"SELECT conversation_id FROM audits WHERE assignment = ({which})"))  # noqa: S608


Edit = Callable[[Hand], str]
"""Changes something, and returns the name that must be in the findings."""


def edited(name: Callable[[Hand], str], change: Callable[[Hand], object]) -> Edit:
    """Change something that the findings name so, as it was named before."""

    def edit(hand: Hand) -> str:
        found = name(hand)
        change(hand)
        return found

    return edit


def column(change: str, which: str = WORST) -> Edit:
    """Change columns of an evaluation."""
    sql = f"UPDATE evaluations SET {change} WHERE evaluation = ({which})"  # noqa: S608  (our own text)
    return edited(lambda hand: hand.scored(which), lambda hand: hand.sql(sql))


def verdicts(change: Callable[[Any], object], which: str = WORST) -> Edit:
    """Change the body of an evaluation."""
    return edited(
        lambda hand: hand.scored(which), lambda hand: hand.rewrite("evaluations", "evaluation", which, change)
    )


def audit(change: str) -> Edit:
    """Change columns of an audit."""
    sql = f"UPDATE audits SET {change} WHERE assignment = ({AUDIT})"  # noqa: S608  (our own text)
    return edited(Hand.audited, lambda hand: hand.sql(sql))


def sheet(change: Callable[[Any], object]) -> Edit:
    """Change the body of an audit."""
    return edited(Hand.audited, lambda hand: hand.rewrite("audits", "assignment", AUDIT, change))


def as_scored_with(change: Callable[[Any], object]) -> Edit:
    """Change the form as it was when conversations were scored."""
    written = ("form_snapshots", "snapshot", SNAPSHOT, change)
    return edited(lambda hand: hand.scored(WORST), lambda hand: hand.rewrite(*written))


def published(change: str) -> Edit:
    """Change columns of a published form."""
    sql = f"UPDATE forms SET {change} WHERE form_id = '{FORM}'"  # noqa: S608  (our own text)
    return edited(lambda _hand: f"form {FORM} version 1", lambda hand: hand.sql(sql))


def first_no(body: Any) -> Any:
    """The first verdict of NO."""
    return next(each["verdict"] for each in body["results"] if each["verdict"]["qualification"] == "NO")


def cites(body: Any) -> Any:
    """The first evidence with a turn."""
    found = (one for each in body["results"] for one in each["verdict"].get("evidence", ()) if "turn_id" in one)
    return next(found)


def sure(body: Any) -> Any:
    """The first verdict with a confidence."""
    return next(each["verdict"] for each in body["results"] if "confidence" in each["verdict"])


def other_weights(hand: Hand) -> str:
    """Change a weight of the form as it was, with the digest that fits it: that one takes no key."""
    as_scored_with(lambda body: body["metrics"][0].update(weight="90"))(hand)
    body = bytes(hand.one(f"SELECT body FROM form_snapshots WHERE snapshot = ({SNAPSHOT})"))  # noqa: S608
    digest = blake2b(body, digest_size=16).digest()
    hand.sql(f"UPDATE form_snapshots SET digest = ? WHERE snapshot = ({SNAPSHOT})", digest)  # noqa: S608
    return hand.scored(WORST)


def document(hand: Hand) -> str:
    """Change the weight of a question in a published form."""
    before = bytes(hand.one("SELECT document FROM forms WHERE form_id = ?", FORM))
    assert b"weight: 10\n" in before
    hand.sql(
        "UPDATE forms SET document = ? WHERE form_id = ?", before.replace(b"weight: 10\n", b"weight: 1\n", 1), FORM
    )
    return f"form {FORM} version 1"


def better_twin(hand: Hand) -> str:
    """Copy the whole result of the best conversation to the worst, with its seal."""
    name, best = hand.scored(WORST), hand.one(BEST)
    for one in ("passed", "fatal_errors", "evaluated_at", "body", "seal", "score"):  # the worst is found by its score
        its = f"(SELECT {one} FROM evaluations WHERE evaluation = ?)"  # noqa: S608  (our own text)
        hand.sql(f"UPDATE evaluations SET {one} = {its} WHERE evaluation = ({WORST})", best)  # noqa: S608
    return name


def newer(hand: Hand) -> str:
    """Add a later evaluation with full marks, as a re-score would."""
    names = "conversation, segment, revision, form_id, form_version, snapshot, status, fatal_errors, evaluated_at, body, seal"
    top = hand.one("SELECT max(evaluation) + 1 FROM evaluations")
    hand.sql(
        f"INSERT INTO evaluations (evaluation, backfill, score, passed, {names}) "  # noqa: S608  (our own text)
        f"SELECT {top}, 1, 100, 1, {names} FROM evaluations WHERE evaluation = ({WORST})"
    )
    return hand.scored(str(top))


def gone(hand: Hand) -> str:
    """Remove the worst evaluation."""
    name = hand.scored(WORST)
    hand.sql(f"DELETE FROM evaluations WHERE evaluation = ({WORST})")  # noqa: S608  (our own text)
    return name


def another_sheet(hand: Hand) -> str:
    """Give an audit the answers of another one, with its seal."""
    name, other = hand.audited(), hand.one(OTHER_AUDIT)
    for one in ("body", "seal"):
        its = f"(SELECT {one} FROM audits WHERE assignment = ?)"  # noqa: S608  (our own text)
        hand.sql(f"UPDATE audits SET {one} = {its} WHERE assignment = ({AUDIT})", other)  # noqa: S608
    return name


def audit_of_another(hand: Hand) -> str:
    """Hang an audit on a conversation that has none."""
    name = hand.audited()
    free = "SELECT min(conversation) FROM conversations WHERE conversation NOT IN (SELECT conversation FROM audits)"
    hand.sql(f"UPDATE audits SET conversation = ({free}) WHERE assignment = ({AUDIT})")  # noqa: S608
    return name


def shown_score(hand: Hand) -> str:
    """Change the score in a row of a report."""
    text = "SELECT min(row) FROM report_rows JOIN listings USING (listing) WHERE report = 'rawdata'"
    name = hand.one(f"SELECT conversation_id FROM report_rows WHERE row = ({text})")  # noqa: S608
    before = bytes(hand.one(f"SELECT body FROM report_rows WHERE row = ({text})"))  # noqa: S608
    body = msgspec.json.decode(unpack(before).splitlines()[0])
    key = next(key for key, value in body.items() if "core" in key and isinstance(value, int))
    body[key] = body[key] - 1
    hand.sql(f"UPDATE report_rows SET body = ? WHERE row = ({text})", msgspec.json.encode(body))  # noqa: S608
    return str(name)


def figure(hand: Hand) -> str:
    """Change the score by which lists and averages count."""
    hand.sql("UPDATE figure_rows SET score = 100 WHERE row = (SELECT min(row) FROM figure_rows WHERE score < 100)")
    return "figures of row"


def tally(hand: Hand) -> str:
    """Change a count."""
    hand.sql("UPDATE tallies SET n = n + 1")
    return "tally"


def removed_audit(hand: Hand) -> str:
    """Remove an audit."""
    name = hand.audited()
    hand.sql(f"DELETE FROM reviews WHERE assignment = ({AUDIT})")  # noqa: S608  (our own text)
    hand.sql(f"DELETE FROM audits WHERE assignment = ({AUDIT})")  # noqa: S608  (our own text)
    return name


def same_answers(hand: Hand) -> str:
    """Write an audit's body with other spaces: the same answers in other bytes."""
    before = bytes(hand.one(f"SELECT body FROM audits WHERE assignment = ({AUDIT})"))  # noqa: S608
    after = before.replace(b'":', b'": ', 1)
    hand.sql(f"UPDATE audits SET body = ? WHERE assignment = ({AUDIT})", after)  # noqa: S608  (our own text)
    return hand.audited()


EDITS: dict[str, Edit] = {
    "one point more": column("score = score + 1"),
    "no score": column("score = NULL"),
    "passed": column("passed = 1 - passed"),
    "passed is unknown": column("passed = NULL"),
    "a fatal error less": column("fatal_errors = fatal_errors + 1"),
    "scored a day earlier": column("evaluated_at = evaluated_at - 86400000"),
    "not scored at all": column("status = 'below_threshold', score = NULL, passed = NULL"),
    "another version of the form": column("form_version = form_version + 1"),
    "of another revision": column("revision = revision + 1"),
    "a segment": column("segment = 3"),
    "no seal": column("seal = NULL"),
    "NO becomes YES": verdicts(lambda body: first_no(body).update(qualification="YES")),
    "NO becomes NA": verdicts(lambda body: first_no(body).update(qualification="NA")),
    "a verdict is removed": verdicts(lambda body: body["results"].pop()),
    "another turn is cited": verdicts(lambda body: cites(body).update(turn_id="m99")),
    "other words are cited": verdicts(lambda body: cites(body).update(text="something else")),
    "another time is cited": verdicts(lambda body: cites(body).update(start_ms=1)),
    "more confidence": verdicts(lambda body: sure(body).update(confidence="0.999")),
    "another reason": verdicts(lambda body: first_no(body).update(reason="it was so")),
    "another engine": verdicts(lambda body: body["engines"].append("a better model")),
    "another agent": verdicts(lambda body: body.update(agent_id="a-other")),
    "a reason for the whole": verdicts(lambda body: body.update(reason="undecided")),
    "the result of another conversation": better_twin,
    "a newer evaluation": newer,
    "an evaluation is removed": gone,
    "another auditor": audit("auditor = 'eve@example.com'"),
    "audited a day earlier": audit("submitted_at = submitted_at - 86400000"),
    "no longer submitted": audit("state = 'assigned'"),
    "no longer shown": audit("is_shown = 0"),
    "written less often": audit("changes = changes - 1"),
    "an audit without seal": audit("seal = NULL"),
    "another auditor in the body, too": lambda hand: [
        audit("auditor = 'eve@example.com'")(hand),
        sheet(lambda body: body.update(auditor="eve@example.com"))(hand),
    ][0],
    "a key more in the body of an audit": sheet(lambda body: body.update(note="x")),
    "a body with other spaces": same_answers,
    "the audit of another conversation": another_sheet,
    "an audit is moved": audit_of_another,
    "an audit is removed": removed_audit,
    "another weight in the published form": document,
    "another day of publishing": published("published_at = published_at - 1"),
    "another person who published": published("published_by = 'eve@example.com'"),
    "a reason of publishing": published("note = 'as agreed'"),
    "another weight in the form as it was": as_scored_with(lambda body: body["metrics"][0].update(weight="90")),
    "another negative weight": as_scored_with(lambda body: body["metrics"][1].update(negative_weight="5")),
    "a fatal question more": as_scored_with(lambda body: body["metrics"][0].update(fatal=True)),
    "the right answer": as_scored_with(lambda body: body["metrics"][0].update(correct_answer="no")),
    "another pass score": as_scored_with(lambda body: body.update(pass_score="1")),
    "another weight with its digest": other_weights,
    "a score in a report": shown_score,
    "a figure": figure,
    "a tally": tally,
}


def found(url: str) -> list[str]:
    """Return the findings of a check of the database."""
    with bootstrap.open(Settings(database_url=url, secret_key=KEY.decode())) as application:
        return application.verify()


@pytest.fixture
def hand(store: Store, database_url: str) -> Iterator[Hand]:
    """A person at the database of the store."""
    assert store.tenants()
    with closing(Hand(database_url)) as person:
        yield person


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_by_hand_is_found_and_named(hand: Hand, database_url: str, name: str) -> None:
    """One change alone, whatever it is: a line of the findings names the conversation, or the form."""
    named = EDITS[name](hand)
    findings = found(database_url)
    assert any(named in each for each in findings), findings[:5]


def test_bodies_that_are_written_as_they_were_are_no_finding(hand: Hand, database_url: str) -> None:
    """The check finds what changed, and not that somebody wrote."""
    for table, key, which in (("evaluations", "evaluation", WORST), ("audits", "assignment", AUDIT)):
        body = hand.one(f"SELECT body FROM {table} WHERE {key} = ({which})")  # noqa: S608  (our own text)
        hand.sql(f"UPDATE {table} SET body = ? WHERE {key} = ({which})", bytes(body))  # noqa: S608  (our own text)
    assert not found(database_url)


def test_rows_that_are_rendered_from_an_edit_do_not_hide_it(hand: Hand, database_url: str) -> None:
    """Columns, body and reports agree with each other after a repair: the seal does not, and stays in the findings."""
    worst = str(hand.one(WORST))
    named = verdicts(lambda body: first_no(body).update(qualification="YES"), worst)(hand)
    assert column("score = 100, passed = 1", worst)(hand) == named
    with bootstrap.open(Settings(database_url=database_url, secret_key=KEY.decode())) as application:
        left = application.repair()
        assert application.repair() == left
    assert any(f"evaluation of {named}" in each for each in left)


def test_the_command_names_the_conversation_and_fails(tmp_path: Path) -> None:
    """With exit status 1, before and after a repair; once the old bytes are back, with 0."""
    assert auscult(tmp_path, "forms", "apply", "starter", *OPTIONS).status == 0
    write(tmp_path / "two.ndjson", conversation("c-good"), conversation("c-bad", POLITE[1:2]))
    assert auscult(tmp_path, "load", "two.ndjson", *OPTIONS).status == 0
    assert auscult(tmp_path, "verify").status == 0
    with closing(Hand(f"sqlite:///{tmp_path / 'test.db'}")) as hand:
        which = (
            "SELECT evaluation FROM evaluations JOIN conversations USING (conversation) WHERE conversation_id = 'c-bad'"
        )
        score = hand.one(f"SELECT score FROM evaluations WHERE evaluation = ({which})")  # noqa: S608  (our own text)
        hand.sql(f"UPDATE evaluations SET score = 73 WHERE evaluation = ({which})")  # noqa: S608  (our own text)
        for words in (("verify",), ("verify", "--repair"), ("verify",)):
            done = auscult(tmp_path, *words)
            assert done.status == 1
            assert "c-bad" in done.out
            assert "c-good" not in done.out
            assert f"score 73, and {score} by its verdicts" in done.out
            assert "differ from their seals" in done.err
        hand.sql(f"UPDATE evaluations SET score = ? WHERE evaluation = ({which})", score)  # noqa: S608  (our own text)
        assert auscult(tmp_path, "verify", "--repair").status == 0
