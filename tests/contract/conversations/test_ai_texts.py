"""Instructions, knowledge and tools on both databases: once for an app, counted, redacted, and erased with the last use."""

import sqlalchemy as sa

from auscult.domain.ai_agents.context import AiContext, Call, Knowledge, Tool
from auscult.domain.conversation import Agent, Conversation, Turn
from auscult.domain.said.search import parse
from auscult.services.conversations.latest import Sought, latest
from auscult.services.privacy.rules import change_rule
from auscult.services.privacy.settings import change_settings
from auscult.storage import Store
from auscult.storage.core.tables.conversations import ai_texts
from auscult.storage.store import AppStore
from tests.contract.conversations import test_latest as listed
from tests.contract.privacy.test_redaction_at_intake import CARD, GROUPS, stored
from tests.contract.privacy.test_retention_kinds import erasing
from tests.contract.storing import OTHER, conversation, put
from tests.waiting import existing

POLICY = "".join(f"Rule {n}: ask before you act, and name the order that you mean.\n" for n in range(40))
NIA = (Agent("ai-nia", "Nia", kind="ai", version="12"),)
CONTEXT = AiContext(POLICY, (Knowledge("Refunds take 14 days.", "Refunds"),), (Tool("refund", changes=True),))


def talk(name: str, ai: AiContext | None = CONTEXT, *calls: Call) -> Conversation:
    """Return a conversation with Nia."""
    turns = (Turn("m1", "bot", "hello", "ai-nia", 0, 900),)
    return conversation(name, turns=turns, agents=NIA, ai=ai, calls=calls)


def addressed(name: str, customer: str, account: str) -> Conversation:
    """Return a conversation whose prompt carries the customer's name and account."""
    return talk(name, AiContext(f"{POLICY}You talk with {customer}, account {account}.\n{POLICY}"))


def uses(store: Store) -> list[int]:
    """Return how often each text is used."""
    with store._database.reading() as connection:
        return sorted(connection.scalars(sa.select(ai_texts.c.uses)))


def context(app: AppStore, name: str) -> AiContext | None:
    """Return the context of a stored conversation, which is the same however it is read."""
    detail = existing(app.conversations.get(name))
    assert app.conversations.recorded([name])[name].conversation == detail.conversation
    return detail.conversation.ai


def test_texts_are_stored_once_for_an_app_and_gone_with_the_last_use(store: Store, app: AppStore) -> None:
    """Three texts of three conversations; another app has its own, though they are the same."""
    store.ensure(OTHER)
    put(app, talk("c-1"), talk("c-2"))
    put(app, talk("c-3"))
    put(store.within(OTHER), talk("c-1"))
    assert uses(store) == [1, 1, 1, 3, 3, 3]
    assert context(app, "c-3") == CONTEXT
    assert app.conversations.accept([talk("c-1")]).unchanged == 1
    for name in ("c-1", "c-2"):
        app.conversations.erase(name)
    assert uses(store) == [1] * 6
    app.conversations.erase("c-3")
    assert uses(store) == [1, 1, 1]
    assert context(store.within(OTHER), "c-1") == CONTEXT


def test_a_prompt_with_the_customers_name_is_its_template_and_the_name(store: Store, app: AppStore) -> None:
    """Each reads back to the letter; with the conversation of a customer all of theirs is gone from every table."""
    people = {
        "c-1": ("Ada Lovelace", "88123"),
        "c-2": ("Bo Ek", "7"),
        "c-3": ("Zoë Quist", "55100"),
        "c-4": ("Zoë", "1"),
    }
    for name, who in people.items():
        put(app, addressed(name, *who))
    assert [context(app, name) for name in people] == [addressed(name, *who).ai for name, who in people.items()]
    assert sum(len(value) for value in stored(store) if b"Rule 39" in value) < 4 * len(POLICY) * 2
    app.conversations.erase("c-1")
    assert not [value for value in stored(store) if b"Lovelace" in value or b"88123" in value]
    assert context(app, "c-2") == addressed("c-2", "Bo Ek", "7").ai
    for name in people:
        app.conversations.erase(name)
    assert uses(store) == []


def test_another_revision_and_a_correction(store: Store, app: AppStore) -> None:
    """A new revision releases the texts that it no longer has; one without a context has none."""
    put(app, talk("c-1"))
    put(app, talk("c-1", AiContext("Be short.")))
    assert uses(store) == [1]
    assert context(app, "c-1") == AiContext("Be short.")
    put(app, talk("c-1", AiContext()))
    assert (uses(store), context(app, "c-1")) == ([], AiContext())
    put(app, talk("c-1", None))
    assert context(app, "c-1") is None


def test_nothing_unredacted_is_stored_of_calls_and_texts(store: Store, app: AppStore) -> None:
    """Redacted before they are compared: values, numbers and keys of arguments and results, instructions, knowledge."""
    change_settings(app, "cli:test", {"redaction": "mask"})
    secrets = {"pin": 4711, "card": CARD, "digits": int(CARD), f"to {GROUPS}": [{"mail": "ada@example.com"}]}
    call = Call(
        "c1", "pay", arguments={**secrets, "agent": {"name": "Ada Lovelace"}}, result=[secrets, f"paid {GROUPS}"]
    )
    said = AiContext(f"The customer is Mrs. Ada Lovelace, card {GROUPS}.", (Knowledge("ask ada@example.com"),))
    put(app, talk("c-1", said, call))
    for trace in (CARD, GROUPS, "Lovelace", "ada@example.com", "4711"):
        assert not [value for value in stored(store) if trace.encode() in value], trace
    detail = existing(app.conversations.get("c-1"))
    assert detail.conversation.calls
    after = detail.conversation.calls[0]
    assert after.arguments["pin"] == "[security code 1]"
    assert after.arguments["card"] == after.arguments["digits"] == "[card 1]"
    assert after.result[0]["to [card 1]"] == [{"mail": "[email 1]"}]
    assert after.name == "pay"
    assert app.conversations.accept([talk("c-1", said, call)]).unchanged == 1


def test_words_go_with_arguments_results_and_texts(store: Store, app: AppStore) -> None:
    """Retention of transcripts: names and times of calls stay."""
    put(app, talk("c-1", CONTEXT, Call("c1", "pay", start_ms=5, arguments={"to": "Ada"}, result=["Ada"], ok=True)))
    change_rule(app, "cli:test", "*", "transcript", 30)
    erasing(app).run("retention", erasing(app).due())
    detail = existing(app.conversations.get("c-1"))
    assert (detail.conversation.calls, detail.conversation.ai) == ((Call("c1", "pay", start_ms=5, ok=True),), None)
    assert uses(store) == []
    assert not [value for value in stored(store) if b"Ada" in value or b"Rule 39" in value]


def test_secrets_in_arguments_are_never_stored(store: Store, app: AppStore) -> None:
    """Also where the app redacts nothing."""
    put(
        app,
        talk(
            "c-1",
            None,
            Call(
                "c1",
                "log_in",
                arguments={"password": "hunter22", "pin": 4711, "apiKey": "sk-a1b2c3d4"},
                result={"cvv": "123", "access_token": "eyJhbGciOi.eyJz"},
            ),
        ),
    )
    secrets = (b"hunter22", b"4711", b"sk-a1b2c3d4", b"eyJhbGciOi")
    assert not [value for value in stored(store) if any(secret in value for secret in secrets)]


def test_arguments_and_results_are_searched(app: AppStore) -> None:
    """Words and numbers in them, and the name of the tool."""
    call = Call("c1", "issue_voucher", arguments={"reason": "lost parcel"}, result={"codes": ["HX77"], "amount": 89.5})
    listed.put(app, [(talk("c-1", None, call), ("YES", "YES")), (talk("c-2", None), ("YES", "YES"))])
    for words in ("parcel", "HX77", '"lost parcel"', "agent:voucher", "issue_voucher"):
        assert [each.id for each in latest(app, Sought(said=parse(words))).items] == ["c-1"], words
