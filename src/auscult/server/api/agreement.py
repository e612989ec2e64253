"""Agreement: the machine beside the audits."""

from typing import Any

from auscult.pipeline.agreement import AuditAgreement, Selection, agreement_of
from auscult.server.api import _query, _shown
from auscult.server.api._contract import Answer, Call, Operation, Parameter, Shown, reading

_MOST_SHOWN = 1000
_MOST_VERSIONS = 2**31 - 1


def compare(call: Call) -> Answer:
    """Compare the machine with audits."""
    query = call.query
    version = None
    if "version" in query:
        version = _query.whole_number(query, "version", 1, least=1, most=_MOST_VERSIONS)
    selection = Selection(
        form_id=_query.text(query, "form"),
        version=version,
        auditor=_query.text(query, "auditor"),
        since=_query.instant(query, "since"),
        until=_query.instant(query, "until"),
    )
    shown = _query.whole_number(query, "disagreements", 20, least=0, most=_MOST_SHOWN)
    return Answer(200, _shown.encode(agreement_of(call.app, selection, shown)))


_TIME = {"type": "string", "format": "date-time"}
_PASSED: dict[str, Any] = {
    "n": 124,
    "agreement": 0.9355,
    "kappa": 0.779,
    "kappa_interval": {"low": 0.5875, "high": 0.9047},
    "base_rate": 0.8226,
    "confusion": {"FAILED": {"FAILED": 18, "PASSED": 4}, "PASSED": {"FAILED": 4, "PASSED": 98}},
    "reason": None,
}
_EXAMPLE: dict[str, Any] = {
    "forms": [
        {
            "id": "ef-billing",
            "name": "Billing calls",
            "versions": [2],
            "audits": 124,
            "passed": _PASSED,
            "score": {
                "n": 124,
                "machine_mean": 78.21,
                "audit_mean": 74.03,
                "mean_difference": 4.18,
                "mean_distance": 6.1,
            },
            "macro_kappa": 0.779,
            "metrics": [
                {
                    **_PASSED,
                    "confusion": {"NO": {"NO": 18, "YES": 4}, "YES": {"NO": 4, "YES": 98}},
                    "id": "em-greeting",
                    "name": "Greeting",
                    "differ": 8,
                    "disagreements": [
                        {
                            "conversation_id": "c-7f8b1f0e-0a53-5a0e-8f0b-2d3c9d1f6f11",
                            "started_at": "2026-03-23T10:17:54Z",
                            "form_version": 2,
                            "machine": "NO",
                            "reason": "not found in the agent's first 2 turns",
                            "evidence": [],
                            "auditor": "Ada Lovelace",
                            "answer": "YES",
                            "comment": "Says good day.",
                        }
                    ],
                }
            ],
        }
    ],
    "audits": 124,
    "unmatched": 0,
    "interval": {"name": "BCa bootstrap", "level": 0.95, "resamples": 2000, "seed": 1960},
}

OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/agreement",
        name="get_agreement",
        summary="How far machine and auditors agree",
        text="For each form that was audited, and each of its metrics: raw agreement, Cohen's kappa with the interval "
        "that holds it with 95 % confidence, the base rate, the confusion, and disagreements to read. Each audit is "
        "compared with the evaluation that the auditor had before them. A conversation has one audit, so that "
        "auditors are not compared with each other.",
        scopes=reading("audits"),
        handle=compare,
        parameters=(
            Parameter("form", {"type": "string"}, "Only this form, by its id."),
            Parameter(
                "version", {"type": "integer", "minimum": 1, "maximum": _MOST_VERSIONS}, "Only this version of it."
            ),
            Parameter("auditor", {"type": "string"}, "Only audits of this person, by the name as it was assigned."),
            Parameter("since", _TIME, "Only conversations that start at this time or later."),
            Parameter("until", _TIME, "Only conversations that start before this time."),
            Parameter(
                "disagreements",
                {"type": "integer", "minimum": 0, "maximum": _MOST_SHOWN, "default": 20},
                "Most disagreements that are shown of each metric.",
            ),
        ),
        answers={200: Shown("The agreement.", AuditAgreement, _EXAMPLE)},
        may_take_long=True,
    ),
)
