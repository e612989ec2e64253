"""Fits of an app, as a person or a client sees them, publishes them, and takes them back."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from itertools import islice, starmap
from typing import get_args

import msgspec
from msgspec import Struct

from auscult.domain.definitions.form_version import FormVersion, Signed
from auscult.domain.errors import ConflictError, FormError, unknown
from auscult.domain.form import Metric
from auscult.domain.operations.records import made_from
from auscult.domain.people.principal import Principal
from auscult.domain.probe import Probe, Question
from auscult.domain.questions.taught import Agreement, Taught
from auscult.domain.tuning import MOST_AUDITED, Change, FittedVersion, SuggestionTuning, check_key, key_of
from auscult.metrics import METRICS
from auscult.metrics.by_example import ByExample
from auscult.services.assist import teaching
from auscult.services.assist.knowledge import Library, language_of
from auscult.services.audits.agreement import Selection, audited_in
from auscult.services.audits.tuning import AuditLabels, Tuning, tune
from auscult.services.definitions.forms.cache import read_kept
from auscult.services.definitions.forms.document import Path
from auscult.services.definitions.forms.edit import with_numbers
from auscult.services.definitions.forms.publish import publish
from auscult.services.definitions.forms.reading import read_form
from auscult.services.definitions.forms.thresholds import fitted_in
from auscult.services.privacy.log import record
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.taught import Teaching, with_taught
from auscult.storage.store import AppStore

_KIND = "thresholds"
_JUDGED: frozenset[type[Probe]] = frozenset(get_args(Question))


class TaughtFit(Struct, frozen=True, kw_only=True):
    """A question whose ticks teach it otherwise than it is in force: the agreement that it has, and that it would have."""

    id: str
    name: str
    before: Agreement | None
    after: Agreement

    @classmethod
    def of(cls, metric: Metric, found: Taught) -> "TaughtFit":
        """Return what ticks teach a question otherwise."""
        before: Taught | None = metric.settings.taught
        return cls(
            id=metric.id,
            name=metric.name,
            before=made_from(Agreement, before) if before else None,
            after=made_from(Agreement, found),
        )


class FormTuning(Struct, frozen=True, kw_only=True):
    """Thresholds and the judge's confidence of the version of a form in force, and what a fit to its audits would change.

    ``taught`` are the questions that ticks teach otherwise.

    ``is_fitted``: the version in force came from a fit, which can be undone. ``revised`` conversations were audited and
    have other words since; they are left out. ``key`` names the fit; null where it would change nothing for the better.
    """

    form_id: str
    version: int
    is_fitted: bool
    revised: int
    fit: Tuning
    key: str | None
    taught: tuple[TaughtFit, ...]


class Fitting:
    """The fits of one app.

    Methods raise ``ConflictError`` ``knowledge.none``, ``fit.moved``; ``NotFoundError`` ``form.unknown``;
    ``FormError``.
    """

    def __init__(self, app: AppStore, principal: Principal) -> None:
        """Fit as ``principal``, whose name the log and the versions have."""
        self._app = app
        self._principal = principal

    def suggestions(self, library: Library, language: str, *, is_fitted: bool = True) -> SuggestionTuning:
        """Return the certainty of suggestions, and a fit of it unless ``is_fitted`` is false: that reads all decisions."""
        search = library.search(self._app, language, "", 1)
        if search.version == 0:
            raise ConflictError(
                "the app knows nothing in {language}",
                language=language_of(language),
                code="knowledge.none",
                field="language",
            )
        fit, reason = None, None
        if is_fitted:
            try:
                fit = teaching.fit(self._app, search.engine, search.likely)
            except ConflictError as error:
                reason = error.message
        return SuggestionTuning(
            language=language_of(language),
            in_force=teaching.calibration_of(self._app, search.engine),
            history=tuple(self._changes()),
            fit=fit,
            key=key_of(fit) if fit is not None and fit.is_better else None,
            reason=reason,
        )

    def publish_suggestions(self, library: Library, language: str, key: str) -> None:
        """Put the fit of this key in force. Raises ``ConflictError``: ``fit.moved``, ``answers.too_few``."""
        found = self.suggestions(library, language)
        check_key(key, found.key)
        if found.fit is not None:
            teaching.publish(self._app, found.fit, self._principal.label)

    def undo_suggestions(self) -> None:
        """Put what was in force before the last change in force again. Raises ``ConflictError`` ``fit.none``."""
        teaching.undo(self._app, self._principal.label)

    def fitted(self, form_id: str) -> bool | None:
        """Return whether a form in force came from a fit; None where nothing of it can be fitted, or it cannot be read."""
        version = self._app.forms.get(form_id)
        form = None
        if version is not None and version.retired_at is None:
            with suppress(FormError):
                form = read_kept(version.document, version.version)
        if version is None or form is None:
            return None
        can_be = any(
            each.type == ByExample.name
            or any(True for _ in fitted_in(each.settings))
            or METRICS[each.type].needs(each.settings) & _JUDGED
            for each in form.metrics
        )
        return self._fitted(version) is not None if can_be else None

    def form(self, form_id: str, evaluator: Evaluator) -> FormTuning:
        """Fit a form in force to its audits: thresholds, and the judge's confidence; and to ticks its taught questions.

        Raises ``NotFoundError`` ``form.unknown``.
        """
        return self._fit(form_id, evaluator)[0]

    def _fit(self, form_id: str, evaluator: Evaluator) -> tuple[FormTuning, dict[Path, str], dict[str, Taught]]:
        """Return a fit, with the numbers and the taught questions that it changes."""
        version = self._version(form_id)
        form = read_form(version.document, version.version)
        audits = audited_in(self._app.audits, Selection(form_id=form_id))
        labels = AuditLabels(islice(audits, MOST_AUDITED), form_id)
        mine = evaluator.for_app(self._app.tenant.app_id, agent_emotions=self._app.privacy.settings().agent_emotions)
        fit = tune(form, labels, types=mine.types, engines=mine.engines)
        work = Teaching(self._app, partial(datetime.now, UTC), self._principal, lambda: evaluator)
        changes, learned = fit.changes(form), dict(work.learned(form))
        named = [(each.id, found.weights) for each, found in learned.items()]
        found = FormTuning(
            form_id=form_id,
            version=version.version,
            is_fitted=self._fitted(version) is not None,
            revised=labels.revised,
            fit=fit,
            key=key_of((version.version, sorted(changes.items(), key=repr), named)) if changes or learned else None,
            taught=tuple(starmap(TaughtFit.of, learned.items())),
        )
        return found, changes, {each.id: taught for each, taught in learned.items()}

    def publish_form(
        self, form_id: str, key: str, evaluator: Evaluator, answered: Collection[type[Probe]]
    ) -> FormVersion:
        """Publish a version of a form with the thresholds that are better, and what ticks teach; it scores from now on."""
        (found, changes, learned), before = self._fit(form_id, evaluator), self._version(form_id)
        check_key(key, found.key if found.version == before.version else None)
        document = with_taught(with_numbers(before.document, changes), learned)
        made = self._publish(form_id, document, _note(found, changes), answered)
        kept = FittedVersion(version=made.version, before=before.version, by=self._principal.label)
        self._app.definitions.publish(_KIND, form_id, msgspec.json.encode(kept))
        self._record("thresholds.fitted", made, before)
        return made

    def undo_form(self, form_id: str, answered: Collection[type[Probe]]) -> FormVersion:
        """Publish the version before a fit again. Raises ``NotFoundError`` ``form.unknown``; ``ConflictError`` ``fit.none``."""
        version = self._version(form_id)
        fitted = self._fitted(version)
        before = self._app.forms.get(form_id, fitted.before) if fitted else None
        if before is None:
            raise ConflictError(
                "version {n} of {value} did not come from a fit, so that there is nothing to undo",
                n=version.version,
                code="fit.none",
                field="form_id",
                value=form_id,
            )
        note = f"Fit of version {version.version} undone"
        made = self._publish(form_id, before.document, note, answered)
        self._record("thresholds.undone", made, version)
        return made

    def _publish(self, form_id: str, document: bytes, note: str, answered: Collection[type[Probe]]) -> FormVersion:
        (made,) = publish(self._app.forms, {form_id: document}, answered, Signed(self._principal.name, note))
        return made

    def _record(self, action: str, made: FormVersion, before: FormVersion) -> None:
        target = f"form:{made.form_id}"
        record(self._app, self._principal.label, action, target, version=made.version, before=before.version)

    def _version(self, form_id: str) -> FormVersion:
        version = self._app.forms.get(form_id)
        if version is None or version.retired_at is not None:
            raise unknown("form", form_id)
        return version

    def _fitted(self, version: FormVersion) -> FittedVersion | None:
        """Return the record of a version that came from a fit."""
        stored = self._app.definitions.get(_KIND, version.form_id)
        found = msgspec.json.decode(stored.document, type=FittedVersion) if stored else None
        return found if found is not None and found.version == version.version else None

    def _changes(self) -> Iterator[Change]:
        """Yield what was put in force, the newest first."""
        for each in self._app.definitions.versions(teaching.KIND, teaching.KIND):
            kept = msgspec.json.decode(each.document, type=teaching.Kept)
            yield made_from(Change, kept, by=kept.by or None, at=each.published_at)


def _note(found: FormTuning, changes: Collection[Path]) -> str:
    """Return what was fitted to what, as the note of the version that has it."""
    is_judged = any("judge_calibration" in path for path in changes)
    what = "Thresholds and the judge's confidence" if is_judged else "Thresholds"
    notes = [f"{what} fitted to {found.fit.conversations} audited conversations"] if changes else []
    notes += [f"{each.name} taught by {each.after.answers} ticked conversations" for each in found.taught]
    return "; ".join(notes)
