"""The hook of agent assist on a real server (rule 27)."""

import random
from typing import Any

import pytest

from tests.e2e.assisting import ASSISTED, END, FLAGS, SUMMARY, Assisted, Body, agent, moved, said, types
from tests.e2e.serving import STRANGER, Service, told

ADA, BEN = agent("ada"), agent("ben", "q-2")
REFUND, THANKS = "just wanted to check on the status of a refund", "great thanks for your help"


@pytest.fixture(scope="module")
def live(service: Service) -> Assisted:
    """The server with an app that knows something."""
    return Assisted(service)


def test_a_whole_conversation_becomes_a_row_of_the_report(live: Assisted) -> None:
    """Events through the real server, and the report of sample aaconversation shows them, with each of its flags."""
    live.told("c-whole", moved(ADA, "NA", "entry"), said("HEY HO!"), said(REFUND))
    state = live.settled("c-whole")
    live.told("c-whole", said("Sure!", "AGENT"))
    (suggestion,) = state["suggestions"]
    one = f"/live/conversations/c-whole/answers/{suggestion['request_id']}/uses"
    who = {"id": "a-ada", "name": "Ada"}
    assert live.own("POST", one, {"use": "sent", "agent": who}).status_code == 204
    found = live.own(
        "POST", "/live/conversations/c-whole/searches", {"query": "promo code expired", "agent": who}
    ).json()
    for about, of in (("suggestion", suggestion["request_id"]), ("search", found["request_id"]), ("widget", None)):
        body = {"about": about, "of": of, "value": "like", "comment": "Nice.", "agent": who}
        assert live.own("POST", "/live/conversations/c-whole/feedback", body).status_code == 204
    live.told("c-whole", said(THANKS), moved(ADA, "NA", "exit"), SUMMARY, END)
    detail = live.filed("c-whole")
    assert (detail["status"], detail["evaluation"]["score"]) == ("evaluated", 100)
    row = live.row("c-whole", **dict.fromkeys(FLAGS, True))
    assert (row["botId"], row["isExtAD"], row["experience"]) == (ASSISTED.app_id, True, "chat")
    assert types(row["messages"]) == ["USER", "USER", "AGENTIC", "AGENT", "USER"]
    agentic = next(each for each in row["messages"] if each.get("type") == "AGENTIC")
    message = next(each for each in row["messages"] if each["components"][0]["data"]["text"] == REFUND)
    assert agentic["requestId"].startswith("aa-")
    assert agentic["triggeringMessageId"] == message["_id"]
    assert (agentic["query"], agentic["isSent"], agentic["isCopied"], agentic["isOverride"]) == (
        REFUND,
        True,
        False,
        False,
    )
    assert agentic["requestedAt"] <= agentic["respondedAt"]
    assert agentic["components"]["data"]["text"] == suggestion["sources"][0]["answer"]
    assert agentic["sessionInfo"]["conversationState"] == "COMPLETED"
    assert agentic["feedbackInfo"]["feedback"] == "like"
    (search,) = row["searchHistory"]
    assert search["requestId"].startswith("ua-")
    assert (search["triggeringMessageId"], search["query"]) == (None, "promo code expired")
    assert row["agenticAssistSessionIds"] == [agentic["sessionInfo"]["sessionId"]]
    assert row["agenticSearchSessionIds"] == [search["sessionInfo"]["sessionId"]]
    (final,) = row["summaries"]
    assert (final["type"], final["participant"]["identity"]) == ("final", "a-ada")
    assert final["summary"]
    assert final["generationTimeInSecs"] > 0
    (widget,) = row["widgetFeedbacks"]
    assert (widget["agentDetails"], widget["comment"]) == ({"identity": "a-ada", "name": "Ada"}, "Nice.")


def test_each_flag_shows_its_part(live: Assisted) -> None:
    """Rule 25, of a row that the assistant itself brought about."""
    live.told("c-flags", moved(ADA, "NA", "entry"), said(REFUND), END)
    live.filed("c-flags")
    shown = {
        "includeHistory": {"messages"},
        "includeAgenticHistory": {"messages", "searchHistory", "agenticAssistSessionIds", "agenticSearchSessionIds"},
        "includeFeedback": {"widgetFeedbacks"},
        "includeSummary": {"summaries"},
    }
    bare = set(live.row("c-flags"))
    for flag, keys in shown.items():
        row = live.row("c-flags", **{flag: True})
        assert set(row) - bare == keys
    assert types(live.row("c-flags", includeHistory=True)["messages"]) == ["USER"]
    assert types(live.row("c-flags", includeAgenticHistory=True)["messages"]) == ["AGENTIC"]


def course() -> list[Body]:
    """A cold transfer, a consultation and a redial, each message and event with its name and its time."""
    steps: list[Body] = [
        moved(ADA, "NA", "entry"),
        said(REFUND),
        said("One moment.", "AGENT"),
        moved(ADA, "COLD", "exit"),
        moved(BEN, "COLD", "entry"),
        said("My promo code isn't working, it says invalid"),
        moved(agent("eve"), "WARM", "entry"),
        moved(agent("eve"), "WARM", "exit"),
        moved(BEN, "NA", "exit"),
        moved(BEN, "redial", "entry"),
        said(THANKS),
        moved(BEN, "NA", "exit"),
        SUMMARY,
        END,
    ]
    return [{**step, "timestamp": f"2026-06-07T03:05:{second:02}Z"} for second, step in enumerate(steps)]


def told_of(detail: Body) -> Body:
    """What a conversation comes to, without what says when the assistant did something, and without ids of its own."""
    assist: Any = detail["assist"]
    return {
        "turns": [{**turn, "id": ""} for turn in detail["turns"]],
        "events": detail["events"],
        "agents": detail["agents"],
        "queues": detail["queues"],
        "ended_at": detail["ended_at"],
        "suggestions": sorted(each["text"] for each in assist["suggestions"]),
        "summaries": sorted((each["type"], each["agent"]["id"]) for each in assist["summaries"]),
    }


@pytest.mark.landing
def test_any_order_and_any_repetition_come_to_the_same(live: Assisted) -> None:
    """Rule 27: late, out of order, several times: one conversation, one answer to each message, nothing twice."""
    live.told("c-order-0", *course())
    expected = told_of(live.filed("c-order-0"))
    assert [event["type"] for event in expected["events"]] == ["transfer", "consult", "redial"]
    assert [turn["text"] for turn in expected["turns"]][1:2] == ["One moment."]
    assert expected["summaries"] == [("final", "a-ben"), ("interim", "a-ada")]
    for number in (1, 2):
        bodies = course() * 2
        random.Random(number).shuffle(bodies)
        name = f"c-order-{number}"
        live.told(name, *bodies)
        assert told_of(live.filed(name)) == expected


def test_the_vendors_bodies_sent_twice_count_once(live: Assisted) -> None:
    """Rule 27: neither name nor time in them; what is sent again at once is known."""
    steps = [moved(ADA, "NA", "entry"), said(REFUND), said("Sure!", "AGENT"), moved(ADA, "NA", "exit"), SUMMARY, END]
    assert live.own("PUT", "/live/settings", {"repeat_within_s": 3600}).status_code == 200  # however slow we are
    live.told("c-twice", *(each for step in steps for each in (step, step)))
    live.told("c-twice", *steps)
    assert live.own("PUT", "/live/settings", {}).status_code == 200
    turns = live.filed("c-twice")["turns"]
    assert [turn["text"] for turn in turns] == [REFUND, "Sure!"]
    answers = live.tell("c-key", said("yes"), said("yes"), **{"Idempotency-Key": "k-1"})
    answers += live.tell("c-key", said("yes"), **{"Idempotency-Key": "k-2"})
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len(live.state("c-key")["messages"]) == 2


def test_an_edited_message_keeps_its_first_text_and_leaves_a_trace(live: Assisted) -> None:
    """The vendor's hook knows no edit, so it answers as always; the state says when another text came, once."""
    live.told("c-edited", said(REFUND, messageId="m-1"), said("Sure!", "AGENT", messageId="m-2"))
    live.told("c-edited", said(REFUND, messageId="m-1"))
    before = live.settled("c-edited")
    assert [each["reworded_at"] for each in before["messages"]] == [None, None]
    live.told("c-edited", said("Forget the refund.", messageId="m-1"), said("Never mind.", messageId="m-1"))
    after = live.state("c-edited")
    assert [(each["text"], bool(each["reworded_at"])) for each in after["messages"]] == [
        (REFUND, True),
        ("Sure!", False),
    ]
    assert after["seq"] == before["seq"] + 1


def test_late_events_make_a_new_revision(live: Assisted) -> None:
    """What comes after the end belongs to it all the same."""
    live.told("c-late", moved(ADA, "NA", "entry"), said(REFUND), END)
    assert live.filed("c-late")["revision"] == 1
    live.told("c-late", said("Sure!", "AGENT", timestamp="2026-06-07T03:05:09Z"))
    detail = live.filed("c-late")
    assert (detail["revision"], len(detail["turns"])) == (2, 2)
    assert len(live.rows()) == len({row["convId"] for row in live.rows()})


def test_small_talk_gets_no_suggestion(live: Assisted) -> None:
    """Nothing is suggested to what nothing fits, and the state says why."""
    live.told("c-talk", said("HEY HO!"), said("Crystal Minh"), said(THANKS))
    state = live.settled("c-talk")
    assert state["suggestions"] == []
    assert {message["passed"] for message in state["messages"]} == {"nothing that the app knows fits it"}


def test_who_may_tell(live: Assisted) -> None:
    """Rules 14 to 17: authenticated and scoped like the rest; no endpoint is open."""
    service = live.service
    path = "/agentassist/api/v1/hooks/{app}"

    def asked(app: str = ASSISTED.app_id, **headers: str) -> Any:
        return service.ask({"conversationId": "c-x", **said("hi")}, path=path, app=app, headers=headers)

    token = service.token(live.client)
    assert told(asked())["reason"] == "token.missing"
    assert told(asked(token="nonsense"))["reason"] == "token.malformed"
    for app, headers in (("st-1", {}), ("st-nowhere", {}), (ASSISTED.app_id, {"accountId": STRANGER.account_id})):
        answer = asked(app, token=token, **headers)
        assert (answer.status_code, told(answer)["reason"]) == (401, "tenant.unknown")
    reader = service.token(service.new_client("SmartAssist Analytics", tenant=ASSISTED))
    assert told(asked(auth=reader))["reason"] == "scope.missing"
    for header in ({"auth": token}, {"token": token}, {"Authorization": f"Bearer {token}"}):
        assert asked(**header).status_code == 200
    assert asked(app=ASSISTED.app_id, token=token).headers["ratelimit-limit"]
    for alias in ("/agentai/api/v1/hooks/{app}", "/AgentAssist//api/v1/hooks/{app}/"):
        body = {"conversationId": "c-x", **said("hi")}
        assert service.ask(body, path=alias, app=ASSISTED.app_id, headers={"token": token}).status_code == 200
    wrong = service.ask({}, path=path, app=ASSISTED.app_id, headers={"token": token}, method="GET")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    for odd in ("a/b", "..", "a\nb"):
        wrong = service.ask(
            {"conversationId": odd, **said("hi")}, path=path, app=ASSISTED.app_id, headers={"token": token}
        )
        assert (wrong.status_code, told(wrong)["reason"]) == (400, "field.wrong_type")
    wrong = service.ask(b'{"conversationId": ', path=path, app=ASSISTED.app_id, headers={"token": token})
    assert (wrong.status_code, told(wrong)["reason"]) == (400, "body.malformed")
