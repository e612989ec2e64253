"""Steps for which an app may ask two people: the erasure of a customer, and lifting a hold."""

from collections.abc import Callable
from typing import NamedTuple

from auscult.domain.errors import AccessError
from auscult.domain.privacy.customers import check_customer
from auscult.domain.privacy.retention import Approval, ApprovalKind, By, Receipt, Subject
from auscult.services.privacy.erasure import Erasing
from auscult.services.privacy.holds import lift_hold
from auscult.services.privacy.log import record
from auscult.services.privacy.settings import change_settings
from auscult.storage.store import AppStore


class Done(NamedTuple):
    """Step as it is, and the receipt of the erasure that it was, once it was run."""

    approval: Approval | None
    receipt: Receipt | None = None


class Approvals:
    """Steps done at once, or held for a second person where the app's settings demand it.

    Methods raise ``RequestError`` ``email.invalid``, ``phone.invalid``; ``AccessError`` ``approval.same_person``;
    ``ConflictError`` ``approval.decided``; ``NotFoundError``.
    """

    def __init__(self, app: AppStore, erasing: Erasing, principal: str) -> None:
        """``principal`` acts: ``user:ann@example.com``."""
        self._app = app
        self._erasing = erasing
        self._principal = principal

    def erase_customer(self, by: By, value: str) -> Done:
        """Erase a customer's conversations, or have the erasure wait."""
        return self._step("erasure", Subject(by=by, value=check_customer(by, value)))

    def lift(self, hold: int, reason: str) -> Done:
        """Lift a hold, or have that wait. Raises ``NotFoundError`` ``hold.unknown``."""
        return self._step("hold_lift", Subject(hold=hold, reason=reason))

    def one_person(self) -> Done:
        """Let one person be enough from now on, which is itself a step for two."""
        return self._step("one_person", Subject())

    def approve(self, number: int) -> Done:
        """Run a step that waits."""
        approval = self._app.approvals.get(number)
        if approval.requested_by == self._principal:
            raise AccessError(
                "approval {n} was asked for by {name}; another person has to approve it",
                n=number,
                name=self._principal,
                code="approval.same_person",
                field="approval",
                value=str(number),
            )
        receipt = None if approval.subject is None else self._run(approval.kind, approval.subject)
        # The step waits until it is done: a process that is killed before leaves no approval of what was not done.
        after = self._app.approvals.decide(number, "approved", self._principal, receipt and receipt.id)
        self._record("approval.given", after)
        return Done(after, receipt)

    def refuse(self, number: int) -> Approval:
        """Refuse a step that waits, also one's own. Raises ``ConflictError`` ``approval.decided``, ``NotFoundError``."""
        after = self._app.approvals.decide(number, "refused", self._principal)
        self._record("approval.refused", after)
        return after

    def _step(self, kind: ApprovalKind, subject: Subject) -> Done:
        if not self._app.privacy.settings().two_people:
            return Done(None, self._run(kind, subject))
        if subject.hold is not None:
            self._app.retention.hold(subject.hold)
        approval = self._app.approvals.request(kind, subject, self._principal)
        self._record("approval.asked", approval)
        return Done(approval)

    def _run(self, kind: ApprovalKind, subject: Subject) -> Receipt | None:
        runs: dict[ApprovalKind, Callable[[Subject], Receipt | None]] = {
            "erasure": self._erase,
            "hold_lift": self._lift,
            "one_person": self._one_person,
        }
        return runs[kind](subject)

    def _erase(self, subject: Subject) -> Receipt:
        items = self._erasing.of_customer(subject.by or "customer", subject.value)
        return self._erasing.run("erasure", items, self._principal)

    def _lift(self, subject: Subject) -> None:
        lift_hold(self._app, self._principal, subject.hold or 0, subject.reason)

    def _one_person(self, _: Subject) -> None:
        change_settings(self._app, self._principal, {"two_people": False}, is_approved=True)

    def _record(self, action: str, approval: Approval) -> None:
        record(self._app, self._principal, action, f"approval:{approval.number}", kind=approval.kind)
