"""Names of the keys of a form in the builder, and of their values: by ``thing.key`` where a key means several things."""

from collections.abc import Mapping

from auscult.server.console.language import later

IN_TEXT: Mapping[str, str] = {
    "$schema": "for editors",
    "form.id": "an id",
    "metric.id": "an id",
    "Section.id": "an id",
    "WeighedDuty.id": "an id",
    "Duty.id": "an id",
    "SubMetric.id": "an id",
    "metrics": "the tab Questions",
    "tags": "for readers",
    "vote": "a version of trained heads",
    "pattern": "a pattern",
    "Said.pattern": "a pattern",
    "Entry.any_of": "a nested condition",
    "Entry.all_of": "a nested condition",
    "Entry.none_of": "a nested condition",
    "Reason.reasons": "nested reasons",
}
"""Keys without a control, and the reason: the tab Text has them."""

LABELS: Mapping[str, str] = {
    "form.name": later("Name"),
    "channel": later("For"),
    "form.languages": later("Languages"),
    "scoring": later("Weights are"),
    "pass_score": later("Passes from"),
    "form.min_duration": later("Conversations of at least"),
    "form.not_applicable": later("N/A is"),
    "abstain_below": later("Unsure below"),
    "abstain": later("An unsure answer is"),
    "re_audit": later("Submitted audits may be changed"),
    "assignments": later("Which conversations"),
    "queue": later("Queue"),
    "assignment.direction": later("Direction"),
    "assignment.pass_score": later("Passes from, here"),
    "sections": later("Sections"),
    "Section.name": later("Name of the section"),
    "Section.weight": later("Its weights total"),
    "Section.pass_score": later("Passes from, in the section"),
    "required": later("Must be passed"),
    "bonus_cap": later("Bonus points at most"),
    "bands": later("Names for scores"),
    "Band.name": later("Name of the band"),
    "at_least": later("From a score of"),
    "description": later("Description"),
    "owner": later("Owner"),
    "valid_from": later("First day"),
    "segments": later("Each segment is scored by itself"),
    "handled_by": later("Segments handled by"),
    "form.comments": later("Comments on the conversation"),
    "metric.name": later("Name"),
    "question": later("Question"),
    "type": later("Answered by"),
    "metric.weight": later("Weight"),
    "section": later("Section"),
    "metric.negative_weight": later("A No also loses"),
    "fatal": later("A No fails the whole form"),
    "fails_section": later("A No fails the section"),
    "correct_answer": later("The right answer"),
    "bonus": later("Bonus: adds only"),
    "metric.not_applicable": later("N/A is, here"),
    "when": later("Only if another question is"),
    "metric": later("The question"),
    "is": later("is answered"),
    "scale": later("Scale"),
    "from": later("From"),
    "to": later("To"),
    "levels": later("Levels, worst first"),
    "choices": later("Choices"),
    "number": later("A number, by bands"),
    "WrittenLevel.name": later("Name of the answer"),
    "WrittenRange.name": later("Name of the band"),
    "share": later("Percent of the weight"),
    "met_at": later("Counts as Yes from"),
    "reasons": later("Reasons for a No"),
    "code": later("Code"),
    "Reason.name": later("Reason"),
    "reason_required": later("A No needs a reason"),
    "guidance": later("Guidance for auditors"),
    "metric.comments": later("Comments to choose from"),
    "answer": later("Yes when"),
    "trigger": later("Asked only once"),
    "excused_when": later("N/A instead of No when"),
    "excused_because": later("Because"),
    "not_when": later("N/A in any case when"),
    "when_silent": later("If that speaker says nothing"),
    "sub_weights": later("Shares of the weight"),
    "SubWeights.trigger": later("Percent for being asked"),
    "SubWeights.answer": later("Percent for the answer"),
    "languages": later("Languages of the words"),
    "speaker": later("Who speaks"),
    "window": later("In which part"),
    "first": later("In the first"),
    "last": later("In the last"),
    "after": later("Only after"),
    "direction": later("Only in direction"),
    "language": later("Only in language"),
    "any_of": later("Any of these"),
    "all_of": later("All of these"),
    "none_of": later("But not when"),
    "similar": later("says something like"),
    "threshold": later("Close enough from"),
    "phrases": later("says"),
    "wording": later("says, from a ready list"),
    "also": later("or says"),
    "never": later("but not"),
    "judge": later("A model judge finds that"),
    "graded.judge": later("Else a model judge decides"),
    "event": later("Next to an event"),
    "not_negated": later("Denied words do not count"),
    "measure": later("Measured is"),
    "by_speech.min_duration": later("Counted from a length of"),
    "by_speech.max_duration": later("None longer than"),
    "max_instances": later("At most this many"),
    "count": later("Counted are those of"),
    "min_words_per_minute": later("Words a minute, at least"),
    "max_words_per_minute": later("Words a minute, at most"),
    "by_speech.speaker": later("Whose pace"),
    "said": later("The value that is said"),
    "kind": later("Kind of value"),
    "Said.name": later("Called"),
    "near": later("Near the words"),
    "source": later("Compared with"),
    "custom_field": later("Custom field"),
    "table": later("A table"),
    "Table.name": later("Name of the table"),
    "key_column": later("Column of the key"),
    "column": later("Column of the value"),
    "key": later("Found by"),
    "field": later("Field of the conversation"),
    "Key.said": later("A value that is said"),
    "which": later("Which one"),
    "request": later("A request"),
    "url": later("Address"),
    "Request.path": later("Path in the answer"),
    "method": later("Method"),
    "headers": later("Headers"),
    "Header.name": later("Header"),
    "Header.value": later("Value"),
    "body": later("Body"),
    "rule": later("Which value counts"),
    "custom_rule": later("The one that"),
    "tolerance": later("May be off by"),
    "when_not_said": later("If it is not said"),
    "insight": later("The insight"),
    "playbook": later("Playbook"),
    "min_adherence": later("Percent of its steps, at least"),
    "steps": later("Steps that must be done"),
    "step": later("Step"),
    "stage": later("Stage"),
    "when_not_run": later("If it was not run"),
    "dialog": later("Dialog task"),
    "otherwise": later("Otherwise"),
    "rules": later("Rules, the first that holds"),
    "level": later("The answer"),
    "found": later("when"),
    "Judged.question": later("It is asked"),
    "Judged.levels": later("What the answers mean"),
    "means": later("Means"),
    "parts": later("What is owed"),
    "WeighedDuty.name": later("Name of the part"),
    "Duty.name": later("Name of the part"),
    "before": later("Said before"),
    "Duty.after": later("Said after"),
    "WeighedDuty.after": later("Said after"),
    "max_duration": later("At most"),
    "WeighedDuty.weight": later("Percent of the weight"),
    "instances": later("Met at"),
    "evaluation": later("Evaluation"),
    "sub_metrics": later("Its questions"),
    "SubMetric.weight": later("Percent of the weight"),
    "SubMetric.name": later("Name of the question"),
    "SubMetric.negative_weight": later("Percent that a No loses"),
    "meta": later("Custom fields sent along"),
    "MetaField.name": later("Sent as"),
}
"""Label of each key that has a control."""

VALUES: Mapping[str, str] = {
    "true": later("yes"),
    "false": later("no"),
    "voice": later("voice"),
    "chat": later("chat"),
    "percentage": later("percent, 100 in all"),
    "points": later("points"),
    "exclude": later("left out of the score"),
    "award": later("counted as met"),
    "na": later("N/A"),
    "audit": later("left to a person"),
    "yes": later("Yes"),
    "no": later("No"),
    "YES": later("Yes"),
    "NO": later("No"),
    "NA": later("N/A"),
    "inbound": later("inbound"),
    "outbound": later("outbound"),
    "both": later("both"),
    "agent": later("the agent"),
    "customer": later("the customer"),
    "bot": later("a bot"),
    "any": later("anyone"),
    "trigger": later("it was asked"),
    "cross_talk": later("talking over each other"),
    "dead_air": later("silence"),
    "speaking_rate": later("pace"),
    "resolution": later("resolution"),
    "escalation": later("escalation"),
    "churn_risk": later("risk of leaving"),
    "first": later("the first"),
    "last": later("the last"),
    "every": later("every one"),
    "negotiated": later("the one agreed on"),
    "strict": later("all of them"),
    "custom": later("one in words"),
    "text": later("text"),
    "number": later("a number"),
    "amount": later("an amount"),
    "percentage_value": later("a percentage"),
    "date": later("a date"),
    "digits": later("digits"),
    "phone": later("a telephone number"),
    "email": later("an e-mail address"),
    "id": later("its id"),
    "custom_id": later("your id of it"),
    "customer_id": later("the id of the customer"),
    "GET": "GET",
    "POST": "POST",
}
"""Words of values that are chosen."""

TYPES: Mapping[str, str] = {
    "by_question": later("the machine, from what is said"),
    "by_speech": later("measured speech"),
    "by_value": later("the machine, from a value that is said"),
    "by_insight": later("an insight"),
    "by_playbook": later("a playbook"),
    "by_dialog": later("a dialog task"),
    "graded": later("the machine, by degrees"),
    "hold": later("what is said around a hold"),
    "transfer": later("what is said around a transfer"),
    "by_ai_agent": later("an AI agent"),
    "manual": later("a person"),
}
"""Words of the types of metrics; a plug-in's has its own name."""

GRADES: Mapping[str, str] = {
    "": later("Yes or No"),
    "scale": later("Scale"),
    "levels": later("Levels, named"),
    "choices": later("Choices"),
    "number": later("A number"),
}
"""Kinds of answers."""

LONG = frozenset({"guidance", "description", "body", "judge", "means", "custom_rule"})
"""Keys with room for several lines."""

MULTIPLE = ("YES", "NO", "NA", "YES,NA", "NO,NA", "YES,NO")
"""Answers that a condition can name."""

_FORMS = "reference/forms"
_QUESTIONS = "reference/metrics/by_question"
HELP: Mapping[str, tuple[str, str]] = {
    "scoring": (
        later(
            "Percent weights total exactly 100. Points may total anything, and only they take questions for a person."
        ),
        f"{_FORMS}#h-weights",
    ),
    "form.not_applicable": (
        later("Left out, a question that does not apply changes nothing. Counted as met, it earns its whole weight."),
        f"{_FORMS}#h-weights",
    ),
    "abstain_below": (
        later(
            "Write a share such as 0.8: under it the machine does not answer. Answers without a confidence are not affected."
        ),
        f"{_FORMS}#h-keys-of-a-form",
    ),
    "abstain": (
        later("N/A leaves the question out. Left to a person, it waits for an audit, and plans count it as unsure."),
        f"{_FORMS}#h-keys-of-a-form",
    ),
    "re_audit": (
        later("Answers of an audit that is submitted can then be changed. The trail keeps the old answer and the new."),
        f"{_FORMS}#h-keys-of-a-form",
    ),
    "assignments": (
        later(
            "A form that names the queue precedes one for every queue. Two forms may not have the same queue and direction."
        ),
        f"{_FORMS}#h-assignments",
    ),
    "form.min_duration": (
        later("Shorter conversations are listed and not scored. Write 15s or 1m 30s; a bare number is seconds."),
        f"{_FORMS}#h-durations",
    ),
    "bonus_cap": (
        later("Bonus questions together add at most this much. The score is never above 100."),
        f"{_FORMS}#h-bonus-points",
    ),
    "valid_from": (
        later(
            "Conversations from this day on (UTC) are scored with this version. The version before has those of before."
        ),
        f"{_FORMS}#h-keys-of-a-form",
    ),
    "segments": (
        later(
            "A conversation that several agents or a bot handled is scored in parts. Each part has its own score and audit."
        ),
        f"{_FORMS}#h-segments",
    ),
    "handled_by": (
        later("Only parts that a person, or a bot, handled are scored. So two forms can share a queue."),
        f"{_FORMS}#h-segments",
    ),
    "metric.negative_weight": (
        later("A wrong answer loses the weight and this much more. Write it without a sign."),
        f"{_FORMS}#h-weights",
    ),
    "fatal": (
        later(
            "A wrong answer makes the whole score 0 and fails the conversation. Without an answer the result stays open."
        ),
        f"{_FORMS}#h-keys-of-every-metric",
    ),
    "fails_section": (
        later("A wrong answer takes what its section gained. The other sections keep theirs."),
        f"{_FORMS}#h-sections",
    ),
    "bonus": (
        later("Its weight is added and cannot be missed. It is not among the weights that total 100."),
        f"{_FORMS}#h-bonus-points",
    ),
    "when": (
        later("It is asked only where another question has the answer that you choose. Otherwise it is N/A."),
        f"{_FORMS}#h-conditions",
    ),
    "met_at": (
        later("This answer and better ones count as Yes in reports. Without it only the best one does."),
        f"{_FORMS}#h-graded-answers",
    ),
    "trigger": (
        later("The question arises only where this is found. Where it is not, the answer is N/A."),
        f"{_QUESTIONS}#h-evaluation-order",
    ),
    "excused_when": (
        later("Where the answer is No and this is found, it is N/A instead. A Yes stays."),
        f"{_QUESTIONS}#h-evaluation-order",
    ),
    "not_when": (
        later("Where this is found the answer is N/A, whatever else was said. It is checked before anything else."),
        f"{_QUESTIONS}#h-evaluation-order",
    ),
    "threshold": (
        later(
            "How alike a sentence must be to one of yours: 0.55 is usual. Higher finds less and is wrong less often."
        ),
        f"{_QUESTIONS}#h-settings",
    ),
    "similar": (
        later(
            "Sentences that mean about the same are found, too. Names and numbers go in brackets, such as [company]."
        ),
        f"{_QUESTIONS}#h-settings",
    ),
}
"""Two sentences on each key that is not plain, and the page of the documentation that has more."""


def help_of(thing: str, key: str) -> tuple[str, str]:
    """Return the two sentences on a key in English, and their page; empty for a plain one."""
    return HELP.get(f"{thing}.{key}") or HELP.get(key) or ("", "")


def reason_in_text(thing: str, key: str) -> str | None:
    """Return why a key has no control and stays in the text; None for one with a control."""
    own = f"{thing}.{key}"
    return IN_TEXT.get(own) or (None if own in LABELS else IN_TEXT.get(key))


def label_in_builder(thing: str, key: str) -> str | None:
    """Return the English label of a key's control; None for one that no table names, as a plug-in's."""
    return LABELS.get(f"{thing}.{key}") or LABELS.get(key)
