"""Meanings of the keys of each type of question, and of what is searched in words."""

from collections.abc import Mapping

from auscult.language import later

_QUESTIONS = "reference/metrics/by_question"
_FINDINGS = "reference/metrics/findings"
_SPEECH = "reference/metrics/by_speech"
_VALUES = "reference/metrics/by_value"
_TOOLS = "reference/metrics/by_claim#h-rules-of-tools"
_PLAYBOOKS = "reference/metrics/by_playbook"
_GRADED = "reference/metrics/graded"
_HOLDS = "reference/metrics/hold"
_AGENTS = "reference/metrics/by_ai_agent"
MEANINGS: Mapping[str, tuple[str, str]] = {
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
    "answer": (
        later(
            "The answer is Yes where this is found, and No where it is not. Give several ways to say it, as people have."
        ),
        f"{_QUESTIONS}#h-settings",
    ),
    "sub_weights": (
        later(
            "Being asked and being answered earn a percent of the weight each. Use it where the agent owes both, as reading terms and having them accepted."
        ),
        f"{_QUESTIONS}#h-trigger-scoring",
    ),
    "SubWeights.trigger": (
        later("The agent earns this percent by saying what the question waits for. Both percents together are 100."),
        f"{_QUESTIONS}#h-trigger-scoring",
    ),
    "SubWeights.answer": (
        later("This percent is earned if the answer follows. Both percents together are 100."),
        f"{_QUESTIONS}#h-trigger-scoring",
    ),
    "excused_because": (
        later(
            "The result gives this as the reason for the N/A. Write it for the agent who reads it, such as: no problem was reported."
        ),
        f"{_QUESTIONS}#h-settings",
    ),
    "when_silent": (
        later(
            "It decides what holds if the side whose words count says nothing at all. Choose No where silence itself is the fault."
        ),
        f"{_QUESTIONS}#h-evaluation-order",
    ),
    "languages": (
        later(
            "Name the languages that its words are in, and a form for another language is refused. Empty takes those of the form."
        ),
        f"{_QUESTIONS}#h-settings",
    ),
    "speaker": (
        later(
            "Only what this side says is searched. Without a choice it is the agent in an answer, and the customer elsewhere."
        ),
        f"{_FINDINGS}#h-searches",
    ),
    "window": (
        later(
            "Only the beginning or the end of the conversation is searched. Use it for greetings, goodbyes and what has to come early."
        ),
        f"{_FINDINGS}#h-windows",
    ),
    "Window.first": (
        later(
            "Write turns, messages or a time, such as 2 turns, 5 messages or 60 seconds. Turns are those of the speaker, messages those of everyone."
        ),
        f"{_FINDINGS}#h-windows",
    ),
    "Window.last": (
        later("Write turns, messages or a time, such as 3 turns or 1m 30s. They are counted back from the end."),
        f"{_FINDINGS}#h-windows",
    ),
    "after": (
        later(
            "Only turns after those that raised the question are searched. Use it where words count only as a reply."
        ),
        f"{_FINDINGS}#h-searches",
    ),
    "direction": (
        later(
            "In conversations of the other direction it is never found. Use it where calls that you make need other words than calls that you take."
        ),
        f"{_FINDINGS}#h-searches",
    ),
    "language": (
        later(
            "In conversations of another language it is never found. Use it where one form has words in several languages."
        ),
        f"{_FINDINGS}#h-searches",
    ),
    "any_of": (
        later("One of these is enough. List the different ways to say the same."),
        f"{_FINDINGS}#h-searches",
    ),
    "all_of": (
        later("Each of these has to hold. Use it where one sign alone proves too little."),
        f"{_FINDINGS}#h-searches",
    ),
    "none_of": (
        later(
            "Where one of these holds, nothing counts as found. Use it against words that look right and mean something else."
        ),
        f"{_FINDINGS}#h-searches",
    ),
    "phrases": (
        later(
            "These words are found as they stand, whatever the case and punctuation. A name in brackets, such as [company], is any one to four words."
        ),
        f"{_FINDINGS}#h-phrases",
    ),
    "wording": (
        later(
            "A ready list has the many ways to say one thing. A published form keeps its version of the list until you publish again."
        ),
        f"{_FINDINGS}#h-wording",
    ),
    "also": (
        later("These words count in addition to the ready list. Use it for what is said only at your company."),
        f"{_FINDINGS}#h-wording",
    ),
    "never": (
        later(
            "Where one of these is in the same turn, the ready list does not count. Use it against what is found wrongly."
        ),
        f"{_FINDINGS}#h-wording",
    ),
    "judge": (
        later(
            "A language model reads the conversation and decides whether this sentence holds. Use it where no list of words is enough, as each call takes time and money."
        ),
        f"{_FINDINGS}#h-judge",
    ),
    "uses": (
        later(
            "The judge then sees what an AI agent was given and which tools it called. Use it for a question that the words alone do not answer, as each part makes the call dearer."
        ),
        f"{_FINDINGS}#h-judge",
    ),
    "event": (
        later(
            "It is found where an event of this kind, such as hold, begins during the turn or right after it. Use it where your system reports what words do not say."
        ),
        f"{_FINDINGS}#h-event",
    ),
    "not_negated": (
        later(
            "With it, no chest pain does not count as chest pain. Turn it off for words that are themselves a denial, such as not recorded."
        ),
        f"{_FINDINGS}#h-negation",
    ),
    "measure": (
        later(
            "Silence, pace or talking over each other is measured from the times of speech, whatever the words. A form has each of them once at most."
        ),
        f"{_SPEECH}#h-definitions",
    ),
    "by_speech.min_duration": (
        later("Shorter ones are not counted. Usual are 2s for talking over each other and 30s for silence."),
        f"{_SPEECH}#h-settings",
    ),
    "by_speech.max_duration": (
        later("One silence longer than this makes the answer No, however few there are. Empty sets no such limit."),
        f"{_SPEECH}#h-settings",
    ),
    "max_instances": (
        later("With more than this number the answer is No. At 0 a single one is too many."),
        f"{_SPEECH}#h-settings",
    ),
    "count": (
        later("Both counts each time that two talk at once. The agent counts only the times that the agent broke in."),
        f"{_SPEECH}#h-settings",
    ),
    "min_words_per_minute": (
        later("A slower pace makes the answer No. Empty sets no lower limit."),
        f"{_SPEECH}#h-settings",
    ),
    "max_words_per_minute": (
        later("A faster pace makes the answer No. Empty sets no upper limit."),
        f"{_SPEECH}#h-settings",
    ),
    "by_speech.speaker": (
        later("The pace of this side is measured. Choose the customer to see who is pressed for time."),
        f"{_SPEECH}#h-settings",
    ),
    "said": (
        later(
            "This value is found in what is said and compared with the right one. Use it for fees, rates, dates and numbers that have to be right."
        ),
        f"{_VALUES}#h-the-value",
    ),
    "Said.kind": (
        later(
            "Values of this kind are found in digits and in words, such as $25.50 or twenty dollars. Text needs a pattern or a judge."
        ),
        f"{_VALUES}#h-the-value",
    ),
    "Said.name": (
        later("Results show the value under this name. It changes nothing about what is found."),
        f"{_VALUES}#h-the-value",
    ),
    "near": (
        later(
            "Only turns with one of these words are searched. Use it where a call has several amounts, such as a fee and a balance."
        ),
        f"{_VALUES}#h-the-value",
    ),
    "Said.judge": (
        later(
            "A language model finds the value by this description. Use it where neither the kind nor the words around it say which one is meant."
        ),
        f"{_VALUES}#h-the-value",
    ),
    "source": (
        later(
            "What was said is right if it equals this. Take a custom field, a table of yours, or a system that the operator allows."
        ),
        f"{_VALUES}#h-the-source",
    ),
    "custom_field": (
        later(
            "It is a custom field that came with the conversation, by its name. Without that field the answer is N/A."
        ),
        f"{_VALUES}#h-the-source",
    ),
    "table": (
        later(
            "The right value is looked up in a table of the app, such as a price list. Use it where the value depends on another, such as the plan of the customer."
        ),
        f"{_VALUES}#h-the-source",
    ),
    "key_column": (
        later("The row is found by the value in this column. Choose the column that has what Found by gives."),
        f"{_VALUES}#h-the-source",
    ),
    "column": (
        later("The right value is in this column of the row. Without such a row the answer is N/A."),
        f"{_VALUES}#h-the-source",
    ),
    "key": (
        later(
            "It is what the right value is looked up by: a field of the conversation, or a value that is said. Without it the answer is N/A."
        ),
        f"{_VALUES}#h-the-source",
    ),
    "field": (
        later(
            "The value is looked up by an id of the conversation or of its customer. Take your own id where your systems know the conversation by it."
        ),
        f"{_VALUES}#h-the-source",
    ),
    "Key.said": (
        later(
            "The value is looked up by another that is said, such as an account number. If it was not said, the answer is N/A."
        ),
        f"{_VALUES}#h-the-source",
    ),
    "which": (
        later(
            "Where such a value is said more than once, this one counts. The last is usual, as people correct themselves."
        ),
        f"{_VALUES}#h-the-source",
    ),
    "request": (
        later("The right value is requested from another system over the network. The operator has to allow its host."),
        f"{_VALUES}#h-requests",
    ),
    "Request.url": (
        later("Write {key} where the key belongs. The operator has to allow the host."),
        f"{_VALUES}#h-requests",
    ),
    "Request.path": (
        later(
            "It says where in the reply the value is, such as data.balance. A number in brackets takes one of a list, as in loans[0].rate."
        ),
        f"{_VALUES}#h-requests",
    ),
    "method": (
        later("GET is usual. Take POST where the system needs a body."),
        f"{_VALUES}#h-requests",
    ),
    "headers": (
        later(
            "They are sent with the request, such as Accept. Secrets belong in the operator's file of hosts and never in a form."
        ),
        f"{_VALUES}#h-requests",
    ),
    "body": (
        later("It is sent with POST. Write {key} where the key belongs."),
        f"{_VALUES}#h-requests",
    ),
    "rule": (
        later(
            "Where several such values are said, this decides which has to be right. The last one is usual, and all of them is the strictest."
        ),
        f"{_VALUES}#h-which-value-counts",
    ),
    "custom_rule": (
        later(
            "A judge picks the value by this sentence. Write it so that only one value fits, such as: the fee after the discount."
        ),
        f"{_VALUES}#h-which-value-counts",
    ),
    "tolerance": (
        later("Numbers that differ by this or less are right. Use it for rounding, such as 0.01 for a cent."),
        f"{_VALUES}#h-settings",
    ),
    "when_not_said": (
        later("It is the answer if no such value is said. Choose N/A where the agent does not have to name it."),
        f"{_VALUES}#h-missing-values",
    ),
    "insight": (
        later(
            "The answer is what the analysis of the conversation found. So reports never show two answers to one question."
        ),
        "reference/metrics/by_insight",
    ),
    "playbook": (
        later(
            "Write the id or the name of the playbook that guides the agent. Conversations without data on playbooks are N/A."
        ),
        f"{_PLAYBOOKS}#h-settings",
    ),
    "min_adherence": (
        later(
            "The answer is Yes from this percent of completed steps on. Use it where the whole matters more than single steps."
        ),
        f"{_PLAYBOOKS}#h-settings",
    ),
    "steps": (
        later("Each of these steps has to be done. Use it where some steps must never be left out."),
        f"{_PLAYBOOKS}#h-settings",
    ),
    "step": (
        later(
            "Write the id or the name of the step. Where several stages have a step of this name, name the stage too."
        ),
        f"{_PLAYBOOKS}#h-settings",
    ),
    "stage": (
        later("Only the step of this stage counts. Leave it empty where the name of the step is unique."),
        f"{_PLAYBOOKS}#h-settings",
    ),
    "when_not_run": (
        later("It is the answer if the playbook was not run. Choose No where the agent has to run it."),
        f"{_PLAYBOOKS}#h-semantics",
    ),
    "dialog": (
        later(
            "Write the id or the name of the task that the assistant does for the agent. Conversations without data on tasks are N/A."
        ),
        "reference/metrics/by_dialog#h-settings",
    ),
    "by_dialog.window": (
        later("The task has to be run in this part. Without one the whole conversation counts."),
        "reference/metrics/by_dialog#h-settings",
    ),
    "by_claim.check": (
        later("It is what the agent's words are compared with its calls for. A No names the sentence and the call."),
        "reference/metrics/by_claim",
    ),
    "by_grounding.check": (
        later("It is what figures and values are looked up for. A No names the sentence and what was looked through."),
        "reference/metrics/by_grounding",
    ),
    "by_claim.rules": (
        later("They belong to the check of rules of tools. What a tool of the conversation declares is checked too."),
        _TOOLS,
    ),
    "ToolRule.tool": (
        later("The rule is for calls of the tool with this name. Calls of other tools are not looked at."),
        _TOOLS,
    ),
    "ToolRule.needs": (
        later("A call without one of these arguments breaks the rule. Parts of a name are joined by points."),
        _TOOLS,
    ),
    "ToolRule.after": (
        later("A call breaks the rule if one of these tools has not succeeded before. Failed calls do not count."),
        _TOOLS,
    ),
    "ToolRule.confirm": (
        later("The customer has to say yes to a question before the call. A wish is no yes."),
        _TOOLS,
    ),
    "otherwise": (
        later("It is the answer if no rule holds. The worst one is usual, so that better ones need proof."),
        f"{_GRADED}#h-settings",
    ),
    "rules": (
        later("They are tried from the top, and the first that holds gives the answer. Put the best answer first."),
        f"{_GRADED}#h-settings",
    ),
    "graded.judge": (
        later(
            "If no rule holds, a language model chooses the answer and quotes the words that prove it. Use it where no list of words is enough."
        ),
        f"{_GRADED}#h-a-judge-chooses",
    ),
    "level": (
        later("It is one of the answers of the question. It earns its own percent of the weight."),
        f"{_GRADED}#h-settings",
    ),
    "found": (
        later(
            "The rule holds if this is found in the conversation. Without a choice of speaker the agent's words are searched."
        ),
        f"{_GRADED}#h-settings",
    ),
    "Judged.question": (
        later("The judge is asked this about the conversation. Ask about one thing that words can prove."),
        f"{_GRADED}#h-a-judge-chooses",
    ),
    "Judged.levels": (
        later(
            "Each answer has a sentence that says when it is right. The clearer they differ, the steadier the judge."
        ),
        f"{_GRADED}#h-a-judge-chooses",
    ),
    "Judged.speaker": (
        later("The judge may prove its answer with words of this side only. The agent is usual."),
        f"{_GRADED}#h-a-judge-chooses",
    ),
    "means": (
        later("The judge chooses the answer where this holds. Write what the agent says or does."),
        f"{_GRADED}#h-a-judge-chooses",
    ),
    "parts": (
        later("Each part is something that the agent owes before or after. The answer is Yes if every part is met."),
        f"{_HOLDS}#h-parts",
    ),
    "instances": (
        later("It says whether each hold or transfer has to be right, or one is enough. Every one is usual."),
        f"{_HOLDS}#h-settings",
    ),
    "before": (
        later(
            "The agent has to say this before it. Without a part of the conversation, the last turn before it is searched."
        ),
        f"{_HOLDS}#h-parts",
    ),
    "Duty.after": (
        later(
            "The agent has to say this after it. Without a part of the conversation, the 10 seconds after it are searched."
        ),
        f"{_HOLDS}#h-parts",
    ),
    "WeighedDuty.after": (
        later(
            "The agent has to say this after it. Without a part of the conversation, the 10 seconds after it are searched."
        ),
        f"{_HOLDS}#h-parts",
    ),
    "max_duration": (
        later("A longer hold does not meet this part. Write it as 30s or 2m."),
        f"{_HOLDS}#h-parts",
    ),
    "WeighedDuty.weight": (
        later(
            "The part earns this percent of the weight, and all parts together 100. Without percents the question is met as a whole or not at all."
        ),
        f"{_HOLDS}#h-weights",
    ),
    "by_ai_agent.url": (
        later("The conversation is sent to your agent at this address. The operator has to allow its host."),
        f"{_AGENTS}#h-settings",
    ),
    "evaluation": (
        later("Your agent knows the question by this id. Ask its developers for it."),
        f"{_AGENTS}#h-settings",
    ),
    "sub_metrics": (
        later(
            "Your agent answers each of these by itself, in one request. Use several where one answer would hide what was wrong."
        ),
        f"{_AGENTS}#h-settings",
    ),
    "SubMetric.id": (
        later("Your agent knows this part by the id. Ask its developers for it."),
        f"{_AGENTS}#h-settings",
    ),
    "SubMetric.weight": (
        later("A right answer earns this percent of the weight. All of them together are 100."),
        f"{_AGENTS}#h-settings",
    ),
    "SubMetric.negative_weight": (
        later(
            "A wrong answer loses this percent of what the question can lose. Empty takes the percent of the weight."
        ),
        f"{_AGENTS}#h-settings",
    ),
    "meta": (
        later("These custom fields of the conversation are sent along. Send no more than your agent needs."),
        f"{_AGENTS}#h-what-the-agent-is-sent",
    ),
    "MetaField.custom_field": (
        later("Your agent gets this custom field. It is used for the request and not stored with the result."),
        f"{_AGENTS}#h-what-the-agent-is-sent",
    ),
    "MetaField.name": (
        later("Your agent gets the field under this name. Use the one that its developers expect."),
        f"{_AGENTS}#h-what-the-agent-is-sent",
    ),
    "by_ai_agent.languages": (
        later(
            "Name the languages that your agent reads, and a form for another language is refused. Empty takes those of the form."
        ),
        f"{_AGENTS}#h-settings",
    ),
}
