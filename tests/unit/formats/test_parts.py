"""What the contact centre and the assistant tell of a conversation, as users write it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from auscult.domain.assist.assistance import Assist, AssistedAgent, Feedback, Summary
from auscult.domain.contact import Consultation, Contact, Destination, Missed, Segment, Survey
from auscult.domain.conversation import Agent, Queue
from auscult.domain.errors import FormatError
from auscult.formats._parts import agents_of, parts_of, queues_of
from tests.data_files import data_of
from tests.waiting import existing

NOON = datetime(2026, 3, 23, 12, tzinfo=UTC)


def contact(**keys: Any) -> Contact:
    """The contact that these keys are read as."""
    return existing(parts_of(keys, None).contact)


def refusal(part: str, **keys: Any) -> FormatError:
    """The error that these keys are refused with."""
    with pytest.raises(FormatError) as caught:
        parts_of(**{"contact": None, "assist": None, part: keys})
    return caught.value


def test_what_is_not_there_is_not_known() -> None:
    """No part, an empty part, and nulls in a part."""
    assert parts_of(None, None).contact is None
    assert contact() == Contact()
    assert contact(session_id=None, destinations=None, survey=None) == Contact()
    assert parts_of(None, {"summaries": None}).assist == Assist()


@pytest.mark.parametrize(
    "written", ["2026-03-23T12:00:00Z", "2026-03-23T14:00:00+02:00", "2026-03-23 12:00:00", 1774267200]
)
def test_instants_are_read_wherever_they_stand(written: Any) -> None:
    """Rule 26: every spelling of a time, at every depth."""
    found = contact(
        session_started_at=written,
        destinations=[
            {"queue_id": "qu-1", "entered_at": written, "responding_agent": {"accepted_at": written}},
        ],
    )
    segment = Segment(accepted_at=NOON)
    assert found == Contact(
        session_started_at=NOON, destinations=(Destination(queue_id="qu-1", entered_at=NOON, responding_agent=segment),)
    )


def test_free_objects_are_kept_as_given() -> None:
    """What automation puts beside a contact is not ours to read: no renaming, no times, nulls kept."""
    meta = {"firstName": "", "seen_at": "yesterday", "n": None, "deep": [{"holdDuration": 5}]}
    found = contact(
        meta_info=meta, customer_info=meta, destinations=[{"responding_agent": {"joined_users": [{"userId": None}]}}]
    )
    assert found.meta_info == found.customer_info == meta
    assert found.destinations == (Destination(responding_agent=Segment(joined_users=({"userId": None},))),)
    stay = {"snoozeinfo": [{"startTime": "x"}], "agentChoseTranslate": True}
    found = contact(skills=["Cards", {"id": None}], destinations=[{"responding_agent": stay}])
    assert found.skills == ("Cards", {"id": None})
    assert found.destinations == (
        Destination(responding_agent=Segment(snoozes=({"startTime": "x"},), is_translated=True)),
    )


EXPORTED = data_of(__file__, "exported")


def test_the_reports_own_spelling_is_read() -> None:
    """A row of the call-details report can be put in as it is."""
    segment = Segment(
        agent_id="a-1",
        notes=("n",),
        hold_ms=15_000,
        after_call_work_ended_at=NOON,
        consulting_agents=(Consultation(is_merged=True, ended_at=NOON),),
    )
    assert contact(**EXPORTED) == Contact(
        session_id="s-1",
        is_voicemail=False,
        smart_status="CLOSED",
        reason="done",
        disposition_remarks=("-",),
        session_started_at=NOON,
        survey=Survey(type="nps", score=9, feedback="fine"),
        automation_bot_ids=("st-9",),
        customer_info={"a": 1},
        destinations=(
            Destination(
                type="queue",
                queue_id="qu-1",
                entered_at=NOON,
                is_callback=True,
                responding_agent=segment,
                non_responding_agents=(Missed(agent_id="a-2", event="Ignored"),),
            ),
        ),
    )


FLAT = data_of(__file__, "flat")


@pytest.mark.parametrize("left_out", [(), ("destinationType",)])
def test_a_stay_directly_with_an_agent_is_read_flat(left_out: tuple[str, ...]) -> None:
    """The report writes such a stay as one object: its agent, times and notes are those of the destination's agent."""
    zoe = Segment(
        agent_id="a-7", name="Zoe", email="zoe@example.com", accepted_at=NOON, hold_ms=15_000, notes=("note",)
    )
    written = {name: value for name, value in FLAT.items() if name not in left_out}
    (read,) = contact(destinations=[written]).destinations or ()
    assert read == Destination(type=None if left_out else "agent", responding_agent=zoe)
    assert agents_of(contact(destinations=[written])) == (Agent("a-7", "Zoe", "zoe@example.com", NOON),)


def test_a_queue_has_no_agent_of_its_own_keys() -> None:
    """Keys of an agent in a queue's object say nothing of who answered there."""
    (read,) = contact(destinations=[{"queueId": "qu-1", "name": "Billing"}]).destinations or ()
    assert read == Destination(queue_id="qu-1")


def test_a_survey_of_our_own_wins() -> None:
    """Both spellings at once are not merged."""
    assert contact(csatScore=1, survey={"score": 4}).survey == Survey(score=4)


@pytest.mark.parametrize(("part", "keys", "field", "says"), data_of(__file__, "faults_are_named_by_field"))
def test_faults_are_named_by_field(part: str, keys: dict[str, Any], field: str, says: str) -> None:
    """Field, and what would be right."""
    error = refusal(part, **keys)
    assert error.field == field
    assert says in error.message


def test_endless_nesting_is_refused() -> None:
    """No document brings the reader down."""
    deep: dict[str, Any] = {}
    for _ in range(5_000):
        deep = {"feedback": deep}
    assert refusal("assist", **deep).reason == "document.malformed"


def test_feedback_is_read_in_every_part() -> None:
    """On the assistant as a whole it is a list, elsewhere one."""
    said = {"agent": {"id": "a-1", "name": None}, "value": "dislike", "details": ["Slow"]}
    read = Feedback(agent=AssistedAgent(id="a-1"), value="dislike", details=("Slow",))
    found = parts_of(None, {"feedback": [said], "summaries": [{"id": "s", "feedback": said}]}).assist
    assert found == Assist(feedback=(read,), summaries=(Summary(id="s", feedback=read),))


def test_queues_and_agents_of_a_contact() -> None:
    """Each once, as it was first met; what has no id is left out."""
    first = Segment(agent_id="a-1", name="Ann", email="ann@example.com", accepted_at=NOON)
    entered = Contact(
        destinations=(
            Destination(queue_id="qu-1", queue_name="Billing", responding_agent=first),
            Destination(queue_name="Nameless"),
            Destination(queue_id="qu-2", responding_agent=Segment(agent_id="a-2")),
            Destination(queue_id="qu-1", responding_agent=Segment(agent_id="a-1")),
            Destination(responding_agent=Segment(name="Nobody")),
        )
    )
    assert queues_of(entered) == (Queue("qu-1", "Billing"), Queue("qu-2"))
    assert agents_of(entered) == (Agent("a-1", "Ann", "ann@example.com", NOON), Agent("a-2"))
    assert queues_of(None) == agents_of(Contact()) == ()


def test_playbooks_are_read_as_the_vendor_tells_them_or_as_we_do() -> None:
    """What raw data calls playbookRuntimeData can be put in as it is; stages and steps are ours."""
    vendors = {"playbookId": "acl-1", "type": "primary", "openedAt": "2026-02-25T09:33:15.221Z", "adherenceRate": 100}
    steps = [{"id": "s-1", "name": "Greet", "is_adhered": True, "turn_id": "m1"}]
    ours = {"id": "acl-2", "stages": [{"name": "Opening", "steps": steps}]}
    assist = existing(parts_of(None, {"playbookRuntimeData": [vendors, ours], "dialogs": []}).assist)
    assert assist.dialogs == ()
    first, second = assist.playbooks or ()
    assert (first.id, first.adherence_rate, first.opened_at and first.opened_at.year) == ("acl-1", 100, 2026)
    assert second.stages[0].steps[0].is_adhered


@pytest.mark.parametrize(("told", "field"), data_of(__file__, "faults_of_playbooks_have_their_path"))
def test_faults_of_playbooks_have_their_path(told: dict[str, Any], field: str) -> None:
    """Field and what would be right."""
    with pytest.raises(FormatError) as caught:
        parts_of(None, {"playbooks": [told]})
    assert caught.value.field == field
