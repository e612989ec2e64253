"""Examples of live conversations for the documentation."""

from typing import Any

import msgspec

from auscult.domain.assist.live_settings import AssistSettings
from auscult.domain.definitions.playbook import DialogTask, PlannedStage, PlannedStep, Playbook, Sign
from auscult.server.api.assist import live_shown
from auscult.server.rest.examples import example
from auscult.services.assist.playbook_progress import Followed

EXAMPLE_ID = "c-7f8b1f0e-0a53-5a0e-8f0b-2d3c9d1f6f11"
AGENT: dict[str, Any] = {"id": "a-1", "name": "Sam Poole"}
ANSWER: dict[str, Any] = {
    "request_id": "aa-2aae1892-1e67-5b93-b46b-6e96866b2a11",
    "query": "How long are promo codes valid?",
    "text": "All promo codes expire after 7 days.",
    "message_id": "ms-10a44a88-a68a-581e-b3c3-02983f5b2a11",
    "sources": [
        {
            "passage_id": "kp-7-3",
            "source": "promotions.md",
            "heading": "Promotions > Codes",
            "text": "All promo codes expire after 7 days.",
            "version": 4,
        }
    ],
    "alternatives": [
        {
            "passage_id": "kp-7-5",
            "source": "promotions.md",
            "heading": "Promotions > Two codes at once",
            "text": "An order takes one promo code.",
            "version": 4,
        }
    ],
    "is_unsure": False,
    "engine": "hybrid 1 on bm25s 0.3.16 and wordllama 0.4.0.post1 l2_supercat 256/2",
    "requested_at": "2026-06-07T03:05:39.730Z",
    "responded_at": "2026-06-07T03:05:39.742Z",
    "is_sent": False,
    "is_copied": False,
    "is_override": False,
    "instead": None,
    "feedback": None,
}
example(
    {
        "id": "smr-9e7925c8-d842-5567-9966-059b23bd2a11",
        "type": "interim",
        "agent": AGENT,
        "text": "The customer asks how long promo codes are valid. The agent says seven days.",
        "edited_text": None,
        "generation_ms": 12,
        "feedback": None,
    }
)(live_shown.LiveSummary)
example(
    {
        "conversation_id": EXAMPLE_ID,
        "channel": "chat",
        "language": "en",
        "source": "genesys",
        "started_at": "2026-06-07T03:05:04.755Z",
        "ended_at": None,
        "is_ended": False,
        "reason": None,
        "agents": [],
        "seq": 2,
        "is_settled": True,
        "messages": [
            {
                "id": "ms-10a44a88-a68a-581e-b3c3-02983f5b2a11",
                "speaker": "customer",
                "text": "How long are promo codes valid?",
                "agent_id": None,
                "at": "2026-06-07T03:05:39.523Z",
                "passed": None,
                "reworded_at": None,
            }
        ],
        "suggestions": [ANSWER],
        "searches": [],
        "summaries": [],
        "feedback": [],
    }
)(live_shown.LiveState)
LISTED = {
    "conversation_id": EXAMPLE_ID,
    "events": 2,
    "last_at": "2026-06-07T03:05:39.742Z",
    "is_ended": False,
    "agent": "Ada",
    "queue": "Returns",
    "words": "How can I get my money back?",
    "waits_since": "2026-06-07T03:05:39.523Z",
}
example(
    {
        "form_id": "ef-refunds",
        "form_version": 2,
        "playbooks": [
            {
                "id": "refund",
                "name": "Refund",
                "opened_at": "2026-06-07T03:05:39.523Z",
                "adherence": 50.0,
                "min_adherence": 80.0,
                "stages": [
                    {
                        "id": "opening",
                        "name": "Opening",
                        "status": "open",
                        "steps": [
                            {
                                "id": "verify",
                                "name": "Verify identity",
                                "is_required": True,
                                "is_done": False,
                                "message_id": None,
                                "done_at": None,
                            }
                        ],
                    },
                    {
                        "id": "resolution",
                        "name": "Resolution",
                        "status": "done",
                        "steps": [
                            {
                                "id": "refund",
                                "name": "Start the refund",
                                "is_required": False,
                                "is_done": True,
                                "message_id": "ms-10a44a88-a68a-581e-b3c3-02983f5b2a12",
                                "done_at": "2026-06-07T03:06:02.101Z",
                            }
                        ],
                    },
                ],
            }
        ],
        "dialogs": [
            {
                "id": "lookup",
                "name": "Look up account",
                "message_id": "ms-10a44a88-a68a-581e-b3c3-02983f5b2a13",
                "started_at": "2026-06-07T03:05:52.000Z",
            }
        ],
        "metrics": [
            {
                "id": "em-refund",
                "name": "Refund playbook",
                "type": "by_playbook",
                "qualification": "NO",
                "reason": "1 of 2 steps done; asked for: at least 80 percent",
                "evidence": [],
            }
        ],
        "hints": [
            {
                "playbook_id": "refund",
                "stage_id": "opening",
                "step_id": "verify",
                "before": "refund",
                "text": "'Verify identity' of 'Opening' is missing, and comes before 'Start the refund', which is done",
            }
        ],
    }
)(Followed)
SETTINGS: dict[str, Any] = msgspec.to_builtins(
    AssistSettings(
        playbooks=(
            Playbook(
                id="refund",
                name="Refund",
                opens=Sign(speaker="customer", phrases=("refund",)),
                stages=(
                    PlannedStage(
                        id="opening",
                        steps=(
                            PlannedStep(
                                id="verify",
                                name="Verify identity",
                                when=Sign(
                                    phrases=("your date of birth",), similar=("May I have your account number?",)
                                ),
                                is_required=True,
                            ),
                        ),
                    ),
                ),
            ),
        ),
        dialogs=(DialogTask(id="lookup", name="Look up account", when=Sign(phrases=("let me look up your account",))),),
    )
)
example({**ANSWER, "message_id": None})(live_shown.LiveAnswer)
example(SETTINGS)(AssistSettings)
