"""Agreement between the machine and the audits."""

from typing import Annotated, Any

from msgspec.structs import replace

from auscult.domain.audits.blindness import Blindness
from auscult.server.rest import operation
from auscult.server.rest.context import App, Caller, Rights
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading
from auscult.server.rest.parameters import LARGEST_VERSION, Since, Until, query
from auscult.services.audits.agreement import AuditAgreement, Selection, agreement_of
from auscult.services.audits.blind import blindness_of

_MOST_SHOWN = 1000

_PASSED: dict[str, Any] = {
    "n": 124,
    "agreement": 0.9355,
    "kappa": 0.779,
    "kappa_interval": {"low": 0.5875, "high": 0.9047},
    "base_rate": 0.8226,
    "confusion": {"FAILED": {"FAILED": 18, "PASSED": 4}, "PASSED": {"FAILED": 4, "PASSED": 98}},
    "reason": None,
}
example(
    {
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
                        "overturned": 1,
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
)(AuditAgreement)


@operation.get("/agreement", may=reading("audits"), summary="Agreement of machine and auditors", is_slow=True)
def get_agreement(
    app: App,
    caller: Caller,
    rights: Rights,
    form: Annotated[str | None, query("Only this form, by its id.")] = None,
    version: Annotated[int | None, query("Only this version of it.", ge=1, le=LARGEST_VERSION)] = None,
    auditor: Annotated[str | None, query("Only audits of this person, by the name as it was assigned.")] = None,
    since: Since = None,
    until: Until = None,
    disagreements: Annotated[
        int, query("Most disagreements that are shown of each metric.", ge=0, le=_MOST_SHOWN)
    ] = 20,
) -> AuditAgreement:
    """Return the agreement of machine and auditors, for each audited form and each of its metrics.

    Raw agreement, Cohen's kappa with its 95 % confidence interval, the base rate, the confusion matrix, and
    disagreements to read. Each audit is compared with the evaluation that the auditor worked on. A conversation has
    one audit, so auditors are not compared with each other.
    """
    selection = Selection(form_id=form, version=version, auditor=auditor, since=since, until=until)
    return _without(agreement_of(app, selection, disagreements), blindness_of(app, caller.name, rights.agent_ids))


def _without(found: AuditAgreement, blindness: Blindness) -> AuditAgreement:
    """Return the agreement without disagreements on conversations that are partly hidden from the caller."""
    if not blindness:
        return found
    forms = [
        replace(
            form,
            metrics=tuple(
                replace(
                    metric,
                    disagreements=tuple(each for each in metric.disagreements if each.conversation_id not in blindness),
                )
                for metric in form.metrics
            ),
        )
        for form in found.forms
    ]
    return replace(found, forms=tuple(forms))


ROUTER = operation.router(__name__)
