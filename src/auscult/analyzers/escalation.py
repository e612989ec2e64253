"""Whether the customer wants to go higher: asks for somebody else, or threatens a complaint, a review or a legal step.

The customer's own words decide, by patterns (English). Not counted: being a manager oneself, having spoken to one
before, a report of who passed one on to whom, praise that is to be passed on.
"""

from typing import ClassVar

from auscult.analyzers._contract import Unknown
from auscult.analyzers._flagging import Signs, raise_flag
from auscult.domain.conversation import Conversation
from auscult.domain.insight import Flag, Insights
from auscult.domain.probe import Answers, Probe

_A = "(?:(?:a|an|the|your|my|any|some|that|this|another|one of your|whichever|someones) )?"
_KIND = (
    "(?:(?:actual|real|live|proper|normal|human|duty|shift|floor|store|shop|branch|line|account|general|"
    "senior|more|experienced"
    "|regional|area|depot|site|service|customer|support|department|office|team|case|complaints|night|"
    "different|new|other"
    "|responsible|relevant|non robotic|qualified|local|technical|medical|legal|chief|head) ){0,3}"
)
_CHIEF = (
    "(?:supervisors?|managers?|manageress|team lead(?:er)?|leader|superiors?|boss|bosses|director|owner|"
    "head office|management"
    "|higher ups?|higher authority|ceo|chief executive|head of \\w+|person in charge|packing lead|shift lead|"
    "lead technician)"
)
_ROLE = (
    "(?:human(?: being)?|person|people|agents?|advis[eo]rs?|representatives?|rep|operator|colleagues?|"
    "specialist|expert"
    "|technician|tech|engineer|underwriter|consultant|doctor|nurse|(?:ward )?sister|pharmacist|accountant|"
    "broker|(?:case )?handler"
    "|coordinator|secretary|dispatcher|receptionist|analyst|planner|surveyor|buyer|developer|driver)"
)
_UNIT = "(?:department|dept|team|desk|people|guys|unit|section|division|crew|folks|office)"
_DEPARTMENT = (
    "(?:customer (?:service|care|support|relations)|technical support|tech support|support|sales|billing|"
    "accounts|claims"
    "|complaints|fraud|retentions?|loyalty|mortgages?|lending|bookings|reservations|returns|warranty|"
    "reception|head office|hr"
    "|finance|collections|cancellations|disputes|engineering|dispatch|logistics|insurance|investments|legal)"
)
_SOMEONE = (
    "(?:someone|somebody|anyone|anybody|any one|some one|a person|the person|the people|a colleague|another colleague)"
)
_BETTER = (
    "(?:else|senior|more senior|(?:a bit )?higher(?: up)?|above|over you|with (?:more |some |any |actual |"
    "the |a )*(?:authority|power"
    "|clout|sense|brains?|experience|seniority)|who|whos|that|thats|competent|responsible|qualified|real|"
    "human|local"
    "|knowledgeable|important|in charge|in (?:the|your) \\w+|from (?:the|your|a) \\w+|"
    "from \\w+ (?:department|team)|there who|at (?:the|your) \\w+)"
)
_OTHER = (
    f"(?:{_A}{_KIND}{_CHIEF}|{_A}{_KIND}{_ROLE}|{_A}(?:\\w+ ){{1,3}}{_UNIT}|{_DEPARTMENT}|{_SOMEONE} {_BETTER}|whoever)"
)
_TALK = (
    "(?:speak|talk|chat|speaking|talking|chatting|(?:have )?a (?:quick )?(?:word|chat)|get through|"
    "get on the (?:phone|line)|deal)"
)
_TO = "(?:directly |straight |instead |personally )?(?:to|with|on to|onto)"
_ASK = (
    "(?:can|could|may|might|let|please|lemme|how do|any chance|possible|id|i would|we would|i need|i want|"
    "i wanna|i must|we need"
    "|want|need|like|rather|prefer|wish|insist|demand|able|like|gonna|going)"
)
_SOCIAL = (
    "(?:twitter|facebook|social media|trustpilot|google reviews?|yelp|reddit|instagram|tiktok|youtube|"
    "linkedin|tripadvisor)"
)
_LAWYER = "(?:lawyers?|solicitors?|attorneys?|barrister|legal (?:team|counsel|people))"

SIGNS = Signs(
    (
        (
            "asks for somebody higher",
            (
                f"{_TALK} {_TO} {_A}{_KIND}{_CHIEF}",
                (
                    "(?:have|see|get|give me|get me|fetch|reach|bring|find|want|need|demand|ask for|asked for|wheres|"
                    "where is|is there|are there|isnt there|do you have|have you got|put|call|with) (?:me |please |on |not |"
                    f"even )*{_A}{_KIND}{_CHIEF}"
                ),
                (
                    "(?:put|pass|transfer|connect|patch|hand|get|refer|send) (?:\\w+ ){0,3}(?:to|onto|with|over|through|"
                    f"on) {_A}{_KIND}{_CHIEF}"
                ),
                (
                    f"(?:can|could|would|will|have|let|ask|get|tell|want|need) (?:your|the|a|that) {_KIND}{_CHIEF} (?:to |"
                    "please |just |at least )?(?:call|ring|phone|contact|look|come|email|write|review|approve|speak|talk|get|"
                    "take|explain|see|deal|handle|step|help|message|reply)"
                ),
                f"{_CHIEF} (?:please|now|right now|immediately)",
                (
                    "(?:take|taking|go|going) (?:this |it |that )?(?:any |even |much )?(?:higher|further up|up the (?:chain|"
                    "ladder|line)|over your head|above your head|to the top)"
                ),
                (
                    "(?:want|need|like|please|can you|could you|can we|could we|will|ill|have to|to|must|"
                    "should) (?:\\w+ )?(?:escalate|have it escalated|get it escalated)|escalate (?:this|it|my|the|that|to)|"
                    "(?:this|it|that|case|issue|claim|complaint) (?:to be |be |gets? )?escalated"
                ),
                (
                    f"(?:{_SOMEONE}|who|whos|anything) (?:else )?(?:above|over|higher than) (?:you|your)|(?:looked at|"
                    "reviewed|handled|dealt with|checked|approved) by (?:someone|somebody|a|the|your) (?:\\w+ )?(?:senior|"
                    "else|higher|manager|supervisor|human|competent)"
                ),
            ),
        ),
        (
            "asks for somebody else",
            (
                f"{_ASK} (?:\\w+ ){{0,5}}{_TALK} {_TO} {_OTHER}",
                (
                    "(?:put|pass|patch|transfer|connect|hand|switch|refer|redirect|bounce) (?:me|us|this|my call|the call|"
                    f"this call) (?:\\w+ ){{0,3}}?(?:to|onto|with) {_OTHER}"
                ),
                (
                    "(?:put|patch) (?:me|us) (?:straight |right |back )?(?:through|over|across)|transfer (?:me|us|my call|"
                    "this call|the call)|pass me (?:on|over|along|to)|hand me over|connect me (?:to|with)|redirect me to"
                ),
                (
                    f"(?:give|get|find|fetch|bring|send|show) me (?:please )?(?:{_SOMEONE} {_BETTER}|{_A}(?:actual|real|live|"
                    f"proper|human|different|another|other|senior) (?:\\w+ )?{_ROLE}|a human|a person)"
                ),
                (
                    "(?:can|could|may) (?:i|we) (?:please |just |rather )?(?:have|get|reach|try|message|"
                    f"see) (?:{_SOMEONE} {_BETTER}|whoever|{_A}(?:actual|real|live|human|different|another|other|"
                    f"senior) {_ROLE}|a human)"
                ),
                (
                    "(?:can|could|may) (?:i|we) (?:please |just )?have (?:the )?(?:\\w+ ){1,2}(?:department|dept|team|desk|"
                    "people)"
                ),
                (
                    "(?:is|are|isnt|arent) there (?:not |still |actually |perhaps |maybe |really )?(?:no one |nobody |"
                    f"{_SOMEONE}|a (?:\\w+ )?{_ROLE}|another {_ROLE}) (?:(?:else|there|who|that|in|from|at|"
                    "senior) )*(?:i (?:can|could|might)|who|who can|to (?:speak|talk)|above|higher|with authority|"
                    "that (?:can|could|knows|speaks)|speaks?|i should)"
                ),
                (
                    "(?:want|need|like|prefer|id rather|can i have|could i have|can i get|"
                    f"could i get) (?:please )?(?:to (?:have|get|deal with|try) )?(?:{_SOMEONE} (?:else (?:to|who|please|on|"
                    "handling)|who|competent|senior|more senior|higher|in charge|with (?:\\w+ )?authority)|another (?:agent|"
                    "person|rep|representative|advisor|adviser|operator|colleague|technician|engineer)|a different (?:agent|"
                    "person|rep|representative|advisor|adviser|operator|technician|engineer))"
                ),
                (
                    f"{_ASK} (?:\\w+ ){{0,4}}{_TALK} {_TO} (?:someone|somebody|anyone|anybody)(?: (?:about (?:that|this|it)|"
                    "instead|now|please|real|on the phone|in person))?"
                ),
                "(?:human|representative|operator|live agent|real person|live person|human being) please",
                (
                    "(?:can|could|how do|how can|how could|may|is there (?:a|any|another) way) (?:i|we|for me|"
                    "to) (?:\\w+ ){0,2}(?:reach|contact|message|call|get hold of|write to|"
                    f"appeal to) (?:{_SOMEONE} {_BETTER}|your (?:other )?(?:\\w+ ){{0,2}}(?:{_UNIT}|{_ROLE}|{_CHIEF})|"
                    "the (?:\\w+ ){1,3}(?:department|dept|team|desk|people)|a (?:manager|supervisor|human|person))|(?:bin |"
                    "\\w+ )team i could"
                ),
                (
                    "can (?:someone|somebody|anyone) (?:else|senior|higher|with authority|competent|"
                    "from your \\w+) (?:\\w+ ){0,3}(?:help|look|call|ring|take|handle|deal|answer|assist|contact|check|"
                    "reply|explain|speak|talk)"
                ),
                (
                    f"(?:can|could|would) your (?:\\w+ ){{0,2}}(?:{_ROLE}|{_UNIT}|{_CHIEF}) (?:\\w+ )?(?:call|look|ring|"
                    "contact|help|explain|come|email|speak|talk|take)"
                ),
                (
                    "who (?:would|might|does|actually) know|(?:get|find|want|need|have|give|fetch|bring) (?:me )?(?:someone|"
                    "somebody|anyone|anybody) who|who (?:else )?(?:can|could) i (?:speak|talk|complain|appeal|escalate) to|"
                    "who is your (?:boss|manager|supervisor)"
                ),
                (
                    "(?:get|have|want|need) (?:a|an|another) (?:human|real) (?:\\w+ )?(?:on|in|to)|dont want to (?:talk|"
                    "speak|chat) (?:to|with) (?:a |the )?(?:bot|robot|machine|computer|you)|not (?:talk|talking|speak|"
                    "speaking) to a (?:bot|robot|machine|computer)"
                ),
            ),
        ),
        (
            "threatens a complaint",
            (
                (
                    "(?:make|making|file|filing|lodge|lodging|raise|raising|register|registering|submit|submitting|log|"
                    "logging|put in|putting in|open|opening|launch|take out|bring) (?:\\w+ ){0,3}complaints?|(?:formal|"
                    "official|written) complaint"
                ),
                (
                    "(?:ill|i will|im going to|im gonna|going to|gonna|i shall|want to|need to|have to|like to|how do i|"
                    "how can i|where do i|where can i|who do i) (?:\\w+ ){0,2}complain|(?:ill|i will|im|i am|we are|were|"
                    "we will|i shall) (?:\\w+ )?(?:complaining|be complaining)|complaints? (?:procedure|process|department|"
                    "team|form)"
                ),
                (
                    "(?:report|reporting) (?:you|your company|this company|the company|your \\w+ to|this to|it to (?:the|my|"
                    "your)|them to|him to|her to)"
                ),
                (
                    "ombudsman|ombudsmen|the regulator|regulators|trading standards|watchdog|ofcom|ofgem|ofwat|"
                    "financial conduct|the fca|cfpb|better business bureau|the bbb|attorney general|consumer (?:protection|"
                    "rights|affairs|council|court|association|agency|bureau|forum)|citizens advice|"
                    "data protection (?:authority|commissioner|office)|information commissioner"
                ),
                (
                    "(?:go|going|went|tell|telling|call|calling|ring|ringing|contact|contacting|write|writing|"
                    "straight) (?:to )?(?:the |my |our )?(?:local )?(?:newspapers?|press|media|papers|tv station|mp|"
                    "congressman|senator|councillor)"
                ),
            ),
        ),
        (
            "threatens a review",
            (
                (
                    "(?:leave|leaving|post|posting|write|writing|give|giving|put|putting|publish|drop) (?:you |them |up |"
                    "out )?(?:\\w+ ){0,3}(?:bad|negative|one star|1 star|zero stars?|0 stars?|terrible|awful|honest|scathing|"
                    "poor|nasty|horrible|damning|stinking|worst) (?:\\w+ )?reviews?|(?:one|1|zero|0) stars? reviews?|"
                    "(?:leave|leaving|give|giving|write|writing) (?:you|them|this company) (?:a |an )?(?:review|one star|"
                    "1 star|zero)"
                ),
                (
                    "(?:post|posting|put|putting|share|sharing|go|going|tweet|write|writing|plaster|plastering|expose|take|"
                    f"taking|complain|up) (?:\\w+ ){{0,5}}(?:on|to|about|over|onto|across) {_SOCIAL}|(?:all over|"
                    f"on) (?:every |all |the )?(?:\\w+ )?(?:review sites?|reviews|internet|forums?)|{_SOCIAL} (?:will|"
                    "is going|are going|about this)|name and shame|review(?:ing)? (?:everywhere|about (?:this|you))"
                ),
                (
                    "(?:ill|i will|im going to|im gonna|going to|gonna|shall) (?:\\w+ ){0,2}(?:tell|warn|let) (?:everyone|"
                    "everybody|all my|people|the world|the whole|anyone|others) (?:\\w+ ){0,4}(?:about (?:this|you|how)|"
                    "to (?:avoid|stay)|never|not to|know (?:what|how|about))"
                ),
            ),
        ),
        (
            "threatens a legal step",
            (
                (
                    f"(?:my|our|a|an|the) (?:\\w+ )?{_LAWYER} (?:\\w+ )?(?:will|is going|are going|about this|on to|onto|"
                    "to (?:deal|handle|look)|hears?|involved|write|contact)|(?:hear|hearing) from (?:my|our|"
                    f"a) (?:\\w+ )?{_LAWYER}|(?:call|calling|get|getting|see|seeing|speak to|speaking to|talk to|talking to|"
                    "contact|contacting|consult|consulting|involve|involving|hire|hiring|ring|ringing|instruct|go to|"
                    f"going to) (?:my|our|a) (?:\\w+ )?{_LAWYER}"
                ),
                (
                    "(?:ill|i will|to|gonna|shall|and|could|we will|well|should|might) sue|sue (?:you|your|them|this company|"
                    "the company|for)|suing|legal (?:action|steps|proceedings|advice|route|recourse)|(?:take|taking|see|"
                    "seeing|get) (?:you |this |it |them |us |your company )?(?:up )?(?:to|in) (?:the )?(?:small claims |"
                    "county |civil )?court|small claims|lawsuit|court action|breach of contract|(?:call|calling|ring|ringing|"
                    "contact|contacting|go to|going to|get) the police|against the law|know my rights"
                ),
            ),
        ),
    ),
    forgiven=(
        (
            "(?:im|i am|being|as|were|we are|hi its|its|hes|shes|he is|she is|was|i was|is) (?:(?:a|an|the|also|just|"
            f"only|their|her|his|your) )+(?:\\w+ ){{0,2}}(?:{_CHIEF}|{_LAWYER})"
        ),
        (
            "(?:spoke|spoken|talked|ive been (?:speaking|talking)|was (?:speaking|talking)|i had) (?:to|"
            "with) (?:\\w+ ){0,3}(?:managers?|supervisor|someone|somebody|agent|person|representative|colleague|"
            "department|team)"
        ),
        (
            "(?:password|task|file|property|project|product|download|device|window|package|campaign|boot|contact|tab|"
            "extension|ads?|partition|subscription|social media|key|money) managers?|(?:supervisor|manager|owner|"
            "admin|agent) (?:role|access|rights|level|permissions?|mode|login|password|view|seat|profile|position|"
            "job|app|number|code|id)"
        ),
        (
            "(?:speak|talk|chat|word) (?:to|with) (?:my|our|her|his|their) (?:\\w+ )?(?:wife|husband|partner|boss|"
            "manager|landlord|bank|accountant|doctor|family|mother|father|mum|dad|mom|son|daughter|insurance|insurer|"
            "neighbou?rs?|friends?|roommate|colleagues?|kids|parents|employer|supervisor|vet|gp|team|director)"
        ),
        (
            "(?:dont|do not|didnt|not|without|never|rather not|no need to|neednt|hate to) (?:\\w+ ){0,3}(?:complain|"
            "complaint|complaining|escalate|supervisor|manager|(?:be )?transfer(?:red)?(?: me)?|put me through|sue)"
        ),
        (
            "(?:tell|let|thank|praise|compliment|commend|good word) (?:\\w+ ){0,4}(?:manager|supervisor|boss|team|"
            "colleagues?) (?:\\w+ ){0,5}(?:great|good|thanks?|wonderful|brilliant|well|excellent|lovely|happy|"
            "helpful)"
        ),
        (
            "(?:they|he|she|colleague|agent|somebody|someone|department|bot|who) (?:just |already |then |have |has |"
            "had )*(?:put|passed|transferred|connected|sent|handed|redirected|bounced|switched) (?:me|us)|"
            "do i (?:need|have) to (?:speak|talk|call)|(?:transfer|send|forward) me (?:the |some |my )?(?:money|"
            "funds|cash|payment|\\d+)|(?:who|others|people|friends) (?:to )?transfer me"
        ),
        (
            "(?:nearby|nearest|closest|insurance|estate|travel|booking|letting) (?:\\w+ )?agents?|(?:an?|my|"
            "your) (?:insurance|estate|travel|letting) agent"
        ),
        (
            "no (?:formal |official )?complaints|(?:got|my|the|this|an?|that|your) (?:\\w+ )?(?:summons|court date)|"
            "consumer price"
        ),
    ),
)


class Escalation:
    """Asks for somebody else, or threatens a complaint, a review or a legal step."""

    field: ClassVar[str] = "escalation"
    languages: frozenset[str] = frozenset({"en"})

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:  # noqa: ARG002  (the contract's)
        """Nothing: words decide."""
        return ()

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> Flag | Unknown:  # noqa: ARG002
        """Whether it was observed, with the turns in which it was."""
        return raise_flag(conversation, known, self.languages, SIGNS)
