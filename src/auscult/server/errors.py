"""Errors on the wire (rule 17): one table of reasons, one body, one handler for each way that an error gets here."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException
from litestar.status_codes import (
    HTTP_400_BAD_REQUEST,
    HTTP_401_UNAUTHORIZED,
    HTTP_404_NOT_FOUND,
    HTTP_500_INTERNAL_SERVER_ERROR,
)

from auscult.domain.errors import (
    AccessError,
    AuscultError,
    BusyError,
    ConflictError,
    DocumentError,
    EngineError,
    FormatError,
    FormError,
    NotFoundError,
    RecordingError,
    RequestError,
    TaxonomyError,
)
from auscult.domain.limits import LimitReachedError
from auscult.domain.operations.tracing import TRACING
from auscult.server import problems
from auscult.server.asgi import ClientDisconnect, Scope, scope_of, with_head
from auscult.server.request_context import context_of
from auscult.server.review_reasons import REVIEW_REASONS
from auscult.services.people.admission import SignInLimitedError

AnyRequest = Request[Any, Any, Any]

_LOG = logging.getLogger(__name__)
_LONGEST_VALUE = 200
_TROUBLES: Mapping[str, tuple[str, str, int]] = {
    "away": ("The database does not answer; ask again later", "database.away", 5),
    "full": ("The disk of the database is full; ask again once there is room", "database.full", 60),
}
"""Message, reason and seconds to wait, by the trouble that the database is in."""

INVALID_CREDENTIALS = "Invalid SDK credentials"
INVALID_TOKEN = "Invalid JWT token"  # noqa: S105  (the vendor's words)
WRONG_SCOPE = "Permission denied. Scope is incorrect!"
TOO_MANY = "You've exceeded the per-minute rate limit. Wait for sometime before retrying."


class Reason(NamedTuple):
    """The response to an error with this reason. With ``msg`` None it has the error's own message."""

    status: int
    code: int
    meaning: str
    msg: str | None = None


def _identity(meaning: str, msg: str = INVALID_CREDENTIALS) -> Reason:
    return Reason(401, 4002, meaning, msg)


REASONS: Mapping[str, Reason] = {
    "token.missing": _identity("Neither the header `auth` nor `Authorization: Bearer` is there."),
    "token.malformed": _identity("What was sent as token is not a JWT.", INVALID_TOKEN),
    "token.algorithm_refused": _identity("The token is not signed with HS256; `none` is refused like every other."),
    "token.invalid": _identity("The client is unknown or revoked, or the signature is not its own; not distinguished."),
    "token.claim_invalid": _identity("`exp`, `nbf`, `iat`, `aud` or `jti` is there and is not what it has to be."),
    "token.expired": _identity("`exp` has passed."),
    "token.not_yet_valid": _identity("`nbf` or `iat` lies in the future."),
    "token.audience_wrong": _identity("`aud` is there and does not name this server."),
    "token.too_long": _identity("The token lasts longer than `AUSCULT_TOKEN_LIFE_S` or `AUSCULT_PERSONAL_TOKEN_DAYS` allows."),
    "session.missing": _identity("Nobody is signed in to the agent's page."),
    "session.expired": _identity("The sign-in to the agent's page has ended."),
    "link.invalid": _identity("The link to the agent's page lacks what it must say, or holds for longer than it may."),
    "session.ended": _identity("The session is forged, signed out, idle or over, or its user is disabled; not distinguished."),
    "sign_in.refused": _identity("The e-mail address or the password is wrong; not distinguished.", "Sign-in refused"),
    "session.second_factor": Reason(401, 4002, "The password is right, and a code of the second factor is due: send the same request with `code`."),
    "second_factor.refused": Reason(401, 4002, "The code of the second factor is wrong, over or used."),
    "second_factor.expired": Reason(401, 4002, "More than five minutes passed between password and code."),
    "second_factor.required": Reason(403, 403, "The app requires a second factor, and the session has none."),
    "second_factor.in_force": Reason(409, 409, "A second factor is in force already, or none waits to be confirmed."),
    "second_factor.unknown": Reason(404, 404, "The user has no second factor in force."),
    "sign_in.limited": Reason(429, 429, "Too many sign-ins failed from this address; see `Retry-After`."),
    "sign_in.busy": Reason(503, 503, "As many sign-ins wait as may; see `Retry-After`."),
    "link.refused": _identity("The link that signs in is used up, over, or not for this machine."),
    "sign_on.state": Reason(400, 400, "The sign-in took longer than 10 minutes, was used, or began in another browser."),
    "sign_on.refused": _identity("The identity provider let no one in, or its answer is not valid for this sign-in."),
    "sign_on.claims": _identity("The identity provider does not send a claim that is needed, or has not verified the e-mail address; `field` names the claim."),
    "sign_on.no_role": Reason(403, 403, "None of the groups of the person is mapped to a role."),
    "sign_on.disabled": Reason(403, 403, "The user is disabled."),
    "sign_on.unavailable": Reason(503, 503, "The identity provider does not answer, or publishes what cannot be used."),
    "origin.foreign": Reason(403, 403, "A page of another site asked for a write."),
    "origin.unproved": Reason(403, 403, "A write by cookie has no `Origin`, no `Sec-Fetch-Site` and no `X-CSRF-Token`."),
    "permission.missing": Reason(403, 403, "The user lacks the permission that `value` names."),
    "grant.missing": Reason(403, 403, "The user has no grant in force in any app."),
    "page.only": Reason(403, 403, "The header that the agent's page sends is not there; programs use `/api/v1`."),
    "header.missing": _identity("A header that says who is asking is not there; `field` names it."),
    "header.repeated": Reason(400, 400, "A header that says who is asking, or for which app, has two values; `field` names it."),
    "tenant.unknown": _identity(
        "Client, account, org and app do not belong together, or one of them does not exist; not distinguished."
    ),
    "scope.missing": _identity("The client has none of the scopes that this API asks for.", WRONG_SCOPE),
    "request.invalid": Reason(400, 400, "The request is understood and wrong, in a way that has no reason of its own."),
    "body.malformed": Reason(400, 400, "The body is not JSON; the message has line and column of the first fault."),
    "body.wrong_type": Reason(400, 400, "The body is JSON and not an object."),
    "body.too_large": Reason(413, 413, "The body is larger than the limit that the message names."),
    "content_type.unsupported": Reason(415, 415, "`Content-Type` is not `application/json` in UTF-8."),
    "content_encoding.unsupported": Reason(415, 415, "The body is compressed; this API takes it plain."),
    "field.missing": Reason(400, 400, "A required field is not there; `field` names it."),
    "field.wrong_type": Reason(400, 400, "A field has a value of the wrong type; null is a type too."),
    "field.out_of_range": Reason(400, 400, "A number, a time, or the length of a list is outside what the message names."),
    "field.unknown_value": Reason(400, 400, "A field has a value that is not in the list that the message names."),
    "date.unreadable": Reason(400, 400, "A date is not in an accepted spelling, or no calendar shows it."),
    "range.reversed": Reason(400, 400, "The end lies before the start."),
    "date.invalid": Reason(400, 400, "A date in the address of a page, or in a document, is none."),
    "export.unknown": Reason(404, 404, "There is no such export of yours."),
    "view.name": Reason(422, 422, "The name of a saved view is empty or too long."),
    "view.unknown": Reason(404, 404, "There is no such view of yours."),
    "extra.missing": Reason(503, 503, "This server lacks an optional part; the message names it."),
    "example.ambiguous": Reason(422, 422, "An example has either a conversation, with a turn or without, or a transcript."),
    "example.too_many": Reason(409, 409, "The form or the taxonomy has as many examples as it can have."),
    "example.unknown": Reason(404, 404, "The form has no such example, or the caller does not see it."),
    "fit.moved": Reason(409, 409, "The fit of this key is another one by now; look at it again."),
    "fit.none": Reason(409, 409, "What is in force did not come from a fit, so that nothing can be undone."),
    "knowledge.none": Reason(409, 409, "The app has no knowledge base in this language."),
    "form.needs_judge": Reason(422, 422, "Only a judge can answer a question of the form, and trying a form asks none."),
    "transcript.unreadable": Reason(422, 422, "A transcript that was pasted to try a form on cannot be read."),
    "number.invalid": Reason(422, 422, "A field of a page's form holds no number."),
    "search.invalid": Reason(400, 400, "The search has no word that is to be found, or too many."),
    "range.empty": Reason(404, 404, "Nothing in this time has the figure that was asked for."),
    "cursor.invalid": Reason(400, 400, "The cursor is not one that this list returned."),
    "range.too_long": Reason(400, 400, "The range is longer than this API takes, which the message names."),
    "limit.above_maximum": Reason(400, 400, "`limit` is above the largest page, which the message names."),
    "cursor.unreadable": Reason(400, 400, "`cursor` is not one that this API gave."),
    "cursor.ahead": Reason(400, 400, "`cursor` is ahead of the feed: of another database, or of a later state of it."),
    "cursor.conflict": Reason(400, 400, "`cursor` stands beside `offset` or `page`."),
    "path.unknown": Reason(404, 404, "Nothing is served at this path.", "Not Found"),
    "thing.unknown": Reason(404, 404, "A thing that was named is not there."),
    "method.not_allowed": Reason(405, 405, "The path is right and the method is not.", "Method Not Allowed"),
    "thing.conflict": Reason(409, 409, "The request contradicts what is stored."),
    "document.invalid": Reason(400, 400, "A document cannot become a conversation."),
    "form.invalid": Reason(422, 422, "An evaluation form cannot be used; `errors` lists every fault with its line."),
    "form.unknown": Reason(404, 404, "There is no such form, or no such version of it."),
    "scorecard.invalid": Reason(422, 422, "A scorecard cannot be used; `errors` lists every fault with its line."),
    "scorecard.unknown": Reason(404, 404, "There is no such scorecard."),
    "connector.invalid": Reason(422, 422, "A connector cannot be used; `errors` lists every fault with its line."),
    "connector.paused": Reason(409, 409, "The connector is paused; resume it first."),
    "connector.place_not_allowed": Reason(422, 422, "A folder of the server, or a place without credentials of its own."),
    "connector.running": Reason(409, 409, "The connector is running; wait until that run has ended."),
    "connector.unknown": Reason(404, 404, "There is no such connector, or no such version of it."),
    "taxonomy.invalid": Reason(422, 422, "A taxonomy cannot be used; `errors` lists every fault with its line."),
    "taxonomy.unknown": Reason(404, 404, "There is no such taxonomy, or no such version of it."),
    "version.invalid": Reason(400, 400, "A version is neither a number nor the word draft."),
    "draft.unknown": Reason(404, 404, "The form has no draft, or nothing that it could be compared with."),
    "draft.moved": Reason(409, 409, "The form was changed since it was read; read it again."),
    "draft.misnamed": Reason(400, 400, "The document is of another form than the path."),
    "form.retired": Reason(400, 400, "The form is not in force; a version of it has to be named."),
    "rescore.unknown": Reason(404, 404, "There is no such re-score."),
    "job.unknown": Reason(404, 404, "There is no such job."),
    "backtest.unknown": Reason(404, 404, "There is no such backtest."),
    "trial.unknown": Reason(404, 404, "There is no such trial of the form, or another one has replaced it."),
    "sample.invalid": Reason(400, 400, "A sample has no conversation."),
    "backfill.running": Reason(409, 409, "A re-score of this form is under way; `value` is its id."),
    "app.required": Reason(400, 400, "The client has several apps, and the request names none of them."),
    "app.unknown": Reason(404, 404, "The client has no such app, whether or not there is one."),
    "parameter.unknown": Reason(400, 400, "The query has a parameter that this operation does not take."),
    "parameter.repeated": Reason(400, 400, "The query has a parameter twice that is taken once."),
    "body.empty": Reason(400, 400, "The body holds nothing."),
    "field.unknown": Reason(400, 400, "The body has a field that this operation does not take."),
    "scim.invalid": Reason(400, 400, "A directory asked for what SCIM allows and this server does not."),
    "figure.unknown": Reason(400, 400, "There is no such figure; the message lists those that there are."),
    "group.unknown": Reason(400, 400, "What was named is no kind of group with a name in it, such as an intent."),
    "client.unknown": Reason(404, 404, "The app has no such client."),
    "webhook.unknown": Reason(404, 404, "There is no such webhook."),
    "webhook.bad_template": Reason(400, 400, "The template of a webhook's messages cannot be used."),
    "address.not_allowed": Reason(422, 422, "An address in a loopback, link-local or private network that the operator has not opened (`AUSCULT_OUTGOING_NETWORKS`)."),
    "secret.bound": Reason(422, 422, "Stored secrets are for another destination; give them again."),
    "webhook.bad_url": Reason(400, 400, "The address of a webhook is not https, or nothing that could be asked."),
    "conversation.unknown": Reason(
        404, 404, "There is no such conversation; or, for an audit, it waits to be evaluated for the first time."
    ),
    "audit.no_form": Reason(409, 409, "The conversation was evaluated without a form, so there is nothing to audit."),
    "conversation.held": Reason(409, 409, "The conversation is on legal hold and cannot be erased; `value` is its id."),
    "audit.not_assigned": Reason(409, 409, "The conversation is not assigned to an auditor."),
    "audit.not_yours": Reason(403, 403, "The audit is assigned to another auditor."),
    "audit.finished": Reason(409, 409, "The audit was submitted, and takes no more changes."),
    "audit.not_submitted": Reason(409, 409, "The audit is not submitted yet."),
    "audit.final": Reason(409, 409, "The form does not allow submitted audits to be changed."),
    "audit.moved": Reason(409, 409, "The audit, or what it is about, was changed in between; read it again."),
    "audit.incomplete": Reason(422, 422, "Metrics that count have no answer yet; `value` lists them."),
    "plan.unknown": Reason(404, 404, "There is no such plan."),
    "plan.invalid": Reason(422, 422, "A value of a plan cannot be used; `field` names it."),
    "plan.unreadable": Reason(422, 422, "A plan is not YAML or JSON, or no object."),
    "plan.moved": Reason(409, 409, "The plan was changed in between; read it again."),
    "plan.not_due": Reason(409, 409, "No window of the plan's schedule has ended yet."),
    "plan.paused": Reason(409, 409, "The plan is paused; resume it first."),
    "plan.empty_frame": Reason(409, 409, "No evaluated conversation is in the plan's frame."),
    "draw.unknown": Reason(404, 404, "There is no such draw."),
    "draw.frame_changed": Reason(409, 409, "Conversations of the draw's frame were erased or evaluated with another form."),
    "assignment.unknown": Reason(404, 404, "There is no such assignment."),
    "assignment.not_yours": Reason(403, 403, "Only the auditor of an assignment may work on it."),
    "assignment.begun": Reason(409, 409, "The assignment was begun, and stays with its auditor."),
    "machine.hidden": Reason(403, 403, "The machine's answers are hidden from this auditor until they submit."),
    "review.not_own": Reason(403, 403, "Only the agents of a conversation review it themselves."),
    "ai_agent.versions": Reason(400, 400, "Two versions of an AI agent are compared, and not two were named."),
    "ai_agent.same_version": Reason(400, 400, "Two versions of an AI agent are compared, and one was named twice."),
    "segment.unknown": Reason(404, 404, "The conversation has no such segment, or is not scored by segments."),
    "turn.unknown": Reason(422, 422, "The conversation has no such turn."),
    "assignment.other_opinion": Reason(409, 409, "The auditor has another opinion on the same conversation."),
    "assignment.finished": Reason(409, 409, "The assignment was submitted, declined, or lost its conversation."),
    **{code: Reason(*values) for code, values in REVIEW_REASONS.items()},
    "answer.invalid": Reason(422, 422, "An answer is none that the metric takes, or a comment has no answer."),
    "level.unknown": Reason(422, 422, "The metric has no such level, or is not graded."),
    "reason.unknown": Reason(422, 422, "The metric has no such reason code."),
    "reason.missing": Reason(422, 422, "A reason is missing: of a NO, or of a conversation that cannot be judged."),
    "estimate.refused": Reason(409, 409, "There is no estimate; the message gives the reason."),
    "auditor.invalid": Reason(422, 422, "The name of an auditor cannot be used."),
    "metric.unknown": Reason(422, 422, "The form has no such metric."),
    "comment.too_long": Reason(422, 422, "A comment is longer than the limit."),
    "question.invalid": Reason(422, 422, "A question is missing or too long."),
    "judge.none": Reason(409, 409, "No judge is configured on this server, so that nothing can be asked."),
    "explanation.blind": Reason(409, 409, "The caller rates the conversation blind, and may ask once they have submitted."),
    "live.unknown": Reason(404, 404, "There is no such live conversation: nothing came in for it by the hook."),
    "answer.unknown": Reason(404, 404, "The assistant gave no such answer in this conversation."),
    "answer.sent": Reason(409, 409, "The answer was sent before, as it is or with other words; it can be copied."),
    "summary.unknown": Reason(404, 404, "The assistant wrote no such summary in this conversation."),
    "summary.limit_reached": Reason(409, 409, "The agent has had as many interim summaries of the conversation as there may be."),
    "summary.nothing_said": Reason(409, 409, "Nothing was said that could be summarised."),
    "summary.unavailable": Reason(409, 409, "No summary is written of such a conversation; the message gives the reason."),
    "feedback.unknown_reason": Reason(422, 422, "A reason is not among those that the app lets agents pick."),
    "document.unknown": Reason(404, 404, "The app knows no document of this name in this language."),
    "document.unreadable": Reason(422, 422, "A document is damaged, or is not text in UTF-8."),
    "document.incomplete": Reason(422, 422, "A table of questions and answers lacks a column, or a row of it an answer."),
    "document.no_text": Reason(422, 422, "A document has no text in it, as a scan has none."),
    "document.unknown_kind": Reason(422, 422, "A document is of no kind that is read here."),
    "document.name_invalid": Reason(400, 400, "The name of a document is empty, too long, or not printable."),
    "document.no_reader": Reason(503, 503, "The extra that reads PDF is not installed."),
    "upload.unknown": Reason(404, 404, "There is no such upload, or it was not finished within a day."),
    "upload.offset_differs": Reason(409, 409, "A part of an upload does not begin where the upload is."),
    "recording.link_refused": Reason(422, 422, "The link to a recording leads to no sound that may be fetched."),
    "recording.unknown": Reason(404, 404, "There is no such recording, or its bytes are not there."),
    "recording.unreadable": Reason(422, 422, "The content of a recording is no sound that is read here, or is damaged."),
    "recording.no_sound": Reason(422, 422, "A recording has no sound in it."),
    "recording.length_differs": Reason(422, 422, "A recording has another length than its sender or its own head states."),
    "recording.type_differs": Reason(422, 422, "A recording is in another container than its declared media type names."),
    "recording.checksum_differs": Reason(422, 422, "A recording has another checksum than its sender states."),
    "recording.checksum_unreadable": Reason(400, 400, "A checksum is not spelt as SHA-256 is."),
    "recording.speakers_differ": Reason(422, 422, "The speakers that are named are not one for each channel."),
    "recording.type_unsupported": Reason(415, 415, "`Content-Type` names no kind of sound."),
    "recording.no_reader": Reason(503, 503, "The extra that reads this kind of sound is not installed."),
    "recordings.no_place": Reason(503, 503, "Recordings have no place that all servers share (`AUSCULT_RECORDINGS`), so none is accepted."),
    "recording_link.invalid": Reason(403, 403, "A link to a recording is not one that this server signed."),
    "recording_link.ended": Reason(403, 403, "A link to a recording has ended; list the recordings for a new one."),
    "language.invalid": Reason(400, 400, "A language is not given by its code."),
    "user.unknown": Reason(404, 404, "There is no such user."),
    "user.disabled": Reason(409, 409, "The user is disabled; make them active first."),
    "user.has_password": Reason(409, 409, "The user has a password, and signs in with that."),
    "user.conflict": Reason(409, 409, "The e-mail address belongs to another user."),
    "email.invalid": Reason(422, 422, "An e-mail address cannot be used."),
    "phone.invalid": Reason(422, 422, "A telephone number has too few digits to search by."),
    "password.invalid": Reason(422, 422, "A password is too long."),
    "password.guessable": Reason(422, 422, "A password is shorter than 12 characters, or soon guessed; the message has the reason."),
    "password.exists": Reason(409, 409, "The user has a password already."),
    "name.invalid": Reason(422, 422, "A name is too long."),
    "role.unknown": Reason(422, 422, "There is no such role."),
    "role.built_in": Reason(409, 409, "A built-in role cannot be redefined."),
    "permission.unknown": Reason(422, 422, "There is no such permission."),
    "grant.invalid": Reason(422, 422, "A grant means nothing; `field` names what is wrong."),
    "grant.unknown": Reason(404, 404, "The user has no such grant in force."),
    "administrator.last": Reason(409, 409, "An app would be left without a user who manages users."),
    "token.unknown": Reason(404, 404, "The user has no such personal token."),
    "token.invalid_end": Reason(422, 422, "A personal token would last too long."),
    "agent.unknown": Reason(404, 404, "There is no such agent."),
    "ai_agents.too_many": Reason(409, 409, "The app has as many registered versions of AI agents as it can have."),
    "ai_agent.unknown": Reason(404, 404, "There is no such registered AI agent, or no such version."),
    "team.unknown": Reason(404, 404, "There is no such team."),
    "queue.unknown": Reason(404, 404, "There is no such queue."),
    "import.invalid": Reason(422, 422, "A file of agents, teams or queues has an error; `field` names line and column."),
    "originals.unknown": Reason(404, 404, "No original of this conversation is kept."),
    "hold.period": Reason(400, 400, "A legal hold on a period has no valid start and end."),
    "hold.unknown": Reason(404, 404, "The legal hold does not exist, or was lifted."),
    "redactor.missing": Reason(422, 422, "The redactor needs a package that is not installed."),
    "redactor.unknown": Reason(422, 422, "The redactor does not exist."),
    "erasures.restored": Reason(409, 409, "The database was restored and holds may be missing, so nothing is erased until an operator resumes erasures."),
    "erasures.unwritable": Reason(503, 503, "The list of erasures and holds in its second place cannot be written, so nothing is erased and no hold changes."),
    "run.unknown": Reason(404, 404, "The run of retention or erasure does not exist."),
    "approval.unknown": Reason(404, 404, "There is no such step for a second person."),
    "approval.decided": Reason(409, 409, "The step was approved or refused already."),
    "approval.missing": Reason(403, 403, "A change needs a second person, who approves it."),
    "approval.same_person": Reason(403, 403, "Another person than the one who asked for a step has to approve it."),
    "rate.exceeded": Reason(429, 429, "The requests of this minute of the account or the app are used up; see `Retry-After`.", TOO_MANY),
    "backlog.exceeded": Reason(429, 429, "As many conversations of the account or the app wait to be scored as may; see `Retry-After`."),
    "storage.exceeded": Reason(403, 403, "The account or the app has stored as many bytes as it may."),
    "sound.exceeded": Reason(429, 429, "The account or the app has sent as many minutes of sound this month as it may; see `Retry-After`."),
    "backlog.full": Reason(503, 503, "As many conversations wait to be scored as may; see `Retry-After`."),
    "engine.unavailable": Reason(503, 503, "An engine that this needs is missing or does not answer."),
    "database.away": Reason(503, 503, "The database does not answer; see `Retry-After`."),
    "database.full": Reason(503, 503, "The disk of the database is full, so nothing is stored; see `Retry-After`."),
    "server.failed": Reason(500, 500, "A fault of ours; the log has it under `requestId`.", "Internal Server Error"),
    "server.not_ready": Reason(503, 503, "The database does not answer."),
}  # fmt: skip
"""Every reason of an error response; docs/reference/errors.md lists them, and a test compares the two."""

_REASON_OF_KIND: Mapping[type[AuscultError], str] = {
    AccessError: "tenant.unknown",
    RequestError: "request.invalid",
    NotFoundError: "thing.unknown",
    ConflictError: "thing.conflict",
    FormatError: "document.invalid",
    DocumentError: "document.unreadable",
    FormError: "form.invalid",
    RecordingError: "recording.unreadable",
    TaxonomyError: "taxonomy.invalid",
    BusyError: "backlog.full",
    EngineError: "engine.unavailable",
}
"""Reason in place of one that is not in the table, such as a plugin's."""


def reason_of(error: AuscultError) -> Reason:
    """Return the entry of the table for this error."""
    if error.reason in REASONS:
        return REASONS[error.reason]
    kinds = (_REASON_OF_KIND[kind] for kind in type(error).__mro__ if kind in _REASON_OF_KIND)
    return REASONS[next(kinds, "server.failed")]


def error_response(scope: Scope, error: AuscultError) -> tuple[int, bytes, str]:
    """Return status, body and media type of the response to an error, in the format of the requested API."""
    context = context_of(scope)
    status, request_id, path = reason_of(error).status, context.request_id, context.path
    if problems.is_own(path):
        status = problems.status_of(error, status)
        body = problems.problem_body(error, status, path, request_id, _shortened(error.value))
        return status, body, problems.MEDIA_TYPE
    return status, error_body(error, request_id), "application/json"


def error_body(error: AuscultError, request_id: str) -> bytes:
    """Return the JSON body of the response to this error."""
    reason = reason_of(error)
    msg = reason.msg or error.message
    details: dict[str, Any] = {
        "msg": msg,
        "message": msg,
        "code": reason.code,
        "reason": error.reason,
        "requestId": request_id,
    }
    if trace_id := TRACING.trace_id():
        details["traceId"] = trace_id
    if error.field is not None:
        details["field"] = error.field
        if error.reason not in ("field.missing", "header.missing"):
            details["value"] = _shortened(error.value)
    return msgspec.json.encode({"errors": [details]})


def error_answer(scope: Scope, error: AuscultError, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """Return the whole response to a request that ended in this error."""
    status, body, media_type = error_response(scope, error)
    challenge = {"WWW-Authenticate": "Bearer"} if status == HTTP_401_UNAUTHORIZED else {}
    return Response(body, status_code=status, headers={**(headers or {}), **challenge}, media_type=media_type)


def exception_handlers(
    trouble_of: Callable[[Exception], str | None],
) -> dict[int | type[Exception], Callable[..., Response[bytes]]]:
    """Return the handlers that respond to every error of a handler.

    A failure in trouble of the database (``trouble_of``: away, full) is no fault of the server: the client may retry.
    """

    def refused(request: AnyRequest, error: AuscultError) -> Response[bytes]:
        headers = error.headers if isinstance(error, MethodNotAllowedError) else None
        if isinstance(error, BusyError | SignInLimitedError) or (
            isinstance(error, LimitReachedError) and error.again_after_s
        ):
            headers = {"Retry-After": str(error.again_after_s)}
        return error_answer(scope_of(request), error, headers)

    def refused_by_router(request: AnyRequest, error: HTTPException) -> Response[bytes]:
        if error.status_code >= HTTP_500_INTERNAL_SERVER_ERROR:
            return failed(request, error)
        if isinstance(error, MethodNotAllowedException):
            methods = {each.strip() for each in (error.headers or {}).get("allow", "").split(",")}
            return refused(request, MethodNotAllowedError(", ".join(sorted(with_head(methods)))))
        reason = "path.unknown" if error.status_code == HTTP_404_NOT_FOUND else "request.invalid"
        return error_answer(scope_of(request), RequestError(error.detail, code=reason), error.headers)

    def left(request: AnyRequest, error: ClientDisconnect) -> Response[bytes]:
        del request, error  # the client is gone and reads no response
        return Response(b"", status_code=HTTP_400_BAD_REQUEST)

    def failed(request: AnyRequest, error: Exception) -> Response[bytes]:
        return error_answer(scope_of(request), *failure_of(request, error, trouble_of))

    return {
        AuscultError: refused,
        HTTPException: refused_by_router,
        ClientDisconnect: left,
        Exception: failed,
    }


def failure_of(
    request: AnyRequest, error: Exception, trouble_of: Callable[[Exception], str | None]
) -> tuple[AuscultError, dict[str, str]]:
    """Log an error that nothing expected, and return it as a client may see it, with the headers of the response.

    Trouble of the database is a warning in a sentence, which the log has once a minute, however many requests fail.
    """
    trouble = _TROUBLES.get(trouble_of(error) or "")
    if trouble is None:
        request_id = context_of(scope_of(request)).request_id
        _LOG.error("request %s failed: %s", request_id, type(error).__name__, exc_info=error)
        return AuscultError(str(error), code="server.failed"), {}
    message, code, again_after_s = trouble
    _LOG.warning("requests fail with %s: %s (%s)", code, message.partition(";")[0], type(error).__name__)
    return AuscultError(message, code=code), {"Retry-After": str(again_after_s)}


class MethodNotAllowedError(RequestError):
    """A request to a known path with a method that it does not support."""

    code = "method.not_allowed"

    def __init__(self, allowed: str) -> None:
        """Name the method that is ``allowed``."""
        super().__init__(f"This path takes {allowed}.")
        self.headers = {"Allow": allowed}


def _shortened(value: object) -> object:
    """Return a given value as the response repeats it, a long one cut off."""
    if isinstance(value, int | float | bool | None):
        return value if not isinstance(value, int) or abs(value) < 2**64 else str(value)[:_LONGEST_VALUE]
    shown = value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
    if len(shown) > _LONGEST_VALUE:
        return shown[:_LONGEST_VALUE] + "…"
    return value
