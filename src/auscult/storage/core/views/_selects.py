# ruff: noqa: S608  (SQL of names that this file writes itself, never of values)
"""The views as queries, the same on both databases but for functions over JSON. Their columns are those of exports."""

from collections.abc import Mapping

from auscult.domain.errors import MARKS
from auscult.storage.core.views._functions import Functions

NEWEST = (
    "e.evaluation = (SELECT max(newer.evaluation + 0) FROM evaluations newer "
    "WHERE newer.conversation = c.conversation AND newer.segment = 0)"
)
EVALUATED = f"FROM conversations c JOIN apps a ON a.app = c.app JOIN evaluations e ON {NEWEST}"
AUDITED = "LEFT JOIN audits u ON u.conversation = c.conversation AND u.is_shown = 1"


def selects(db: Functions) -> Mapping[str, str]:
    """Return the query of each view, by its name."""
    return {
        "v_conversations": _conversations(db),
        "v_verdicts": _verdicts(db),
        "v_evidence": _evidence(db),
        "v_insights": _insights(db),
        "v_calls": _calls(db),
        "v_audits": _audits(db),
        "v_comments": _comments(db),
        "v_notices": _notices(db),
        "v_examples": _examples(db),
        "v_corrections": _corrections(db),
        "v_pins": _pins(db),
        "v_collections": _collections(db),
        "v_absences": _absences(db),
        "v_agents": _agents(db),
    }


def _started(db: Functions) -> str:
    """Return the start of the conversation ``c``."""
    return db.instant_of(db.document(db.packed("c")), "started_at")


def _conversations(db: Functions) -> str:
    return f"""
SELECT d.app_id, d.conversation_id, {db.text("d.doc", "custom_id")} AS custom_id, d.revision,
  {db.text("d.doc", "channel")} AS channel,
  coalesce({db.text("d.doc", "direction")}, 'inbound') AS direction,
  coalesce({db.text("d.doc", "language")}, 'en') AS language,
  {db.instant_of("d.doc", "started_at")} AS started_at,
  {db.instant_of("d.doc", "ended_at")} AS ended_at,
  {_duration(db)} AS duration_ms,
  {db.count("d.doc", "turns")} AS turns,
  {db.texts("d.doc", "agents", "id")} AS agent_ids,
  {db.texts("d.doc", "agents", "name")} AS agent_names, {_handled_by(db)} AS handled_by,
  {db.texts("d.doc", "queues", "id")} AS queue_ids,
  {db.texts("d.doc", "queues", "name")} AS queue_names,
  d.status, d.form_id, d.form_version, d.score, d.passed, d.fatal_errors, d.evaluated_at,
  CASE WHEN d.audit IS NULL THEN 'not_assigned' WHEN {db.text("d.audit", "result.audited_at")} IS NULL THEN 'assigned'
    ELSE 'audited' END AS audit_state,
  {db.text("d.audit", "auditor")} AS auditor,
  {db.integer("d.audit", "result.score")} AS audit_score, d.is_excluded
FROM (
  SELECT a.app_id, c.conversation_id, e.revision, {db.document(db.packed("c"))} AS doc, {db.document("u.body")} AS audit,
    e.status, CASE WHEN e.snapshot IS NULL THEN NULL ELSE e.form_id END AS form_id,
    CASE WHEN e.snapshot IS NULL THEN NULL ELSE e.form_version END AS form_version, e.score,
    {db.is_true("e.passed")} AS passed, e.fatal_errors, {db.instant("e.evaluated_at")} AS evaluated_at,
    {db.is_true("c.is_excluded")} AS is_excluded
  {EVALUATED} {AUDITED}
) d"""


def _handled_by(db: Functions) -> str:
    """Return who led: an AI agent where a bot speaks, a person where none does, both where a person speaks too."""
    spoke = f"EXISTS (SELECT 1 FROM {db.each('d.doc', 'turns', 's')} WHERE {db.text(db.value('s'), 'speaker')} = "
    return f"CASE WHEN NOT {spoke}'bot') THEN 'human' WHEN {spoke}'agent') THEN 'both' ELSE 'ai' END"


def _duration(db: Functions) -> str:
    """A chat lasts from its first message to its last one, where their times are known."""
    turn = db.integer(db.value("t"), "start_ms")
    starts = f"(SELECT max({turn}) - min({turn}) FROM {db.each('d.doc', 'turns', 't')})"
    whole = db.between_ms(db.text("d.doc", "started_at"), db.text("d.doc", "ended_at"))
    return f"""coalesce(
    CASE WHEN {db.text("d.doc", "channel")} = 'chat' THEN {starts} END,
    CASE WHEN {db.text("d.doc", "ended_at")} IS NOT NULL THEN {whole} END)"""


def _results(db: Functions, columns: str) -> str:
    """Each verdict of each evaluation: ``result``, ``verdict`` is inside it, and ``form``."""
    return f"""
  SELECT a.app_id, c.conversation, c.conversation_id, {_started(db)} AS started_at,
    e.form_id, e.form_version, {columns}
  {EVALUATED}
  JOIN form_snapshots f ON f.snapshot = e.snapshot
  CROSS JOIN {db.each(db.document("e.body"), "results", "r")}"""


def _verdicts(db: Functions) -> str:
    qualification = db.text("d.result", "verdict.qualification")
    answer = f"lower({qualification})"
    metric = db.value("m")
    correct = f"coalesce({db.text(metric, 'correct_answer')}, 'yes')"
    part = db.value("p")
    part_answer = db.text(part, "qualification")
    part_failed = (
        f"coalesce({db.truth(part, 'fatal')}, FALSE) AND {part_answer} IN ('YES', 'NO') "
        f"AND lower({part_answer}) <> coalesce({db.text(part, 'correct_answer')}, 'yes')"
    )
    answered = db.value("w")
    is_fatal = f"coalesce({db.truth(metric, 'fatal')}, FALSE)"
    return f"""
SELECT d.app_id, d.conversation_id, d.started_at, d.form_id, d.form_version,
  {db.text(metric, "id")} AS metric_id, {db.text(metric, "name")} AS metric_name,
  {db.text(metric, "type")} AS metric_type, {db.number(metric, "weight")} AS weight,
  {db.number(metric, "negative_weight")} AS negative_weight, {is_fatal} AS fatal,
  {qualification} AS qualification,
  CASE WHEN {qualification} IN ('YES', 'NO') THEN {answer} = {correct} END AS adhered,
  EXISTS (SELECT 1 FROM {db.each("d.result", "verdict.parts", "p")} WHERE {part_failed})
    OR ({is_fatal} AND {qualification} IN ('YES', 'NO') AND {answer} <> {correct}) AS is_fatal_error,
  {_reason(db.text("d.result", "verdict.reason"))} AS reason,
  {db.count("d.result", "verdict.evidence")} AS evidence_count,
  coalesce((SELECT {db.text(answered, "answer")}
    FROM audits u CROSS JOIN {db.each(db.document("u.body"), "result.sheet.answers", "w")}
    WHERE u.conversation = d.conversation AND u.is_shown = 1
      AND {db.text(answered, "metric_id")} = {db.text("d.result", "metric")} LIMIT 1), '-') AS audit_qualification,
  {db.number("d.result", "verdict.confidence")} AS confidence
FROM ({_results(db, f"{db.value('r')} AS result, {db.document('f.body')} AS form")}) d
CROSS JOIN {db.each("d.form", "metrics", "m")}
WHERE {db.text(metric, "id")} = {db.text("d.result", "metric")}"""


def _evidence(db: Functions) -> str:
    quotation = db.value("q")
    columns = f"{db.text(db.value('r'), 'metric')} AS metric_id, {db.value('r')} AS result"
    kinds = [
        f"""
SELECT d.app_id, d.conversation_id, d.started_at, d.form_id, d.form_version, d.metric_id, '{kind}' AS kind,
  {db.position("q")} AS position, {db.text(quotation, "turn_id")} AS turn_id,
  {db.integer(quotation, "start_ms")} AS start_ms, {db.integer(quotation, "end_ms")} AS end_ms,
  coalesce({db.text(quotation, "text")}, '') AS text, {_reason(db.text(quotation, "why"))} AS why,
  {db.number(quotation, "similarity")} AS similarity, {db.number(quotation, "threshold")} AS threshold
FROM ({_results(db, columns)}) d CROSS JOIN {db.each("d.result", f"verdict.{kind}", "q")}"""
        for kind in ("evidence", "trigger")
    ]
    return "\nUNION ALL\n".join(kinds)


def _reason(stored: str) -> str:
    """Return a stored reason without the marks around its parts, "" where it is absent."""
    for mark in MARKS:
        stored = f"replace({stored}, '{mark}', '')"
    return f"coalesce({stored}, '')"


def _calls(db: Functions) -> str:
    call = db.value("k")
    return f"""
SELECT d.app_id, d.conversation_id, {db.instant_of("d.doc", "started_at")} AS started_at,
  {db.position("k")} AS position, {db.text(call, "id")} AS call_id, {db.text(call, "name")} AS name,
  {db.text(call, "agent_id")} AS agent_id, {db.text(call, "after_turn")} AS after_turn,
  {db.integer(call, "start_ms")} AS start_ms, {db.integer(call, "end_ms")} AS end_ms, {db.truth(call, "ok")} AS ok,
  coalesce({db.json(call, "arguments")}, '{{}}') AS arguments, {db.json(call, "result")} AS result
FROM (SELECT a.app_id, c.conversation_id, {db.document(db.packed("c"))} AS doc {EVALUATED}) d
CROSS JOIN {db.each("d.doc", "calls", "k")}"""


def _insights(db: Functions) -> str:
    return f"""
SELECT d.app_id, d.conversation_id, d.started_at, {db.text("d.doc", "language")} AS language,
  {db.text("d.doc", "sentiment.label")} AS sentiment, {db.number("d.doc", "sentiment.score")} AS sentiment_score,
  {db.text("d.doc", "sentiment.start")} AS sentiment_start, {db.text("d.doc", "sentiment.end")} AS sentiment_end,
  {db.truth("d.doc", "escalation.observed")} AS escalation,
  {db.truth("d.doc", "churn_risk.observed")} AS churn_risk,
  {db.text("d.doc", "resolution.resolution")} AS resolution,
  {db.texts("d.doc", "intents", "name")} AS intents, {db.texts("d.doc", "topics", "name")} AS topics,
  {db.text("d.doc", "summary.text")} AS summary,
  {db.integer("d.doc", "speech.customer_talk_ratio")} AS customer_talk_ratio,
  {db.integer("d.doc", "speech.agent_talk_ratio")} AS agent_talk_ratio,
  {db.integer("d.doc", "speech.silence")} AS silence_ratio
FROM (
  SELECT a.app_id, c.conversation_id, {_started(db)} AS started_at,
    {db.document(db.packed("i"))} AS doc
  {EVALUATED} JOIN insights i ON i.conversation = e.conversation AND i.revision = e.revision
) d"""


def _audits(db: Functions) -> str:
    return f"""
SELECT d.app_id, d.conversation_id, d.started_at, {db.text("d.doc", "auditor")} AS auditor,
  CASE WHEN {db.text("d.doc", "result.audited_at")} IS NULL THEN 'assigned' ELSE 'audited' END AS state,
  {db.instant_of("d.doc", "assigned_at")} AS assigned_at, {db.instant_of("d.doc", "result.audited_at")} AS audited_at,
  {db.text("d.doc", "result.form_id")} AS form_id, {db.integer("d.doc", "result.form_version")} AS form_version,
  {db.integer("d.doc", "result.score")} AS score, {db.truth("d.doc", "result.passed")} AS passed,
  {db.integer("d.doc", "result.fatal_errors")} AS fatal_errors,
  coalesce({db.text("d.doc", "result.sheet.comment")}, '') AS comment
FROM (
  SELECT a.app_id, c.conversation_id, {_started(db)} AS started_at,
    {db.document("u.body")} AS doc
  {EVALUATED} JOIN audits u ON u.conversation = c.conversation AND u.is_shown = 1
) d"""


def _comments(db: Functions) -> str:
    comment = db.value("m")
    return f"""
SELECT d.app_id, d.conversation_id, d.started_at, d.thread_id, {db.position("m")} AS position,
  {db.text(comment, "comment_id")} AS comment_id, {db.text("d.doc", "turn_id")} AS turn_id,
  {db.text("d.doc", "audience")} AS audience, {db.text(comment, "by")} AS author,
  {db.instant_of(comment, "at")} AS written_at, {db.instant_of(comment, "edited_at")} AS edited_at,
  {db.text(comment, "text")} AS text, {db.listed(comment, "mentions")} AS mentions,
  {db.text("d.doc", "resolved_by")} AS resolved_by, {db.instant_of("d.doc", "resolved_at")} AS resolved_at
FROM (
  SELECT a.app_id, c.conversation_id, {_started(db)} AS started_at,
    t.thread_id, {db.document("t.body")} AS doc
  {EVALUATED} JOIN comment_threads t ON t.conversation = c.conversation
) d CROSS JOIN {db.each("d.doc", "comments", "m")}"""


def _notices(db: Functions) -> str:
    return f"""
SELECT a.app_id, c.conversation_id, {_started(db)} AS started_at,
  n.notice_id, n.kind, n.subject, p.email AS person, n.caused_by,
  {db.instant("n.made_at")} AS made_at, {db.instant("n.read_at")} AS read_at
{EVALUATED} JOIN notices n ON n.conversation = c.conversation JOIN users p ON n."user" = p."user"
"""


def _examples(db: Functions) -> str:
    return f"""
SELECT a.app_id, c.conversation_id, {_started(db)} AS started_at,
  x.example_id, x.form_id, x.metric_id, x.taxonomy_id, x.wanted, x.turn_id, x."by" AS kept_by, {db.instant('x."at"')} AS kept_at
{EVALUATED} JOIN form_examples x ON x.conversation = c.conversation AND x.says IS NULL
"""


def _corrections(db: Functions) -> str:
    return f"""
SELECT d.app_id, d.conversation_id, d.started_at, d.correction_id, d.kind, {db.text("d.doc", "before.id")} AS before,
  {db.text("d.doc", "after.id")} AS after, {db.text("d.doc", "reason")} AS reason,
  {db.text("d.doc", "by")} AS corrected_by, {db.instant_of("d.doc", "at")} AS corrected_at,
  {db.text("d.doc", "undone_by")} AS undone_by, {db.instant_of("d.doc", "undone_at")} AS undone_at
FROM (
  SELECT a.app_id, c.conversation_id, {_started(db)} AS started_at,
    x.correction_id, x.kind, {db.document("x.body")} AS doc
  {EVALUATED} JOIN corrections x ON x.conversation = c.conversation
) d"""


def _pins(db: Functions) -> str:
    collection = db.document("l.body")
    return f"""
SELECT a.app_id, c.conversation_id, {_started(db)} AS started_at,
  p.pin_id, l.collection_id, {db.text(collection, "name")} AS collection,
  {db.text(collection, "audience")} AS audience, p.turn_id, p.note, p.pinned_by, {db.instant("p.pinned_at")} AS pinned_at
{EVALUATED} JOIN pins p ON p.conversation = c.conversation AND p.removed_at IS NULL
  JOIN collections l ON l.collection = p.collection AND l.removed_at IS NULL
"""


def _collections(db: Functions) -> str:
    collection = db.document("l.body")
    return f"""
SELECT a.app_id, l.collection_id, {db.text(collection, "name")} AS name, {db.text(collection, "audience")} AS audience,
  {db.listed(collection, "agent_ids")} AS agent_ids,
  (SELECT count(*) FROM pins p WHERE p.collection = l.collection AND p.removed_at IS NULL) AS pins,
  {db.text(collection, "made_by")} AS made_by, {db.instant_of(collection, "made_at")} AS made_at
FROM collections l JOIN apps a ON a.app = l.app WHERE l.removed_at IS NULL
"""


def _absences(db: Functions) -> str:
    """A person is away in every app of the account; the note is for who may read users, and no column."""
    return f"""
SELECT a.app_id, b.absence_id, p.email AS person, b.since, b.until, b.made_by, {db.instant("b.made_at")} AS made_at
FROM absences b JOIN users p ON p."user" = b."user" JOIN apps a ON a.account_id = p.account_id
"""


def _agents(db: Functions) -> str:
    """A conversation counts once for each of its agents, whose name is that of the newest conversation."""
    agent = db.value("g")
    return f"""
SELECT n.app_id, n.agent_id, max(CASE WHEN n.age = 1 THEN n.agent_name END) AS agent_name,
  count(*) AS conversations, count(n.score) AS scored,
  avg(CAST(n.score AS double precision)) AS mean_score,
  sum(CASE WHEN n.passed THEN 1 ELSE 0 END) AS passed,
  sum(CASE WHEN n.fatal_errors > 0 THEN 1 ELSE 0 END) AS with_fatal_errors,
  sum(CASE WHEN n.audit_state = 'audited' THEN 1 ELSE 0 END) AS audited,
  avg(CAST(n.audit_score AS double precision)) AS mean_audit_score,
  min(n.started_at) AS first_at, max(n.started_at) AS last_at
FROM (
  SELECT v.*, o.agent_id, o.agent_name,
    row_number() OVER (
      PARTITION BY v.app_id, o.agent_id ORDER BY v.started_at DESC, v.conversation_id DESC
    ) AS age
  FROM v_conversations v
  JOIN (
    SELECT a.app_id, c.conversation_id, {db.text(agent, "id")} AS agent_id,
      coalesce(max({db.text(agent, "name")}), '') AS agent_name
    FROM conversations c JOIN apps a ON a.app = c.app CROSS JOIN {db.each(db.document(db.packed("c")), "agents", "g")}
    GROUP BY a.app_id, c.conversation_id, {db.text(agent, "id")}
  ) o ON o.app_id = v.app_id AND o.conversation_id = v.conversation_id
) n
GROUP BY n.app_id, n.agent_id"""
