"""Examples of conversations, evaluations and findings for the OpenAPI description."""

from typing import Any

EXAMPLE_ID = "c-7f8b1f0e-0a53-5a0e-8f0b-2d3c9d1f6f11"
DOCUMENT: dict[str, Any] = {
    "id": EXAMPLE_ID,
    "channel": "voice",
    "direction": "inbound",
    "started_at": "2026-03-23T10:17:54Z",
    "ended_at": "2026-03-23T10:21:10Z",
    "queues": [{"id": "qu-billing", "name": "Billing"}],
    "agents": [{"id": "a-1", "name": "Sam Poole"}],
    "turns": [{"id": "m1", "speaker": "agent", "text": "Hello, this is Sam.", "start_ms": 0, "end_ms": 1800}],
}
LISTED: dict[str, Any] = {
    "id": EXAMPLE_ID,
    "custom_id": None,
    "channel": "voice",
    "direction": "inbound",
    "language": "en",
    "started_at": "2026-03-23T10:17:54Z",
    "ended_at": "2026-03-23T10:21:10Z",
    "duration_ms": 196000,
    "queues": [{"id": "qu-billing", "name": "Billing"}],
    "agents": [{"id": "a-1", "name": "Sam Poole"}],
    "form": {"id": "ef-starter-voice", "version": 1},
    "status": "evaluated",
    "score": 80,
    "passed": True,
    "fatal_errors": 0,
    "missed_metrics": ["em-further-help"],
    "confidence": 0.61,
    "insights": {
        "language": "en",
        "sentiment": {"label": "negative", "score": 3.2},
        "escalation": True,
        "churn_risk": False,
        "resolution": "NO",
        "intents": [{"name": "late delivery", "score": 3}],
        "topics": [],
        "configured_intents": [{"path": ["Shop", "Delivery", "Late"], "sentiment": 3, "is_resolved": False}],
    },
    "audit": {"state": "not_assigned", "score": None},
}
OUTCOME: dict[str, Any] = {
    "revision": 1,
    "form": {"id": "ef-starter-voice", "version": 1, "name": "Starter: voice"},
    "status": "evaluated",
    "score": 80,
    "passed": True,
    "reason": None,
    "fatal_errors": 0,
    "evaluated_at": "2026-03-23T10:21:12Z",
}
METRIC: dict[str, Any] = {
    "id": "em-greeting",
    "name": "Greeting",
    "type": "by_question",
    "weight": 20.0,
    "negative_weight": 0.0,
    "fatal": False,
    "correct_answer": "yes",
    "qualification": "YES",
    "adhered": True,
    "evidence": [{"turn_id": "m1", "start_ms": 0, "end_ms": 1800, "text": "Hello, this is Sam.", "why": "says hello"}],
    "trigger": [],
    "reason": "",
}
INSIGHTS: dict[str, Any] = {
    "language": "en",
    "customer_sentiment": {"label": "negative", "score": 3.2},
    "escalation": {
        "observed": True,
        "evidence": [
            {
                "turn_id": "m8",
                "start_ms": 61200,
                "end_ms": 63900,
                "text": "I'd like to speak to your supervisor.",
                "why": "asks for somebody else: 'speak to your supervisor'",
            }
        ],
    },
    "churn_risk": {"observed": False, "evidence": []},
    "resolution": "NO",
    "resolution_evidence": [
        {
            "turn_id": "m11",
            "start_ms": 90400,
            "end_ms": 94100,
            "text": "I'm afraid we can't refund that.",
            "why": "the agent refuses: 'can't refund'",
        }
    ],
    "sentiment_course": {
        "start": "neutral",
        "end": "negative",
        "positive": 0,
        "neutral": 67,
        "negative": 33,
        "turns": [{"turn_id": "m8", "label": "negative", "score": 2.6}],
    },
    "emotions": {
        "customer": [{"emotion": "anger", "turns": ["m8"], "proportion": 100.0, "duration_ms": 2700}],
        "agent": [],
    },
    "habits": None,
    "speech": None,
    "intents": None,
    "topics": None,
    "configured_intents": None,
    "summary": None,
    "unknown": {},
    "engines": ["heads 1 on wordllama 0.4.0 l2_supercat 256"],
}
LOADED: dict[str, Any] = {
    "accepted": 2,
    "unchanged": 0,
    "replaced": [],
    "replaced_count": 0,
    "rejected": [
        {
            "line": 3,
            "field": "started_at",
            "reason": "started_at is missing; it should be a time",
            "code": "field.missing",
        }
    ],
    "rejected_count": 1,
}
SCORED = {"scored": 2, "below_threshold": 0, "duration_unavailable": 0, "not_evaluated": 0, "failed": 0, "waiting": 0}
