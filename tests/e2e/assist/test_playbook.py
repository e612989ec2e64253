"""Playbooks followed while a conversation goes on, on a real server: what agents see, and what is scored in the end."""

import pytest

from tests.data_files import data_of
from tests.e2e.assist.test_live import listening
from tests.e2e.assisting import Assisted, Body, agent, moved, said
from tests.e2e.own import problem
from tests.e2e.serving import Service
from tests.waiting import wait_for

ADA = agent("ada", "q-refunds")
END: Body = {"events": [{"name": "END_OF_CONVERSATION", "reason": "agent_initiated", "participant": ADA}]}
FORM = data_of(__file__, "form").encode()
CHOSEN: Body = data_of(__file__, "chosen")


@pytest.fixture(scope="module")
def live(service: Service) -> Assisted:
    """The server with an app whose playbooks are followed, and scored."""
    live = Assisted(service)
    live.app.forms.publish("ef-refunds", FORM)
    assert live.own("PUT", "/live/settings", CHOSEN).status_code == 200
    return live


@pytest.mark.landing
def test_steps_are_seen_as_they_are_done_and_scored_in_the_end(live: Assisted) -> None:
    """Which step is done, adherence so far, a hint when verification is missing; then real data."""
    path = "/live/conversations/c-steps/playbook"
    live.told("c-steps", moved(ADA, "NA", "entry"))
    assert live.own("GET", path).json()["playbooks"] == []
    with listening(live, "c-steps") as heard:

        def follow(*bodies: Body, steps: int) -> Body:
            live.told("c-steps", *bodies)

            def latest() -> Body:
                return ([item for _, name, item in heard.events if name == "playbook"] or [{"playbooks": []}])[-1]

            def done(found: Body) -> int:
                return sum(
                    one["is_done"] for book in found["playbooks"] for stage in book["stages"] for one in stage["steps"]
                )

            return wait_for(latest, lambda found: bool(found["playbooks"]) and done(found) == steps)

        begun = follow(said("I want a refund"), steps=0)
        assert (begun["form_id"], begun["playbooks"][0]["min_adherence"], begun["hints"]) == ("ef-refunds", 60.0, [])
        follow(said("Hello!", "AGENT"), steps=1)
        early = follow(said("I have started the refund.", "AGENT"), steps=2)
        assert [hint["step_id"] for hint in early["hints"]] == ["verify"]
        assert early["playbooks"][0]["adherence"] == 66.67
        late = follow(said("May I have your account ID please?", "AGENT"), steps=3)
        assert (late["hints"], late["playbooks"][0]["adherence"]) == ([], 100.0)
        live.told("c-steps", said("Let me look that up.", "AGENT"))
        ended = wait_for(lambda: live.own("GET", path).json(), lambda found: bool(found["dialogs"]))
        live.told("c-steps", END)
    messages = {each["text"]: each["id"] for each in live.state("c-steps")["messages"]}
    (stage, _) = ended["playbooks"][0]["stages"]
    assert [one["message_id"] for one in stage["steps"]] == [
        messages["Hello!"],
        messages["May I have your account ID please?"],
    ]
    assert ended["dialogs"][0]["message_id"] == messages["Let me look that up."]
    detail = live.filed("c-steps")
    assert detail["evaluation"]["form"]["id"] == "ef-refunds"
    assert detail["evaluation"]["score"] == 100
    assert [(one["id"], one["qualification"], one["evidence"]) for one in detail["evaluation"]["metrics"]] == [
        (one["id"], one["qualification"], one["evidence"]) for one in ended["metrics"]
    ]


def test_a_broken_stream_goes_on_with_what_it_missed(live: Assisted) -> None:
    """A playbook event has a number of its own; after the end all of it can be heard again."""
    live.told("c-again", moved(ADA, "NA", "entry"), said("a refund"), said("Hello", "AGENT"), END)
    live.filed("c-again")
    with listening(live, "c-again") as all_of_it:
        pass
    last = max(number for number, name, _ in all_of_it.events if name == "playbook")
    with listening(live, "c-again", after=last - 1) as rest:
        pass
    assert rest.events[0] == next(event for event in all_of_it.events if event[0] == last)


def test_what_cannot_be_meant_is_refused(live: Assisted) -> None:
    """Settings with a step that nothing could show; a conversation that nobody knows."""
    wrong = {"dialogs": [{"id": "x", "when": {}}]}
    told = problem(live.own("PUT", "/live/settings", wrong), 400, "field.wrong_type")
    assert "a sign needs phrases or similar" in told["detail"]
    problem(live.own("GET", "/live/conversations/c-none/playbook"), 404, "live.unknown")
