"""Meanings of the keys of scorecards, taxonomies and connectors."""

from collections.abc import Mapping

from auscult.language import later

MEANINGS: Mapping[str, tuple[str, str]] = {
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
    "connector.date_order": (
        later("03/04 is a day in April or in March. Choose it where no row of a file shows which."),
        "reference/connectors-formats#h-described",
    ),
    "connector.decimal": (
        later(
            "1,250 is a second and a quarter, or more than a thousand. Choose it where no row of a file shows which."
        ),
        "reference/connectors-formats#h-described",
    ),
    "connector.time_zone": (
        later("Times in the file that name no zone are local times of this one. Summer time is counted."),
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
        "how-to/connectors#h-map-queues-agents-channels-and-speakers",
    ),
    "connector.agents": (
        later(
            "An id or a name of the source becomes an agent of yours. Those without a choice become Unknown once one is chosen."
        ),
        "how-to/connectors#h-map-queues-agents-channels-and-speakers",
    ),
    "connector.channels": (
        later("A word of the source for a channel becomes a call or a chat. Words without a choice stay as they are."),
        "how-to/connectors#h-map-queues-agents-channels-and-speakers",
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
}
