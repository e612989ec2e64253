"""Meanings of fields of the console: two sentences on each that is not plain, and the page of the documentation."""

from collections.abc import Mapping

from auscult.server.console.language import later

_FORMS = "reference/forms"
_QUESTIONS = "reference/metrics/by_question"
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
    "plan:draw": (
        later(
            "Once takes from all conversations of the period. With a day, a week or a month, each of them is drawn by itself once it has ended."
        ),
        "how-to/plan-audits#h-write-the-plan",
    ),
    "plan:counted": (
        later(
            "The number holds for everything together, or for each agent or each queue. Per agent everybody is heard, whatever their share of the calls."
        ),
        "how-to/plan-audits#h-write-the-plan",
    ),
    "plan:kind": (
        later("A percentage grows and shrinks with what comes in. A number stays the same."),
        "how-to/plan-audits#h-write-the-plan",
    ),
    "plan:minimum": (
        later(
            "Where the percentage gives fewer, this many are drawn. Groups with fewer conversations give all that they have."
        ),
        "how-to/plan-audits#h-write-the-plan",
    ),
    "plan:judged": (
        later("Several agents may have handled a conversation. The audit is about the one that you choose here."),
        "how-to/plan-audits#h-write-the-plan",
    ),
    "plan:risk": (
        later(
            "Conversations with these signs are drawn first. A part stays random, so that results hold for all conversations."
        ),
        "how-to/plan-audits#h-write-the-plan",
    ),
    "plan:order": (
        later(
            "The first in this order are drawn, in place of those with signs of risk. What has no such number is among the random ones."
        ),
        "how-to/plan-audits#h-write-the-plan",
    ),
    "plan:floor": (
        later(
            "This share of the draw is random, whatever the signs and the order. Estimates for all conversations rest on it."
        ),
        "how-to/plan-audits#h-estimate",
    ),
    "plan:limit": (
        later("Nobody is given more items than this on one day. Without a number there is no limit."),
        "how-to/plan-audits#h-write-the-plan",
    ),
    "plan:second": (
        later("A second auditor judges these items without seeing the first. So you learn how far auditors agree."),
        "how-to/measure-agreement",
    ),
    "plan:due": (
        later(
            "An item is late this many days after it was handed out. Only working days count where the app has them."
        ),
        "how-to/plan-around-absences#h-working-days",
    ),
    "plan:hide_machine": (
        later(
            "The machine's answers are hidden in this share of the items and shown in the others. The difference shows how far they sway people."
        ),
        "how-to/plan-audits#h-write-the-plan",
    ),
    "schedule:what": (
        later("A report is a file about some days. An alert looks at every run and reports only what is wrong."),
        "how-to/schedule-reports",
    ),
    "schedule:view": (
        later("The file has the conversations that the view shows. When the view changes, the next file follows it."),
        "how-to/schedule-reports",
    ),
    "schedule:metric": (
        later("You are alerted when this metric leaves its control limits. They come from its own earlier weeks."),
        "how-to/schedule-reports",
    ),
    "schedule:days": (
        later("The report covers this many days before each run. A period of a saved view takes its place."),
        "how-to/schedule-reports",
    ),
    "schedule:emails": (
        later("Files of up to 10 MB are attached. E-mail needs a mail server in the settings of the installation."),
        "how-to/schedule-reports#h-where-they-arrive",
    ),
    "webhook:url": (
        later(
            "Changes are posted here, and redirects are not followed. The operator opens addresses of your own network."
        ),
        "how-to/follow-changes#h-what-holds-for-every-webhook",
    ),
    "webhook:format": (
        later("Programs take JSON and check its signature. Slack and Teams take a message for people."),
        "how-to/follow-changes#h-post-messages-into-slack-or-teams",
    ),
    "webhook:template": (
        later(
            "Each name in braces is replaced by the value of the conversation. What it does not have is written as a dash."
        ),
        "how-to/follow-changes#h-post-messages-into-slack-or-teams",
    ),
    "webhook:kinds": (
        later("Only changes of these kinds are posted. Each arrives at least once, and in order."),
        "how-to/follow-changes#h-receive-webhooks",
    ),
    "settings:countries": (
        later(
            "Telephone numbers are found by the rules of these countries. More countries find more, and are wrong more often."
        ),
        "how-to/redact#h-other-countries-other-redactors",
    ),
    "settings:people": (
        later("With two people, one asks and another one approves. Going back to one waits for approval, too."),
        "how-to/keep-and-erase#h-ask-two-people",
    ),
    "settings:second_factor": (
        later(
            "After the password a code of an authenticator app is asked for. People of an identity provider are not asked."
        ),
        "how-to/manage-people#h-ask-for-a-second-factor",
    ),
    "settings:emotions": (
        later(
            "Emotions of agents are inferred from their words, beside those of customers. Ask your works council and the law before you turn it on."
        ),
        "explanation/privacy",
    ),
    "settings:leaderboard": (
        later("Scorecards can then show agents in the order of their scores. Agents never see such a list."),
        "reference/scorecards",
    ),
    "retention:kind": (
        later(
            "A rule removes the whole conversation, or one part and keeps the rest. Removing the transcript keeps scores and audits."
        ),
        "how-to/keep-and-erase#h-retention",
    ),
    "retention:days": (
        later(
            "Days are counted from the start of a conversation. The rule of a queue counts before the one for all others."
        ),
        "how-to/keep-and-erase#h-retention",
    ),
    "hold:kind": (
        later(
            "What is on hold is not erased by anything. A hold on a customer or an agent covers what comes later, too."
        ),
        "how-to/keep-and-erase#h-legal-holds",
    ),
    "erasure:by": (
        later(
            "The id finds all conversations of the customer. Numbers and addresses find only conversations that still hold them."
        ),
        "how-to/keep-and-erase#h-erase-a-customer",
    ),
    "user:role": (
        later("A role says what a person may do. The queues and agents below say with which conversations."),
        "reference/permissions",
    ),
    "user:queues": (
        later(
            "The role then covers only conversations that were in one of these queues. Rights of two grants never mix."
        ),
        "how-to/manage-people#h-add-a-user",
    ),
    "user:agents": (
        later(
            "With the role agent these are the person's own conversations. With other roles it limits what they see to these agents."
        ),
        "how-to/manage-people#h-add-a-user",
    ),
    "user:password": (
        later("It has at least 12 characters and is hard to guess. People of an identity provider need none."),
        "how-to/manage-people#h-add-a-user",
    ),
    "user:permission": (
        later("A single permission adds one right to what the person has. It counts only where no role is chosen."),
        "reference/permissions",
    ),
    "user:why": (
        later("Each grant is tried on this conversation, with its reason. So you see what to grant or to revoke."),
        "how-to/manage-people#h-see-why",
    ),
    "directory:id": (
        later("Conversations name it by this id. It never changes, also when the name does."),
        "how-to/manage-people#h-rename-and-merge",
    ),
    "directory:table": (
        later("Each row is one of them, found by its id. Nothing is stored before you have seen what happens."),
        "how-to/manage-people#h-complete-the-directory",
    ),
    "directory:stays": (
        later("Lists, rights and charts show this name for both. Both ids stay in conversations and exports."),
        "how-to/manage-people#h-rename-and-merge",
    ),
    "working:country": (
        later("Public holidays of the country do not count in deadlines. Deadlines that exist stay as they are."),
        "how-to/plan-around-absences#h-working-days",
    ),
    "working:days_off": (
        later(
            "These days do not count in deadlines, as holidays of your own. Whoever is away alone is entered with the person."
        ),
        "how-to/plan-around-absences#h-working-days",
    ),
    "target:address": (
        later(
            "It says which service gets the messages, and with which key. It is stored encrypted and never shown again."
        ),
        "how-to/read-notices#h-to-slack-teams-and-others",
    ),
    "target:whose": (
        later(
            "Your own notices reach you alone. Those of the app reach everybody who reads the channel, without names."
        ),
        "how-to/read-notices#h-to-slack-teams-and-others",
    ),
    "calibration:machine": (
        later(
            "An answer that one sees before judging sways the own one. Hidden until all have submitted is the strictest."
        ),
        "how-to/calibrate",
    ),
    "calibration:others": (
        later(
            "Raters see answers of others once all have submitted, or each after their own. Nobody sees them before."
        ),
        "how-to/calibrate",
    ),
    "calibration:right": (
        later(
            "This answer is the reference of the session. Accuracy of raters and of the machine is counted against it."
        ),
        "how-to/calibrate#h-the-figures",
    ),
    "coaching:metric": (
        later("The share of Yes is compared, four weeks before and after. Under ten conversations no share is shown."),
        "how-to/coach",
    ),
    "coaching:group": (
        later("One name keeps the items of several agents together for you. Each agent sees only the own item."),
        "how-to/coach",
    ),
    "erasure:which": (
        later("Write it as conversations have it. Everything that is found is listed before anything is erased."),
        "how-to/keep-and-erase#h-erase-a-customer",
    ),
    "log:target": (
        later("Each entry names one thing by its kind and its id. Write both, as in form:ef-billing."),
        "reference/access-log",
    ),
    "coaching:clips": (
        later("A conversation or one turn of it shows what is meant. The agent can open each of them."),
        "how-to/coach",
    ),
    "scorecard.description": (
        later("Readers of the scorecard see it. It changes no score."),
        "reference/scorecards#h-keys",
    ),
    "scorecard.agents": (
        later("The scorecard applies to these agents alone. Without any it applies to all."),
        "reference/scorecards#h-keys",
    ),
    "scorecard.direction": (
        later("Only conversations in this direction count. Both is usual."),
        "reference/scorecards#h-included-conversations",
    ),
    "scorecard.languages": (
        later("Only conversations in these languages count. English includes English of every country."),
        "reference/scorecards#h-included-conversations",
    ),
    "scorecard.not_applicable": (
        later("Left out, N/A changes nothing; counted as met, it gains the weight. It precedes what the form says."),
        "reference/scorecards#h-keys",
    ),
    "scorecard.min_duration": (
        later("Shorter conversations do not count here. Their own scores stay."),
        "reference/scorecards#h-included-conversations",
    ),
    "scorecard.pass_score": (
        later("A conversation passes from this score on. It can be from -100 to 100."),
        "reference/scorecards#h-calculation",
    ),
    "scorecard.active": (
        later("An inactive scorecard applies to no agent. It stays here and can be turned on again."),
        "reference/scorecards#h-keys",
    ),
    "scorecard.default": (
        later("Lists of agents show this scorecard. If there is none, they show the first by id."),
        "reference/scorecards#h-keys",
    ),
    "scorecard.negative_weight": (
        later("A wrong answer loses the weight and this much more. Write it without a sign, from 0 to 100."),
        "reference/scorecards#h-keys",
    ),
    "scorecard.fatal": (
        later(
            "A wrong answer makes the score of the conversation 0 and fails it. Other attributes cannot make up for it."
        ),
        "reference/scorecards#h-calculation",
    ),
    "scorecard.correct_answer": (
        later("This answer gains the weight. Choose No for questions about what must not happen."),
        "reference/scorecards#h-keys",
    ),
    "taxonomy.parent": (
        later(
            "Level 1 is the business, level 2 the product, level 3 the reason for the contact. Topics below move along."
        ),
        "reference/taxonomies",
    ),
    "taxonomy.description": (
        later("The machine finds a topic by its name, this text and the sentences. Write it as customers speak."),
        "reference/taxonomies",
    ),
    "taxonomy.examples": (
        later("Sentences that customers say about the topic help most. Three help much, ten are ample."),
        "reference/taxonomies",
    ),
    "taxonomy.resolution": (
        later("It is reported whether the request was met. That is found only on level 3."),
        "reference/taxonomies",
    ),
    "taxonomy.languages": (
        later("The taxonomy sorts conversations in these languages. In others it is not applied."),
        "reference/taxonomies",
    ),
    "connector.name": (
        later("Runs, logs and commands name the connector so. The name cannot be changed later."),
        "reference/connectors",
    ),
    "connector.prefix": (
        later("Only files below this folder are read. Empty reads the whole bucket."),
        "reference/connectors",
    ),
    "connector.path": (
        later(
            "It is a folder of the machine on which the server runs. The operator names the folders that may be read."
        ),
        "reference/connectors",
    ),
    "connector.account": (
        later("It says whose data is read. You find it where you sign in with the provider."),
        "reference/connectors#h-apis",
    ),
    "connector.endpoint": (
        later(
            "A store of your own, as MinIO, has an address of its own. The operator opens addresses in your own network."
        ),
        "reference/connectors",
    ),
    "connector.region": (
        later("Requests go to this region. Empty takes the region of the server's environment."),
        "reference/connectors",
    ),
    "connector.anonymous": (
        later("A public place is read without credentials. Everything else needs them."),
        "reference/connectors",
    ),
    "connector.host_key": (
        later("It proves that the server is the right one. Ask its administrator, and compare."),
        "reference/connectors",
    ),
    "connector.secrets": (
        later(
            "Secrets are encrypted on the server and never shown. A page that is loaded again has forgotten them: type them again."
        ),
        "reference/connectors",
    ),
    "connector.format": (
        later(
            "It says how files are to be read. Choose a table or JSON of our own, and say on the next step which column is what."
        ),
        "reference/connectors#h-formats",
    ),
    "connector.channel": (
        later("Calls and chats have forms of their own. Where a column says which, leave it to the column."),
        "reference/connectors-formats#h-described",
    ),
    "connector.settle_s": (
        later(
            "A file that was changed a moment ago may be unfinished, and waits for the next run. Zero reads it at once."
        ),
        "reference/connectors",
    ),
    "connector.patterns": (
        later("Only files whose path is like one of these are read. An asterisk is any text, also with slashes."),
        "reference/connectors",
    ),
    "connector.columns": (
        later(
            "Each line is a field of a conversation, each choice a column of your file. Columns are guessed by their names first."
        ),
        "reference/connectors-formats#h-described",
    ),
    "connector.speakers": (
        later(
            "Each row names who spoke. Say for each value whether it is the agent, the customer, a bot or the system."
        ),
        "reference/connectors-formats#h-described",
    ),
    "connector.queues": (
        later(
            "A name of the source becomes a queue of yours. Names without a choice become Unknown once one is chosen."
        ),
        "how-to/connectors#h-map-queues-agents-and-channels",
    ),
    "connector.agents": (
        later(
            "An id or a name of the source becomes an agent of yours. Those without a choice become Unknown once one is chosen."
        ),
        "how-to/connectors#h-map-queues-agents-and-channels",
    ),
    "connector.channels": (
        later("A word of the source for a channel becomes a call or a chat. Words without a choice stay as they are."),
        "how-to/connectors#h-map-queues-agents-and-channels",
    ),
    "connector.every": (
        later("The connector runs at these intervals, counted from midnight UTC. Each item is read once."),
        "reference/connectors",
    ),
    "connector.since": (later("What was written before is not read. Empty reads everything."), "reference/connectors"),
    "connector.requests_per_s": (
        later("So the source is not asked more often in a second. Zero is no limit."),
        "reference/connectors",
    ),
    "connector.at_once": (
        later("So many requests are open at a time, from 1 to 64. Fewer spare the source, more are faster."),
        "reference/connectors",
    ),
    "connector.volume": (
        later(
            "An alarm is raised when fewer conversations arrive than this share of the usual number. 0.5 is half of it."
        ),
        "reference/connectors#h-drift-watch",
    ),
    "connector.minimum": (
        later("Days with fewer conversations are not compared. So a holiday does not raise an alarm."),
        "reference/connectors#h-drift-watch",
    ),
    "connector.prefix_read": (
        later("Only items whose path begins so are read. Empty reads all of the range."),
        "how-to/connectors#h-read-what-is-old",
    ),
    "form:source": (
        later("A starter form is ready and measured. A spreadsheet becomes a form with a question for each row."),
        "explanation/starter-forms",
    ),
    "first-hour:column": (
        later(
            "Each line is a field of a conversation, each choice a column of your file. Columns are guessed by their names first."
        ),
        "reference/connectors-formats#h-described",
    ),
}
"""Two sentences on each field that is not plain, and their page: by ``page:field``, by ``thing.key``, or by a key alone."""


def meaning_of(thing: str, key: str) -> tuple[str, str]:
    """Return the two sentences on a key of a document in English, and their page; empty for a plain one."""
    return MEANINGS.get(f"{thing}.{key}") or MEANINGS.get(key) or ("", "")
