"""Calibration over HTTP, on both databases: blind until all submit, debrief, report; nothing touches a score."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.data_files import data_of
from tests.e2e.own import Own, problem
from tests.e2e.people.signing_in import Browser, add
from tests.e2e.serving import TENANT, Service

FORM = data_of(__file__, "form").encode()
YES, NO = {"em-hello": "YES", "em-kind": "YES"}, {"em-hello": "NO", "em-kind": "YES"}


class Room:
    """The people of a session, each with a browser."""

    def __init__(self, service: Service) -> None:
        """Add them."""
        mark = uuid.uuid4().hex[:6]
        self.service = service
        self.manager = Browser(service, add(service, f"mia-{mark}", "qa-manager"))
        self.names = [add(service, f"{name}-{mark}", "auditor") for name in ("ann", "bob", "cleo")]
        self.ann, self.bob, self.cleo = (Browser(service, name) for name in self.names)
        self.loading = Own(service, service.new_client("conversations:write"))

    def loaded(self, queue: str = "qu-calibrated") -> str:
        """Load and score a conversation."""
        name = f"k-{uuid.uuid4().hex[:8]}"
        document = {
            "id": name,
            "channel": "voice",
            "started_at": "2026-05-23T10:00:00Z",
            "ended_at": "2026-05-23T10:00:30Z",
            "queues": [{"id": queue}],
            "turns": [{"id": "m1", "speaker": "agent", "text": "Hello."}],
        }
        self.loading.load(document)
        return name

    def session(self, *conversations: str, **changes: Any) -> str:
        """Create and start a session; its path."""
        body = {
            "name": "April",
            "form_id": "ef-calibrated",
            "conversations": list(conversations),
            "raters": self.names,
        }
        made = self.manager.ask("POST", "/calibrations", body | changes)
        assert made.status_code == 201, made.text
        path = f"/calibrations/{made.json()['session_id']}"
        assert self.ann.ask("GET", path).status_code == 404, "a draft is its maker's"
        assert self.manager.ask("POST", f"{path}/activate").json()["state"] == "active"
        return path


@pytest.fixture(scope="module")
def room(service: Service) -> Room:
    """An app with the form, and its people."""
    service.store.within(TENANT).forms.publish("ef-calibrated", FORM)
    return Room(service)


def rate(browser: Browser, path: str, answers: dict[str, str], number: int = 1) -> Any:
    """Rate a conversation and submit."""
    done = browser.ask("PUT", f"{path}/items/{number}", {"answers": answers})
    assert done.status_code == 200, done.text
    return browser.ask("POST", f"{path}/submit")


@pytest.mark.landing
def test_from_a_draft_to_a_report(room: Room) -> None:
    """Nobody sees others or the machine before all have submitted; then splits, reference, accuracy."""
    name = room.loaded()
    before = room.manager.ask("GET", f"/conversations/{name}").json()
    rows = room.service.application.verify()
    path = room.session(name)
    assert room.ann.ask("GET", f"/conversations/{name}").json()["evaluation"] is None
    assert rate(room.ann, path, NO).status_code == 200
    assert room.ann.ask("GET", f"/conversations/{name}").json()["evaluation"]["score"] is not None
    seen = room.bob.ask("GET", path).json()
    assert (seen["answers"], seen["machine"]) == ([], None)
    assert [each["state"] for each in seen["raters"]] == ["submitted", "not_started", "not_started"]
    assert room.ann.ask("GET", path).json()["machine"] is None
    assert room.manager.ask("GET", path).json()["answers"] == []
    problem(room.manager.ask("GET", f"{path}/report"), 409, "calibration.not_debrief")
    assert rate(room.bob, path, YES).status_code == 200
    assert rate(room.cleo, path, YES).json()["is_debrief"] is True
    seen = room.ann.ask("GET", path).json()
    assert len(seen["answers"]) == 3
    assert seen["machine"]["1"]["em-hello"] == "YES"
    body = {"metric_id": "em-hello", "answer": "YES", "reason": "Hello is a greeting.", "kind": "expert"}
    problem(room.ann.ask("PUT", f"{path}/items/1/reference", body), 403, "permission.missing")
    assert room.manager.ask("PUT", f"{path}/items/1/reference", body).status_code == 200
    report = room.bob.ask("GET", f"{path}/report").json()
    assert (report["agreement"], report["colour"], report["consensus"]) == (0.8333, "amber", 2)
    assert [(each["rater"], each["accuracy"]) for each in report["raters"]] == [
        (room.names[0], 0.0),
        (room.names[1], 1.0),
        (room.names[2], 1.0),
    ]
    assert report["splits"][0]["metric_id"] == "em-hello"
    assert room.manager.ask("POST", f"{path}/close").json()["state"] == "closed"
    assert room.manager.ask("GET", f"/conversations/{name}").json() == before
    assert room.manager.ask("GET", f"/audits/{name}").json()["state"] == "not_assigned"
    assert room.service.application.verify() == rows == []


def test_a_question_that_does_not_arise_is_not_applicable(room: Room) -> None:
    """Whoever leaves it where its condition does not hold differs from who answers it, as does what they answered there."""
    room.service.store.within(TENANT).forms.publish("ef-conditional", data_of(__file__, "conditional").encode())
    path = room.session(room.loaded("qu-conditional"), form_id="ef-conditional")
    rate(room.ann, path, {"em-need": "YES", "em-offer": "NO"})
    rate(room.bob, path, {"em-need": "NO"})
    rate(room.cleo, path, {"em-need": "NO", "em-offer": "NO"})
    splits = {each["metric_id"]: each for each in room.manager.ask("GET", f"{path}/report").json()["splits"]}
    assert list(splits["em-offer"]["answers"].values()) == ["NO", "NA", "NA"]
    assert splits["em-offer"]["consensus"] == "NA"


def test_each_sees_others_after_their_own(room: Room) -> None:
    """With others: each and machine: after_own."""
    path = room.session(room.loaded(), others="each", machine="after_own")
    rate(room.ann, path, NO)
    assert room.ann.ask("GET", path).json()["machine"]["1"]["em-hello"] == "YES"
    rate(room.bob, path, YES)
    assert {each["rater"] for each in room.ann.ask("GET", path).json()["answers"]} == set(room.names[:2])
    assert room.cleo.ask("GET", path).json()["answers"] == []


def test_a_rater_who_leaves(room: Room) -> None:
    """Nobody waits for them; what they gave is dropped; they cannot come back."""
    path = room.session(room.loaded())
    assert room.cleo.ask("PUT", f"{path}/items/1", {"answers": NO}).status_code == 200
    assert room.cleo.ask("POST", f"{path}/leave").status_code == 200
    rate(room.ann, path, NO)
    assert rate(room.bob, path, NO).json()["is_debrief"] is True
    assert len(room.manager.ask("GET", f"{path}/report").json()["raters"]) == 2
    problem(room.cleo.ask("PUT", f"{path}/items/1", {"answers": NO}), 403, "calibration.not_yours")


def test_a_session_with_one_submission(room: Room) -> None:
    """It can be closed; there is nothing to compare, and the answer says so."""
    path = room.session(room.loaded())
    rate(room.ann, path, NO)
    assert room.manager.ask("POST", f"{path}/close").status_code == 200
    problem(room.manager.ask("GET", f"{path}/report"), 409, "calibration.too_few")
    problem(room.bob.ask("PUT", f"{path}/items/1", {"answers": NO}), 409, "calibration.state")
    problem(room.manager.ask("POST", f"{path}/activate"), 409, "calibration.state")


def test_a_conversation_that_is_erased_under_a_session(room: Room) -> None:
    """Its number stays, words go, and the others can be finished."""
    gone, left = room.loaded(), room.loaded()
    path = room.session(gone, left)
    answers = {"answers": NO, "comments": {"em-hello": "Mumbled."}}
    assert room.ann.ask("PUT", f"{path}/items/1", answers).status_code == 200
    assert room.loading.ask("DELETE", f"/conversations/{gone}").status_code in {200, 204}
    seen = room.ann.ask("GET", path).json()
    assert [(each["conversation_id"], each["state"]) for each in seen["items"]] == [
        (None, "erased"),
        (left, "score_now"),
    ]
    assert seen["answers"][0]["comments"] == {}
    problem(room.bob.ask("PUT", f"{path}/items/1", {"answers": NO}), 409, "calibration.erased")
    assert rate(room.ann, path, YES, 2).status_code == 200
    assert rate(room.bob, path, YES, 2).status_code == 200
    assert rate(room.cleo, path, YES, 2).status_code == 200
    assert room.manager.ask("GET", f"{path}/report").status_code == 200


def test_raters_who_act_at_once(room: Room) -> None:
    """No answer is lost."""
    path = room.session(room.loaded())
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda browser: rate(browser, path, YES), (room.ann, room.bob, room.cleo)))
    assert [each.status_code for each in answers] == [200] * 3
    seen = room.manager.ask("GET", path).json()
    assert (len(seen["answers"]), seen["is_debrief"]) == (3, True)


def test_what_is_refused(room: Room) -> None:
    """One rater, no conversation, unknown ones, incomplete parts, missing reasons."""
    name = room.loaded()
    body = {"name": "x", "form_id": "ef-calibrated", "conversations": [name], "raters": room.names}
    for changes, status, reason in (
        ({"raters": room.names[:1]}, 422, "calibration.invalid"),
        ({"raters": [room.names[0]] * 2}, 422, "calibration.invalid"),
        ({"conversations": []}, 422, "calibration.invalid"),
        ({"name": " "}, 422, "calibration.invalid"),
        ({"raters": [room.names[0], "nobody@example.com"]}, 404, "user.unknown"),
        ({"conversations": ["c-none"]}, 404, "conversation.unknown"),
        ({"form_id": "ef-none"}, 404, "form.unknown"),
    ):
        problem(room.manager.ask("POST", "/calibrations", body | changes), status, reason)
    problem(room.ann.ask("POST", "/calibrations", body), 403, "permission.missing")
    path = room.session(name, needs_reason=True)
    problem(room.ann.ask("POST", f"{path}/submit"), 422, "calibration.incomplete")
    problem(room.ann.ask("PUT", f"{path}/items/9", {"answers": NO}), 422, "item.unknown")
    problem(room.ann.ask("PUT", f"{path}/items/1", {"answers": {"em-none": "NO"}}), 422, "metric.unknown")
    problem(rate(room.ann, path, NO), 422, "reason.missing")
    done = room.ann.ask("PUT", f"{path}/items/1", {"answers": NO, "comments": {"em-hello": "Not a word."}})
    assert done.status_code == 200
    assert room.ann.ask("POST", f"{path}/submit").status_code == 200
    problem(room.ann.ask("PUT", f"{path}/items/1", {"answers": YES}), 409, "calibration.submitted")
    problem(room.manager.ask("GET", "/calibrations/ca-none"), 404, "calibration.unknown")
    assert room.manager.ask("GET", "/calibrations/suggestions?form_id=ef-calibrated").status_code == 200


def test_the_place_of_a_rater_who_is_away(room: Room) -> None:
    """Another person takes it and rates instead; the session waits for them, and not for who is away."""
    path = room.session(room.loaded())
    other = Browser(room.service, add(room.service, f"dan-{uuid.uuid4().hex[:6]}", "auditor"))
    problem(other.ask("POST", f"{path}/take"), 409, "calibration.not_offered")
    problem(other.ask("GET", path), 404, "calibration.unknown")
    today = str(datetime.now(UTC).date())
    made = room.ann.ask("POST", "/absences", {"since": today, "until": today}).json()
    (found,) = [
        each for each in other.ask("GET", "/calibrations/offered").json()["items"] if each["session_id"] in path
    ]
    assert (found["rater"], found["away_until"], found["conversations"]) == (room.names[0], today, 1)
    taken = other.ask("POST", f"{path}/take")
    assert taken.status_code == 200, taken.text
    assert [each["state"] for each in taken.json()["raters"]] == ["left", *["not_started"] * 3]
    assert other.ask("POST", f"{path}/take").json() == taken.json()
    assert rate(other, path, YES).status_code == 200
    problem(room.ann.ask("PUT", f"{path}/items/1", {"answers": NO}), 403, "calibration.not_yours")
    assert room.ann.ask("DELETE", f"/absences/{made['absence_id']}").status_code == 204
