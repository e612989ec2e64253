"""Meanings of the keys of a form, its sections, and every question."""

from collections.abc import Mapping

from auscult.language import later

_FORMS = "reference/forms"
MEANINGS: Mapping[str, tuple[str, str]] = {
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
        later("Only parts that a person, or an AI agent, handled are scored. So two forms can share a queue."),
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
    "pass_score": (
        later("A conversation whose score is at least this passes. The score itself stays the same."),
        f"{_FORMS}#h-keys-of-a-form",
    ),
    "assignment.pass_score": (
        later("In this queue it replaces what the form says. Empty keeps that."),
        f"{_FORMS}#h-assignments",
    ),
    "form.languages": (
        later("The words of the form are in these languages. Conversations in others are not scored with it."),
        f"{_FORMS}#h-keys-of-a-form",
    ),
    "bands": (
        later(
            "Scores from a number on get a name, such as Gold from 90, which is shown with the score. Use it where people speak of levels rather than of numbers."
        ),
        f"{_FORMS}#h-keys-of-a-form",
    ),
    "Band.at_least": (
        later("The name holds from this score up to the next band. A score below all bands has no name."),
        f"{_FORMS}#h-keys-of-a-form",
    ),
    "comments": (
        later(
            "Auditors pick these sentences when they comment, and can change them. Offer what you would otherwise read in ten wordings."
        ),
        f"{_FORMS}#h-keys-of-every-metric",
    ),
    "assignment.queue": (
        later("The form scores conversations of this queue. It precedes a form for every queue."),
        f"{_FORMS}#h-assignments",
    ),
    "assignment.direction": (
        later(
            "The form scores conversations in this direction. Take both, unless calls that you make have a form of their own."
        ),
        f"{_FORMS}#h-assignments",
    ),
    "Section.weight": (
        later(
            "The weights of its questions have to total this number. Set it to be warned when a change moves weight between sections."
        ),
        f"{_FORMS}#h-sections",
    ),
    "Section.pass_score": (
        later("The section passes from this subtotal on. It changes the result only where the section must be passed."),
        f"{_FORMS}#h-sections",
    ),
    "Section.required": (
        later(
            "The conversation fails if this section does, and its score stays. Use it for duties that nothing else can make up for."
        ),
        f"{_FORMS}#h-sections",
    ),
    "metric.type": (
        later(
            "It says who answers: the machine from words or measured speech, another system, or a person. Take a person where words cannot decide."
        ),
        "reference/metrics/README",
    ),
    "metric.answers": (
        later("Yes or No suits most questions. The others give part of the weight for part of the work."),
        f"{_FORMS}#h-graded-answers",
    ),
    "scale": (
        later(
            "Answers are whole numbers, and each step is worth the same. Take levels where steps differ in worth or need names."
        ),
        f"{_FORMS}#h-graded-answers",
    ),
    "levels": (
        later(
            "Each answer has a name and its percent of the weight, from the worst to the best. Take them where partly right has a meaning of its own."
        ),
        f"{_FORMS}#h-graded-answers",
    ),
    "choices": (
        later(
            "Each answer has a name and its percent of the weight, in any order. Take them where answers are kinds rather than steps."
        ),
        f"{_FORMS}#h-graded-answers",
    ),
    "number": (
        later(
            "The answer is a number, and the highest band that it reaches says what it earns. Use it for what is counted or timed."
        ),
        f"{_FORMS}#h-graded-answers",
    ),
    "share": (
        later("The answer earns this percent of the weight of its question. One answer has to earn 100."),
        f"{_FORMS}#h-graded-answers",
    ),
    "WrittenRange.from": (
        later(
            "The band begins at this number and ends where the next one begins. Begin the lowest at the smallest number that can occur."
        ),
        f"{_FORMS}#h-graded-answers",
    ),
    "correct_answer": (
        later(
            "This answer earns the weight, and the other one is the mistake. Choose No for questions about what must not happen."
        ),
        f"{_FORMS}#h-keys-of-every-metric",
    ),
    "section": (
        later(
            "Its weight counts in the subtotal of this section. The score of the form is the same with and without sections."
        ),
        f"{_FORMS}#h-sections",
    ),
    "metric.not_applicable": (
        later("For this question it replaces what the form says about N/A. Empty follows the form."),
        f"{_FORMS}#h-keys-of-every-metric",
    ),
    "reasons": (
        later(
            "An auditor who answers No picks one of these reasons. They are counted, so that you know what to coach."
        ),
        f"{_FORMS}#h-keys-of-every-metric",
    ),
    "Reason.code": (
        later(
            "Reports and exports name the reason by this code. Keep it when you reword the reason, so that its count goes on."
        ),
        f"{_FORMS}#h-keys-of-every-metric",
    ),
    "reason_required": (
        later("A No cannot be submitted without one of the reasons. Ask for it where coaching depends on the reason."),
        f"{_FORMS}#h-keys-of-every-metric",
    ),
    "guidance": (
        later(
            "Auditors read it at the question while they judge. Write what decides in doubt, with an example for each answer."
        ),
        f"{_FORMS}#h-keys-of-every-metric",
    ),
    "is": (
        later(
            "The question is asked after these answers, and is N/A after others. Include N/A where it is asked even if the other does not apply."
        ),
        f"{_FORMS}#h-conditions",
    ),
}
