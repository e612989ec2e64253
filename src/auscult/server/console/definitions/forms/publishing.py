"""Publishing from the form editor: who publishes and why, the conversations that are scored again, and earlier versions."""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta

from litestar import Response

from auscult.domain.definitions.form_version import FormVersion, signed
from auscult.domain.definitions.scorecard import Scorecard
from auscult.domain.errors import ConflictError
from auscult.domain.form import Form
from auscult.domain.schedules.schedule import Schedule
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.definitions.forms.days import (
    FROM_DAY,
    day_in,
    first_day_to_come,
    form_of,
    scoring_until,
    today,
)
from auscult.server.console.definitions.forms.editor_view import EditorView, PublishView, Uses, VersionRow
from auscult.server.console.form_examples import examples_of
from auscult.server.console.frame.posted import Given, day, one
from auscult.server.console.frame.visit import Visit
from auscult.server.console.people.names import names_of_people
from auscult.server.console.schedules.reports import EXPORT
from auscult.services.definitions.forms.drafts import publish_draft
from auscult.services.definitions.forms.publish import in_force
from auscult.services.definitions.scorecards import scorecards
from auscult.services.history.coverage import fitting
from auscult.services.history.rescores import begin_rescore

PUBLISHED, SCORED_AGAIN, BUSY = "published", "again", "busy"
"""Values of ``done`` in the address after publishing."""
FITTED, UNFITTED = "fitted", "unfitted"
"""The same after a fit of thresholds was published or undone."""
_FITS = {FITTED: later("The fit is in force."), UNFITTED: later("What was in force before is in force again.")}
_MOST_PLANS = 1_000


def publish_and_score(visit: Visit, form_id: str, given: Given, taken: Collection[str] = ()) -> str:
    """Publish the draft, and score conversations again from the day that is asked for; return the value of ``done``.

    ``taken`` are forms that leave its queues to it.
    Raises ``AuscultError``: a day or a note that cannot be used is refused before anything is published.
    """
    by = signed(visit.visitor.email, one(given, "note"))
    since = since_in(visit, given) if one(given, "history") == "since" else None
    publish_draft(visit.app.forms, form_id, visit.services.answered(), by, taken)
    if since is None:
        return PUBLISHED
    return score_again(visit, form_id, since)


def score_again(visit: Visit, form_id: str, since: datetime | None = None) -> str:
    """Begin to score conversations with the version in force, all or those since an instant; return the value of ``done``."""
    try:
        begin_rescore(visit.app, visit.services.answered(), form_id=form_id, since=since, by=visit.visitor.email)
    except ConflictError:  # one with the version before is under way
        return BUSY
    return SCORED_AGAIN


def editor_page(
    visit: Visit, view: EditorView, given: Given, status: int = 200, left: int | None = None
) -> Response[str]:
    """Return the page of the editor. ``left``: how many conversations it offers to score again, once it was published."""
    return visit.page(
        "definitions/form_editor", "Forms", view, status, publishing=_publish_view(visit, view, given), left=left
    )


def _publish_view(visit: Visit, view: EditorView, given: Given) -> PublishView:
    """Return the choices of publishing as they were made, the versions, and what uses the form."""
    names = names_of_people(visit)
    versions = visit.app.forms.versions(view.form_id)
    newest = versions[0] if versions and versions[0].retired_at is None else None
    first = first_day_to_come(newest, visit) if newest else None
    before = scoring_until(newest, visit) if newest and first else None
    current = before.version if before else newest.version if newest and not first else 0
    states = {current: _("In force")} | ({newest.version: _first(visit, first)} if newest and first else {})
    had_day = day_in(view.document.encode(), visit)
    return PublishView(
        note=one(given, "note"),
        history=one(given, "history") or (FROM_DAY if had_day else "new"),
        since=one(given, "since"),
        latest=visit.reader.today.isoformat(),
        day=one(given, "day") or had_day,
        had_day=one(given, "had_day") or had_day,
        next=(today(visit) + timedelta(days=1)).isoformat(),
        until=_("version {n}").format(n=current) if current else "",
        rows=tuple(_row(visit, each, names, states) for each in versions),
        uses=uses_of(visit, view.form_id, form_of(newest) if newest else None),
    )


def _first(visit: Visit, first: date) -> str:
    return _("From {day} on").format(day=visit.reader.day(first))


def done_note(visit: Visit, form_id: str, done: str) -> tuple[str, int | None]:
    """Return what was done in words, and the number of conversations that an earlier version scored and this one did not.

    That is None where nothing is offered to be scored again.
    """
    if done in _FITS:
        return _(_FITS[done]), None
    version = visit.app.forms.get(form_id)
    if version is None or done not in (PUBLISHED, SCORED_AGAIN, BUSY):
        return "", 0
    first = first_day_to_come(version, visit)
    if first is not None:
        return _until(visit, version, visit.reader.day(first)), 0
    said = _("Version {n} is in force. New conversations are scored with it.").format(n=version.version)
    if done == SCORED_AGAIN:
        return " ".join((said, _("Older ones are being scored again; see Jobs under Administration."))), 0
    if done == BUSY:
        busy = _(
            "Conversations are being scored again with an earlier version; score them again when that job has ended."
        )
        said = f"{said} {busy}"
    left = fitting(visit.app, list(in_force(visit.app.forms).values())).counts[form_id]
    if left:
        counted = ngettext("{n} conversation keeps its score.", "{n} conversations keep their scores.", left)
        counted = counted.format(n=visit.reader.number(left))
        said = f"{said} {counted}"
    return said, left


def _until(visit: Visit, version: FormVersion, first: str) -> str:
    before = scoring_until(version, visit)
    if before is None:
        return _("Version {n} scores conversations from {day} on.").format(n=version.version, day=first)
    said = _("Version {n} scores conversations from {day} on; until then version {m} does.")
    return said.format(n=version.version, day=first, m=before.version)


def since_in(visit: Visit, given: Given) -> datetime:
    """Return the beginning of the day that is asked for, in the reader's zone. Raises ``RequestError``."""
    chosen = day(given, "since", _("From which day"))
    return datetime.combine(chosen, time(), visit.reader.timezone).astimezone(UTC)


def _row(visit: Visit, version: FormVersion, names: dict[str, str], states: dict[int, str]) -> VersionRow:
    return VersionRow(
        number=version.version,
        when=visit.reader.moment(version.published_at),
        by=names.get(version.by, version.by) if version.by else _("the command line"),
        note=version.note or "",
        state=states.get(version.version, ""),
        is_newest=version.version == max(states),
    )


def uses_of(visit: Visit, form_id: str, form: Form | None) -> Uses:
    """Return what names a form or its questions, as far as the visitor may see it. ``form`` is the version in force."""
    plans = visit.app.plans.listing(limit=_MOST_PLANS) if visit.principal.may_everywhere("plan.read") else ()
    return Uses(
        plans=tuple(plan for plan in plans if plan.document.form_id == form_id),
        cards=tuple(_scorecards(visit, form)) if form and visit.may("form.read") else (),
        schedules=tuple(_schedules(visit, form_id)) if visit.may(EXPORT) else (),
        examples=len(examples_of(visit).of(form_id)),
    )


def _scorecards(visit: Visit, form: Form) -> Iterator[tuple[Scorecard, list[str]]]:
    """Yield the scorecards that read questions of a form, with the names of these."""
    names = {metric.id: metric.name for metric in form.metrics}
    for card in scorecards(visit.app):
        read = [names[each.metric] for of in card.attributes for each in of.metrics if each.metric in names]
        if read:
            yield card, read


def _schedules(visit: Visit, form_id: str) -> Iterator[Schedule]:
    """Yield the visitor's own schedules; those of others are theirs."""
    for each in visit.app.schedules.listing(visit.visitor.email):
        if each.form_id == form_id or (each.kind == "form_summary" and not each.form_id):
            yield each
