"""Meanings of fields of pages, by ``page:field``."""

from collections.abc import Mapping

from auscult.language import later

MEANINGS: Mapping[str, tuple[str, str]] = {
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
