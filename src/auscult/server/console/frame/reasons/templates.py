"""The templates of the engine's reasons, by group: its English sentences, with a slot for each part that varies.

The engine writes its reasons in English, and they are stored so. Each template is a text of the catalogue: a new
reason is added here in the engine's exact words, and translated there. ``slots.py`` defines the content of each slot.
The slot ``before`` has a text of its template's own group. A template with a literal 1, as ``{n} of 1 steps done``,
exists for languages that need another form there.
"""

from auscult.language import later

_ENDINGS = (
    later("{before}; nearest: {whys}"),
    later("{before}; the judge says that it does not apply: {judged}"),
    later("{before}; the judge says no: {judged}"),
)
"""Additions to the reason of a search that found nothing."""

_INSTANCES = (
    later("hold"),
    later("hold at {ms} ms"),
    later("hold {n} of {m}"),
    later("hold {n} of {m} at {ms} ms"),
    later("transfer"),
    later("transfer at {ms} ms"),
    later("transfer {n} of {m}"),
    later("transfer {n} of {m} at {ms} ms"),
)

_SEARCHES = (
    later("not found in {place}"),
    later("not found in {place}, and excused, because {because}"),
    later("no trigger in {place}"),
    later("ruled out, because {because}"),
    later("ruled out: not_when is found"),
    later("there is no trigger that it could belong to"),
    later("nobody speaks"),
    later("nobody speaks but a system"),
    later("{who} never speaks"),
    later("no times are known of {whose} turns, and {place} were asked for"),
    later("the recording is of one channel and does not show who speaks"),
    later("words alone say {answer}; the dialogue acts of the conversation outweigh them"),
    later("no turn of the agent's shows empathy"),
    later("the customer asks for no one else"),
    later("the customer reports no problem"),
    later("level {name}"),
    later("level {name}: no rule holds in {place}"),
    later("level {name}; the judge: {judged}"),
    later("the judge says that it does not apply: {judged}"),
)

_CIRCUMSTANCES = (
    later("the language of the conversation is unknown"),
    later("no usable answer: {fault}"),
    later("no usable answer: a trial asks no judge and no other system"),
    later("unknown level {name} of {metric}; available: {words}"),
    later("waits for an auditor"),
    later("waits for the answer to {metric}"),
    later("asked only where {metric} is {answers}; it is {answer}"),
    later("the machine abstains: {answer} with a confidence of {n}, below {m}"),
)

_VALUES = (
    later("the conversation has no custom field {name}"),
    later("the conversation has no custom field {name} to look it up by"),
    later("the conversation has no {name} to look it up by"),
    later("the {name} to look it up by is not said in {place}"),
    later("{name}: no row has {value} as {column}"),
    later("{name}: {n} rows have {value} as {column}"),
    later("{name}: the row of {value} has no {column}"),
    later("{name} knows nothing of it ({n})"),
    later("{name} has nothing at {path}"),
    later("the source says '{value}', which is no {kind}"),
    later("no times are known, and {place} were asked for; the source says {value}"),
    later("no value is agreed on; the source says {value}"),
    later("no {name} is said in {place}; the source says {value}"),
    later("the {name} is redacted on one side and not on the other, so that nothing compares them"),
    later("says {words} where the source says {value}"),
    later("says {words} where the source says a value that differs"),
)

_PACE = (
    later("{rate} words a minute: {n} words in {s} s of talk"),
    later("{rate} words a minute: 1 words in {s} s of talk"),
)

_SPEECH = (
    *_PACE,
    later("{before}; asked for: at least {low}"),
    later("{before}; asked for: at most {high}"),
    later("{before}; asked for: at least {low} and at most {high}"),
    later("no times are known of what {who} says"),
    later("{who} says no words"),
    later("fewer than two turns have times"),
    later("a silence of {s} s; more than {most} s is never allowed"),
    later("{n} × silence of {s} s or more; allowed: {m}"),  # noqa: RUF001 the engine's sign
    later("{n} × cross talk of {s} s or more; allowed: {m}"),  # noqa: RUF001
    later("{n} × agent coming in for {s} s or more; allowed: {m}"),  # noqa: RUF001
    later("{before} (by the sound of the recording)"),
    later("{before} ({n} of {m} turns have no times and are left out)"),
    later("{before} ({n} of 1 turns have no times and are left out)"),
)

_RUNS = (
    later("no playbook is reported"),
    later("the playbook {name} was not run"),
    later("not done: {steps}"),
    later("not reported: {steps}"),
    later("no step of it is reported"),
    later("{n} of {m} steps done"),
    later("{n} of 1 steps done"),
    later("{n} percent of the steps done, as the assistant counts"),
    later("{before}; asked for: at least {least} percent"),
    later("no dialog task is reported"),
    later("the dialog task {name} was not run"),
    later("the dialog task {name} was not run in the {span}"),
    later("it is not known when the dialog task {name} was run"),
    later("there is no hold"),
    later("there is no transfer"),
)

_DOUBTS = (
    later("both a success and a refusal or failure are reported"),
    later("neither a success nor a refusal is reported"),
    later("no turn shows that it was met; it was answered, and there is no protest"),
    later("the signs for and against it nearly balance"),
    later("the words and the dialogue acts do not agree clearly"),
)

_INSIGHTS = (
    later("nothing was analysed"),
    later("resolution was not analysed"),
    later("escalation was not analysed"),
    later("churn_risk was not analysed"),
    later("the customer asks for nothing"),
    later("neither customer nor agent speaks"),
    later("only one side speaks"),
    later("nobody speaks in a chat"),
    later("nothing is said"),
    later("nobody says what it is about"),
    later("what was wanted is not known"),
    later("no taxonomy is configured"),
    later("the language cannot be recognised"),
    later("{language} is not supported"),
    later("the language '{language}' is not supported"),
    later("this analyzer is switched off (AUSCULT_ANALYZERS)"),
    later("the judge gave no usable answer: {fault}"),
)

_WAITS = (
    later("has not been asked yet"),
    later("asking was interrupted"),
    later("no judge is configured here, and the form asks one"),
    later("the judge is being asked as much as it may be at a time"),
    later("the page is too long for the judge"),
    later("the judge failed several times in a row and is left in peace for a while"),
    later("the judge's limit of a day is reached ({words})"),
    later(
        "the judge's limit of a day is reached ({words}), and no day holds this call, which may take {most} tokens: "
        "raise it"
    ),
    later(
        "what is left of the judge's limit of a day ({words}) is reserved by {n} calls under way, and this one may take "
        "{most} tokens"
    ),
    later(
        "what is left of the judge's limit of a day ({words}) is reserved by 1 calls under way, and this one may take "
        "{most} tokens"
    ),
    later("the judge did not answer within {s} s"),
    later("the judge cannot be reached ({words})"),
    later("the judge refuses the key (status {words})"),
    later("the judge is asked too often (status {words})"),
    later("the judge cannot answer (status {words})"),
    later("the judge knows no model {name} at this address (status {words})"),
    later("the judge sends what is no chat completion ({words})"),
    later("the judge sends a chat completion without a choice"),
    later("{name} failed several times in a row and is left in peace for a while"),
    later("{name} took longer than {s} s"),
    later("{name} does not answer: {words}"),
    later("{name} answers {n}"),
    later("{name} answers {n}: it does not let us in"),
    later("{name} is not among the hosts that may be asked (AUSCULT_HOSTS_FILE)"),
    later("{name} may not be asked for this app (AUSCULT_HOSTS_FILE)"),
    later("{name} answers {n}, and redirects are not followed: ask {words}"),
    later(
        "{name} is no address of the internet; the operator opens networks with AUSCULT_OUTGOING_NETWORKS, or with is_private: true in the hosts file"
    ),
    later(
        "{name} leads to {value}, which is no address of the internet; the operator opens networks with AUSCULT_OUTGOING_NETWORKS, or with is_private: true in the hosts file"
    ),
)

_FAULTS = (
    later("the conversation is too long for the judge"),
    later("the reply broke off; be brief"),
    later("there was no answer, but a refusal"),
    later("the reply is not the JSON that was asked for"),
    later("there is no answer"),
    later("the answer has not the keys and values that were asked for"),
    later("it says YES and points at no turn"),
    later("it names a level and points at no turn"),
    later("its level is not a plain number"),
    later("its level is none of {words}"),
    later("its reason quotes words that are not in the conversation"),
    later("the words it quotes are not in turn {n}; they have to be copied letter by letter"),
    later("it quotes too little of turn {n}; three or more words have to be copied, or all of it"),
    later("it points at turn {n}, and the turns are 1 to {m}"),
    later("it points at turn {n}, from which no evidence for this question may come"),
    later("the value said in turn {n} is empty"),
    later("the value said in turn {n} is not what the words it quotes come to"),
    later("the summary is empty"),
    later("a sentence of the summary names no turn, or says nothing"),
    later("the summary has the figure {name}, which nobody says"),
    later("there is no table {name}"),
    later("{name} has no column {column}; it has {words}"),
    later("it answers {n}"),
    later("its answer is not of the agreed shape: {words}"),
    later("it answers about another conversation, {value}"),
    later("it answers {n} times for {name}, where once is right"),
    later("it answers twice for one sub-metric"),
    later("it answers for {value}, which it was not asked about"),
    later("it does not answer for {value}"),
    later("{name} points at {value}, which is no message"),
    later("{name} is YES and points at no message"),
    later("{name} quotes what nobody said: {words}"),
    later("{name} answers with more than {n} bytes"),
    later("{name} answers with something that is no JSON"),
    later("{name} has no single value at {path}"),
)
"""Why an engine's answer is of no use."""

_OUTCOMES = (
    later("says that it is done or will be"),
    later("gives the answer"),
    later("says something that the customer takes for the answer"),
    later("takes the answer"),
    later("answered, and no protest"),
    later("asks, and nobody answers"),
    later("says no, or that it failed"),
    later("protests, and it stays so"),
    later("ends before an answer"),
    later("asks for somebody else: '{words}'"),
    later("threatens a complaint, a review or a legal step: '{words}'"),
    later("threatens a complaint: '{words}'"),
    later("threatens a review: '{words}'"),
    later("threatens a legal step: '{words}'"),
    later("wants to cancel: '{words}'"),
    later("wants to close an account: '{words}'"),
    later("wants to go elsewhere: '{words}'"),
    later("says that they leave: '{words}'"),
    later("says never again: '{words}'"),
)

_ACTS = (
    later("greets"),
    later("gives a name or company"),
    later("offers help"),
    later("asks for a detail that identifies"),
    later("shows empathy"),
    later("announces a wait"),
    later("says that it is done"),
    later("says that it will be done"),
    later("gives information"),
    later("says no"),
    later("says that it failed"),
    later("offers further help"),
    later("closes politely"),
    later("agrees to pass on, or offers another way"),
    later("does not pass on"),
    later("asks for something"),
    later("reports a problem"),
    later("gives a detail that identifies"),
    later("accepts"),
    later("protests"),
    later("thanks warmly"),
    later("thanks"),
    later("asks for somebody else"),
    later("threatens"),
    later("speaks of leaving"),
    later("breaks off"),
    later("sounds pleased"),
    later("sounds unhappy"),
    later("says that it is done or will be, or gives the answer"),
    later("speaks as one who meets a request"),
    later("speaks as one whose request is met"),
)

_WHYS = (
    *_INSTANCES,
    *_PACE,
    *_OUTCOMES,
    *_ACTS,
    later("says '{words}'"),
    later("says '{words}' ({value}), and so does the source"),
    later("says '{words}' ({value}), the source says {path}"),
    later("similar to '{words}' {n} ≥ {m}"),
    later("similar to '{words}' {n} < {m}"),
    later("judged: {words}"),
    later("the agent speaks like a customer"),
    later("the customer speaks like an agent"),
    later("the agent says: {words}"),
    later("the agent says {answer}"),
    later("both talk for {s} s, {who} came in"),
    later("both talk for {s} s, both began at once"),
    later("nobody talks for {s} s after this turn"),
    later("{step}: done"),
    later("{step}: not done"),
    later("{n} percent of the steps done, as the assistant counts"),
    later("the playbook {name} was not run"),
    later("the dialog task {name} was not run"),
    later("the dialog task {name} was run"),
    later("the dialog task {name} was run in the {span}"),
    later("was run here"),
    later("{instance}: {detail}"),
    later("{n} × silence of {s} s or more"),  # noqa: RUF001
    later("{n} × cross talk of {s} s or more"),  # noqa: RUF001
    later("{n} × agent coming in for {s} s or more"),  # noqa: RUF001
    later("nothing of the kind in turns {n} to {m}"),
    later("nothing of the kind in turn {n}"),
    later("nothing of the kind, as there are no turns to read"),
    later("answered by a person"),
    later("evaluated by a version that did not keep what it rests on"),
    later("the transcript is doubtful here"),
    later("{before}; the transcript is doubtful here"),
)

_SCOPES = (
    later("the conversation"),
    later("{whose} turns"),
    later("{whose} first turn"),
    later("{whose} first {n} turns"),
    later("{whose} last turn"),
    later("{whose} last {n} turns"),
    later("{whose} first message"),
    later("{whose} first {n} messages"),
    later("{whose} last message"),
    later("{whose} last {n} messages"),
    later("{whose} first {n} seconds"),
    later("{whose} last {n} seconds"),
    later("{before} after the trigger"),
    later("{before} when inbound"),
    later("{before} when outbound"),
    later("{before} in {language}"),
)

TEMPLATES: dict[str, tuple[str, ...]] = {
    "reason": (
        *_ENDINGS,
        *_SEARCHES,
        *_CIRCUMSTANCES,
        *_VALUES,
        *_SPEECH,
        *_RUNS,
        *_DOUBTS,
        *_INSIGHTS,
        *_WAITS,
    ),
    "fault": (*_FAULTS, *_WAITS),
    "place": _ENDINGS,
    "scope": _SCOPES,
    "why": _WHYS,
    "cited": (later("{turn} {why}"), *_WHYS),
    "piece": (
        later("{name}: {instance}: {detail}"),
        later("{instance}: {detail}"),
        later("{name}: the agent says {answer} and gives no reason"),
    ),
    "instance": _INSTANCES,
    "detail": (
        *_ENDINGS,
        later("not found in {place} before it"),
        later("not found in {place} after it"),
        later("the judge says that it does not apply: {judged}"),
        later("its time is not known"),
        later("its end is not known"),
        later("as far as times are known, {who} has not spoken yet"),
        later("nobody speaks behind it"),
        later("{s} s; at most {most} s"),
    ),
    "judged": (later("the judge gives no reason"),),
    "step": (later("step '{name}'"), later("step '{name}' of '{stage}'")),
    "span": (
        later("first turn"),
        later("first {n} turns"),
        later("last turn"),
        later("last {n} turns"),
        later("first message"),
        later("first {n} messages"),
        later("last message"),
        later("last {n} messages"),
        later("first {n} seconds"),
        later("last {n} seconds"),
    ),
    "who": (later("the agent"), later("the customer"), later("the bot")),
    "whose": (later("anybody's"), later("the agent's"), later("the customer's"), later("the bot's")),
    "answer": (later("YES"), later("NO"), later("NA")),
    "kind": (
        later("text"),
        later("number"),
        later("amount"),
        later("percentage"),
        later("date"),
        later("digits"),
        later("phone"),
        later("email"),
    ),
}
"""Templates by group, each in the engine's words."""

LISTS: dict[str, tuple[str, str]] = {
    "reason": ("; ", "piece"),
    "place": (later(" or "), "scope"),
    "whys": (later(" and "), "why"),
    "because": (later(" and "), "cited"),
    "steps": (", ", "step"),
    "answers": (later(" or "), "answer"),
}
"""Groups whose texts may be several of another group: what joins them, and that group."""
