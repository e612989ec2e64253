"""Words that do not characterise a conversation, though they are not common in general talk. English."""


def words_of(*lines: str) -> frozenset[str]:
    """The words of some lines."""
    return frozenset([word for line in lines for word in line.split()])


ACTIONS = words_of(
    "wanted needs needed needing came comes gone going went getting gets got took taken accept access"
    " activate add answer apply approve arrange ask assist authorize book bought bring buy call",
    "cancel canceled cancelled change changed charge charged check checked checking choose claim close come",
    "complain complete confirm connect contact convert correct cover deliver delivered deposit discuss dispute",
    "download enroll enter exchange explain extend fill find fix follow found freeze get give go got hear help",
    "hire hold inform install join keep know learn leave let like link locate log look looking lose lost make",
    "manage match mean miss missing move need notice obtain offer open order ordered paid pass pause pay pick",
    "place please print process provide purchase purchased put receive received recommend recover redeem reduce",
    "refill refund register remove renew rent repair replace report request reschedule reserve reset resolve",
    "return review say schedule search see seem sell send sent set share ship shipped show sign speak start stop",
    "submit suggest switch take talk tell terminate thank top track transfer travel try turn unlock update",
    "upgrade use using verify view visit wait waiting want watch withdraw wonder wondering work working write",
)
"""What is done to things, and no name of a thing by itself."""

IDENTITY = words_of(
    "address avenue birth birthday code com digits dot drive email first full gmail hotmail id lane last maiden",
    "mail middle name number postal postcode reference road spelled street surname username yahoo zip",
)
"""Words about who somebody is, and where; what stands before one is about that too: a phone number."""

SMALL_TALK = words_of(
    "above already anybody anyone anywhere bar done else elsewhere"
    " everybody everywhere including instead nearly nobody nor",
    "otherwise per quite rather recent regard regards related seems"
    " since somebody somewhere sooner through till together",
    "towards unless until upon via whether whoever within without",
    "afternoon alright anyway appreciate arent assistance awesome bye certainly cheers correct couldnt course",
    "customer didnt doesnt evening everything exactly excellent excuse fantastic forward goodbye goodday",
    "greetings hasnt havent hello hey hi hmm hopefully hows inconvenience isnt issue issues ive kindly laughter",
    "lovely maam madam meanwhile mhm mister moment morning noise nope okay pardon perfect pii pleasure possible",
    "pretty problem problems question questions regarding second silence sir situation soon sounds sure thanks",
    "thats today tomorrow tonight trouble understand unk urgent wasnt welcome whats wheres wonderful wont wouldnt",
    "yeah yep yes yesterday youve yup",
)
"""What is said in every conversation with a service."""

COUNTING = words_of(
    "tenth eleventh twelfth thirteenth fifteenth twentieth thirtieth nights night mornings evenings weekend weekends",
    "april may august cent cents clock day days december dollar dollars double eight eighteen eighth eighty eleven",
    "euro euros february fifteen fifth fifty first five forty four fourteen fourth friday half hour hours hundred",
    "january july june march million minute minutes monday month months nine nineteen ninety ninth november",
    "october oh one pound pounds saturday second september seven seventeen seventh seventy six sixteen sixth",
    "sixty sunday ten tenth third thirteen thirty thousand three thursday triple tuesday twelve twenty two",
    "wednesday week weeks year years zero",
)
"""Numbers, days and amounts."""
