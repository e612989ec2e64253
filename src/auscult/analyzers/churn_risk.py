"""Whether the customer may be lost: says or threatens to leave, cancel, close an account, go elsewhere, never buy again.

The customer's own words decide, by patterns (English). Said calmly, or taken back later, it still counts. Not counted:
to cancel one order, booking or payment, to move house, somebody else's leaving, and saying that one stays. A bare
"I'll cancel" counts where the talk is of a subscription and the like, and not of an order.
"""

from typing import ClassVar

from auscult.analyzers._contract import Unknown
from auscult.analyzers._flagging import Signs, raise_flag
from auscult.domain.conversation import Conversation
from auscult.domain.insight import Flag, Insights
from auscult.domain.probe import Answers, Probe

_MY = (
    "(?:(?:my|our|the|this|that|these|those|all|both|one|two|of|his|her|their|whole|entire|an?|old|pro|"
    "premium|basic|family|business"
    "|monthly|annual|yearly|joint|current|existing|free|trial|enrolled|mobile|phone|home|pet|car|life|health|"
    "savings|checking|bank"
    "|online|streaming|gym|news|small) ){0,5}(?:\\w+ ){0,2}"
)
_BOND = (
    "(?:accounts?|contracts?|subscriptions?|memberships?|polic(?:y|ies)|plans?|cover|coverage|insurance|"
    "services?|broadband|internet"
    "|fibre|fiber|landline|phone line|package|bundle|tv|agreement|direct debit|tariff|registration|"
    "licen[cs]e|isa|lease|supply"
    "|energy|electricity|utilities|sim|auto ?renewal|automatic renewal|renewal|mailbox(?:es)?|hosting|"
    "workspace|profile|sub)"
)
_RIVAL = (
    "(?:another|a different|some other|a new|a competing|a rival|a cheaper|a better|a local|my old|our old|"
    "my new|our new|my previous|our previous|someone elses|other)"
)
_FIRM = (
    "(?:provider|supplier|company|compan(?:y|ies)|banks?|carrier|network|insurer|insurance|operator|shop|"
    "store|firm|airline|hotel"
    "|broker|platform|vendor|garage|pharmacy|gym|brand|retailer|lender|building society|tool|app|system|"
    "software|service|agency|clinic|school|courier|isp|dentist|vet|salon|plumber|accountant|nursery|surgery|"
    "practice|mechanic|builder|optician|agent|place|outfit|lot)"
)
_ELSEWHERE = "(?:elsewhere|somewhere else|some place else|someplace else|anywhere else)"
_WILL = (
    "(?:im|i am|ill|i will|ill be|well|we will|well be|were|we are|id|i would|i might|might|may|i shall|"
    "going to|gonna|planning (?:to|on)|plan to"
    "|thinking (?:of|about)|consider(?:ing)?|want to|wanna|would like to|id like to|like to|decided to|"
    "ready to|about to|close to"
    "|have to|had to|tempted to|better|rather|intend to|prepared to|happy to|time to|let me|may as well|"
    "might as well|need to|looking to|wish to|hope to)"
)
_BY_THE_WAY = (
    "(?:now |just |seriously |definitely |already |probably |all |simply |then |honestly |really |be |"
    "have to |still |also |actually )*"
)

SIGNS = Signs(
    (
        (
            "wants to cancel",
            (
                (
                    "(?:cancel|cancell?ing|cancell?ation of|terminate|terminating|discontinue|discontinuing|stop|stopping|"
                    "end|ending|drop|dropping|quit|quitting|give up|giving up|get rid of|deactivate|not renew|not renewing|"
                    "wont renew|not be renewing|dont renew|not to renew|dont want to renew|wont be renewing|turn off|"
                    f"switch off) {_MY}{_BOND}"
                ),
                (
                    f"(?:get|getting|opt|opting|pull|pulling|come|coming|way|me|us) out of {_MY}(?:contracts?|agreement|"
                    "subscription|membership|plan|policy|deal|lease|tariff)"
                ),
                (
                    "(?:cancel|cancell?ing|terminate) (?:it all|all of it|everything|the whole (?:thing|lot)|the lot|"
                    "with you)|(?:dont|do not) (?:bother |even |auto )*renew(?:ing)?|(?:i want|want|let me|get me|get us|"
                    "id like) out of (?:\\w+ ){0,2}(?:contract|agreement|this|it)|(?:take|get) (?:me|us) off your books|"
                    "stick (?:your|it)|no longer (?:wish|want) to be (?:a |your |with |insured|covered|\\w+ with)"
                ),
                (
                    "(?:dont|do not) (?:want|need) (?:the|your|this|any more) (?:\\w+ ){0,2}(?:any ?more|"
                    "any longer)(?: (?:can you|please|so|could you) (?:\\w+ )?stop)?$|(?:please )?stop sending (?:me |"
                    "us )?(?:the |any more )?(?:\\w+ )?(?:boxes|box|magazine|issues|parcels|deliveries)|"
                    "withdraw (?:all )?(?:my|our) (?:money|savings|funds) and close"
                ),
                (
                    "(?:not|wont|dont want to|do not want to|decided not to|not going to|rather not|wont be|not be) (?:renew|"
                    "renewing|extend|extending|continue|continuing)(?: (?:it|with you|this|my \\w+|our \\w+|at all|any ?more|"
                    "next year|any longer|when))?"
                ),
                (
                    "(?:wont|will not|no longer|dont|do not) (?:want to )?(?:be )?(?:need|want|use|using|needing|wanting|"
                    "keep) (?:my|our|the|this|that|your) (?:\\w+ )?(?:accounts?|subscription|membership|contract|broadband)|"
                    "(?:cancell?ation|exit|early termination|termination) (?:fees?|charges?|penalty|form|department|team)"
                ),
            ),
        ),
        (
            "wants to close an account",
            (
                (
                    "(?:close|closing|closed|close down|closing down|shut|shut down|shutting down|delete|deleting|remove|"
                    "terminate|deactivate|inactivate|invalidate|end|erase|kill|disable|"
                    f"finish(?:ing)? up with) (?:out )?{_MY}(?:accounts?|polic(?:y|ies)|profile|membership|isa|savings|"
                    "workspace|my data with you)"
                ),
                (
                    "(?:close|closing|cancel and close) (?:my|our|this|the) (?:\\w+ )?credit card|make my account go away|"
                    "(?:want|need|have|get|like) (?:my|our|the|this) (?:\\w+ )?(?:account|policy) (?:closed|deleted|"
                    "terminated|removed|cancelled|canceled)|(?:accounts?|policy) (?:to be |needs? to be |be |"
                    "should be )(?:closed|terminated|shut|deleted|cancelled|canceled|deactivated)"
                ),
            ),
        ),
        (
            "wants to go elsewhere",
            (
                (
                    f"{_WILL} {_BY_THE_WAY}(?:go|going|switch|switching|move|moving|sign up) (?:back )?(?:to|with|over to) (?:\\w+ )?\\w+ "
                    f"(?:then|instead)$|{_WILL} {_BY_THE_WAY}(?:go|going|switch|switching) back to \\w+(?: \\w+)?$|(?:other|my|our) "
                    "options (?:out there|elsewhere)|(?:looking|look|considering|consider|weighing) (?:at |up )?(?:other|my|our|"
                    "alternative) (?:options|providers|companies|suppliers|alternatives|banks|insurers)|shop(?:ping)? around|(?:look|"
                    f"looking) around for (?:another|a|something)|(?:ill|i will|well|we will|have to|gonna|going to|time to|better|rather) (?:find|look for|get|try|"
                    f"choose) (?:another|a new|a different|a better|a proper|a decent) (?:\\w+ )?{_FIRM}|(?:ill|i will|im|we are|"
                    "going to|gonna|want to) (?:pull|pulling|move|moving) (?:all )?(?:my|our) (?:\\w+ )?(?:money|savings|funds|deposit|pension) (?:out|away)|"
                    "(?:looking|look) for (?:another|a new|a different) (?:provider|supplier|insurer|bank|company|network|carrier|firm)|"
                    "whats (?:stopping|to stop) (?:me|us) (?:from )?(?:leaving|going|switching)|(?:someone|somebody|people|a company|"
                    "another \\w+) (?:\\w+ )?(?:deserves?|can have|will get) (?:my|our) (?:business|custom|money)|give (?:my|our) "
                    "(?:business|custom|money) to (?:someone|somebody|another|people|a)|(?:cheaper|better|less) (?:\\w+ )?(?:with|at|from|"
                    "over at) \\w+ (?:\\w+ )?(?:so|and) (?:ill|im|i think|i might|well|we might|i may|were)"
                ),
                (
                    "(?:switch|switching|change|changing|move|moving|going|go|goes|transfer|transferring|jump|jumping|sign|"
                    f"signing) (?:\\w+ ){{0,3}}(?:to|with|over to|across to|back to) {_RIVAL} (?:\\w+ )?{_FIRM}"
                ),
                (
                    "(?:switch|switching|change|changing) (?:my |our |energy |phone |internet |mobile )?(?:banks|providers?|"
                    "suppliers?|compan(?:y|ies)|carriers?|networks?|insurers?|brokers?|vendors?)"
                ),
                (
                    f"{_WILL} {_BY_THE_WAY}(?:switch|switching|porting|port|defecting|defect|migrating|migrate) (?:over |"
                    "across |back |everything |it all |all of it |(?:my|our) \\w+ |both \\w+ )*(?:to|with)|(?:going|go|"
                    "moving|move|switching|jumping|gone) (?:back )?over to|(?:going|go) (?:back )?to (?:your|the) compet\\w+|"
                    f"{_WILL} {_BY_THE_WAY}(?:go|going|gone) (?:back )?(?:to|with) (?:your )?(?:the )?(?:compet\\w+|"
                    "\\w+ instead$|someone else|somebody else)"
                ),
                (
                    "(?:going|go|goes|taking|take|took|moving|move|look|looking|shop|shopping|buy|buying|spend|spending|bank|"
                    f"banking|order|ordering|book|booking|get (?:it|one|them)|find (?:it|one)) (?:\\w+ ){{0,4}}{_ELSEWHERE}"
                ),
                (
                    "(?:take|taking|took|move|moving|moved) (?:my|our|all my|all our) (?:\\w+ )?(?:business|custom|savings|"
                    "accounts?|contract|policy|number|investments|pension|mortgage|balance) (?:\\w+ ){0,2}(?:elsewhere|"
                    "somewhere|away|over to|to \\w+|with \\w+)"
                ),
                (
                    f"(?:{_RIVAL} {_FIRM}|someone else|somebody else|{_FIRM}) (?:\\w+ ){{0,6}}(?:so )?(?:ill|im|i am|i will|"
                    "we are|well) (?:\\w+ )?(?:go|going|switch|switching|move|moving|use|using|buy|buying) (?:there|"
                    "with them|to them|from them|instead)|(?:other|another|"
                    f"different) (?:\\w+ )?{_FIRM} (?:\\w+ ){{0,4}}(?:for less|cheaper|half (?:that|the price))|"
                    "from now on (?:ill|im|i will|we will|well|we are|i am) (?:\\w+ )?(?:use|using|buy|buying|go|going|order|"
                    "ordering)|go somewhere (?:decent|better|cheaper|that|where)|(?:time to|ill|i will|going to|"
                    "gonna) (?:look|find|start looking|search) (?:for )?(?:a new|another|a different|a better|someone who|"
                    "somebody who|something)(?: \\w+)?$|(?:ill|i will|well|we will|id|going to|gonna|rather|better) (?:\\w+ )?(?:find|use|hire|go to|go with) (?:someone|somebody|a "
                    "company|people) (?:who|that) (?:actually|really|wants?|will|cares?|knows?|does|do)|(?:from|with|to) (?:someone|"
                    "somebody|somewhere) else (?:next time|instead|from now on|in future)|"
                    f"off to (?:another|a different|somewhere else|your)|{_WILL} {_BY_THE_WAY}(?:to )?go with (?:them|him|"
                    "her)|can get (?:this|it|that|one) (?:anywhere|cheaper|elsewhere|for less)"
                ),
                (
                    f"{_WILL} {_BY_THE_WAY}(?:go|going|sign|signing|deal|dealing|insure|buy|buying|hire|hiring|join|"
                    f"joining|stay|fly|flying) (?:up )?(?:with |from |to |for |at |on )?(?:{_RIVAL} {_FIRM}|your compet\\w+|the competition|"
                    "a competitor|someone else|somebody else)"
                ),
                (
                    "(?:just |already |ive |i have |weve |we have )(?:just |already )?(?:signed up (?:with|to)|"
                    "switched (?:over |across )?to|joined \\w+$)|(?:signed up|gone|signed) with (?:someone else|"
                    "somebody else|another)"
                ),
                (
                    "(?:porting|port|pac|stac|switching|switch|migration|transfer) (?:authori[sz]ation )?code|(?:port|"
                    "porting) (?:my|our|the|this) (?:\\w+ )?(?:number|line)|jump(?:ing)? ship|(?:going|go|"
                    "be going) back to (?:them|him|her)$|defect(?:ing)? to|(?:going|go|heading|head) back to (?:my|our|"
                    "the) (?:old|previous|former|usual|last|\\w+ in town)|better off (?:with|at|going) (?:another|someone|"
                    "somebody|elsewhere|your|a|the other)"
                ),
                (
                    "(?:got|getting|have|had|been offered|found|received|seen|with) (?:\\w+ ){0,3}(?:better|cheaper|"
                    "lower) (?:\\w+ )?(?:offer|deal|quote|price|rate) (?:\\w+ )?(?:from|with|at|elsewhere|somewhere)|"
                    "(?:quote|offer|price|deal) (?:\\w+ ){0,3}(?:from|with|at|through) (?:somebody else|someone else|"
                    f"elsewhere|{_RIVAL} {_FIRM}|your compet\\w+)|minded (?:\\w+ )?to (?:\\w+ )?(?:go|leave|switch|cancel|"
                    f"move)|(?:{_RIVAL} {_FIRM}|competitor|competitors) (?:\\w+ ){{0,3}}(?:offered|offering|offers|quoted|"
                    "matched|is cheaper|will give|charges|gave)"
                ),
            ),
        ),
        (
            "says that they leave",
            (
                (
                    "(?:what do i (?:need|have) to do|how do i|how can i|how would i|can i just|am i free|free|id like|want) to "
                    "(?:leave|quit|get out|get rid of you|be shot of you)(?: (?:early|you)|$)|(?:end|ending|finish"
                    "ing) (?:my|our) (?:time|relationship|association|business|dealings|custom|stay) with (?:you|\\w+)|part company|"
                    "(?:not|wont be|cant be|no point) staying(?: with|$)|(?:isnt|not|hardly) worth (?:staying|keeping|renewing|"
                    "the subscription|being a)|(?:thats|that is|its) the end of (?:it|that|me|us) (?:for me|for us|with you|as)|"
                    "(?:once|one) more (?:time|mistake|slip|letter|call|bill|mess|late|missed|problem|thing) (?:\\w+ ){0,4}(?:im|ill|i am|"
                    "were|we are|thats|its|and i) (?:\\w+ )?(?:off|gone|done|it|leaving|cancelling|out|leave|cancel)|let (?:it|the "
                    "\\w+) (?:lapse|run out|expire)|when (?:it|the \\w+|my \\w+) (?:runs out|expires|ends|is up) (?:\\w+ ){0,3}(?:wont|"
                    "not|leav\\w+|gone|off|done)"
                ),
                (
                    "(?:leave|leaving|quit|quitting|ditch|ditching|dump|dumping|drop|dropping|walk away from|"
                    "walking away from|goodbye to) (?:you|yous|you (?:guys|lot|people|all)|your (?:company|bank|service|"
                    "network|shop|store|gym|platform|airline)|this (?:company|bank|service|network|provider|platform)|"
                    "the (?:company|bank|network))"
                ),
                (
                    f"{_WILL} {_BY_THE_WAY}(?:leave|leaving|quit|quitting|walk away|walking away|walking|gone) (?:unless|if|"
                    "as soon|for good|when (?:my|the|our|i|it)|because|then|at the end of (?:my|the)|once (?:my|the|our)|"
                    "after (?:\\w+ ){1,3}years|altogether|over (?:this|it))"
                ),
                (
                    "(?:unless|if|or|otherwise|else|because|so|then) (?:\\w+ ){0,12}(?:im|i am|were|we are) (?:leaving|gone|"
                    "walking)$"
                ),
                (
                    f"{_WILL} {_BY_THE_WAY}(?:leave|leaving|switch|switching|walk|quit|quitting) (?:to be honest|if (?:the|"
                    "this|it|you|nothing|things)|early|without|over|you)|(?:when|how|can|could) (?:\\w+ )?(?:can |do |"
                    "could )?i leave (?:without|early|before|my contract|the contract)|(?:both|"
                    "all) (?:of us )?(?:are )?leaving|(?:leave|leaving|exit) (?:early|without) (?:\\w+ )?(?:because|paying|"
                    "a fee|fee|penalty)|quit(?:ting)? (?:the|your|this) (?:gym|club|service|programme|program|platform|app)"
                ),
                (
                    "(?:as soon as|when|once|the minute|the moment|the second) (?:\\w+ ){1,8}(?:im|i am|ill be|we are|"
                    "well be) (?:gone|off|out|leaving)|(?:im|i am|ill be|we are|well be) (?:gone|off|out of here|"
                    "out) (?:as soon as|when|once|the minute|the moment)|(?:or|then|otherwise) (?:im|i am|we are|i|"
                    "ill) (?:off|go|gone|out|walk|leave)$|by (?:\\w+ ){1,3}(?:im|i am|we are) (?:gone|off|out)$|(?:match|"
                    "beat) it or"
                ),
                (
                    "(?:lost|losing|lose) (?:me|us|a (?:\\w+ ){0,2}customer|a client|my (?:business|custom)|our (?:business|"
                    "custom)|another customer)|customer (?:\\w+ ){0,4}(?:youve|you have) (?:just )?lost|(?:not|wont be|"
                    "wont) (?:be )?(?:getting|get|have|having|see|seeing|taking) (?:any more of |another penny|a penny|"
                    "any more|any of |anymore )(?:of )?(?:my |our )?(?:money|business|custom|from)|(?:dont|do not) expect (?:me|"
                    "us) (?:back|to (?:come|stay|return|renew))|(?:plenty|lots) (?:of )?other (?:banks|companies|providers|"
                    "shops|suppliers|firms|insurers|networks|airlines|places)|other (?:companies|banks|providers|firms|"
                    "shops) would|(?:lost|losing|lose) (?:me|us)(?: as a (?:customer|client|member)|)"
                ),
                (
                    "(?:done|finished|through|had it) with (?:you|your|this (?:company|bank|place|shop|service|provider|"
                    "airline)|you (?:guys|people|lot)|the lot of you)|part(?:ing)? ways"
                ),
                (
                    "(?:last|final) time (?:i|we|im|ill) (?:ever )?(?:buy|buying|order|shop|use|using|book|stay|fly|deal|do|"
                    "come|coming|set|spend|trust|pick|choose|go|going|ask|send|ship|get|pay|rent|eat|travel|hire|call|bother|"
                    "rely|will|ever)|(?:last|all) (?:youll|you will|you) (?:ever )?(?:see|hear) (?:of|from) (?:me|us)|"
                    "(?:wont|not) (?:be )?(?:see|seeing|hear|hearing from) (?:me|us) again|not coming back|good riddance|"
                    "(?:this|that|it|thats|itll) (?:is|was|will be|be) (?:the|my|our) (?:very )?(?:last|final) (?:time|order|"
                    "purchase|booking|month|year|stay|flight|visit)|(?:no longer|not|dont want to|refuse to|"
                    "cant) (?:want to )?(?:be |remain |stay )?(?:being )?(?:a |your )(?:customer|client|member|subscriber)|"
                    "(?:reconsider|rethink|rethinking|reconsidering) (?:my|our|being|staying|whether)|why (?:should|"
                    "would) i stay|no reason to stay"
                ),
                (
                    "(?:or|otherwise|else|unless) (?:i|ill|im|i am|i will|we|well) (?:\\w+ ){0,2}(?:cancel|cancelling|"
                    "canceling|leave|leaving|walking|quitting)"
                ),
            ),
        ),
        (
            "says never again",
            (
                (
                    "(?:ill|well|we will|i will|im|we are|think ill|think well) not be (?:back|returning|renewing|ordering|using|"
                    "coming|buying|booking|recommending)|dont think (?:i|we)(?:ll| will) be (?:back|using|ordering|renewing|staying|"
                    "coming)|(?:wont|not) be a next time|no next time|(?:wont|wouldnt|not going to|never) use (?:you|this|your|them) "
                    "(?:\\w+ )?again|wont be (?:seen|using|giving) (?:\\w+ ){0,3}again|once bitten"
                ),
                (
                    "never (?:\\w+ ){0,2}(?:buy|buying|order|ordering|shop|shopping|use|using|book|booking|fly|flying|stay|"
                    "staying|come back|coming back|return|returning|set foot|do business|doing business|deal|dealing|eat|"
                    "eating|bank|travel|renew|purchase|spend|subscribe) (?:\\w+ ){0,6}(?:again|you|your|here|there|from|with)"
                ),
                (
                    "never again$|never again (?:with|will|am i|shall)|(?:wont|will not|wouldnt|not going to|"
                    "not gonna) (?:\\w+ )?(?:be )?(?:buy|buying|order|ordering|shop|shopping|use|using|book|booking|fly|"
                    "flying|stay|staying|come|coming|return|returning|do|doing|deal|dealing|spend|"
                    "spending) (?:\\w+ ){0,5}(?:again|from you|with you|business)|(?:wont|will not|not) be (?:back|returning|"
                    "coming back|a customer|using you|ordering from|shopping|recommending|a returning)"
                ),
            ),
        ),
    ),
    forgiven=(
        (
            "(?:close|closed|closing|shut down|delete) (?:the |my |this |that |a )?(?:\\w+ )?(?:tickets?|case|claim|"
            "request|orders?|booking|tab|app|chat|window)|(?:cancel|cancell?ing|cancell?ed|stop|change|moved?|moving|"
            "switch|switching|remove|end|drop|out of) (?:\\w+ ){0,3}(?:appointment|orders?|booking|reservation|"
            "flight|transfer|payments?|delivery|tickets?|room|trip|meeting|check|cheque|alarm|request|class|lesson|"
            "slot|parcel|viewing|visit|transaction|purchase|items?|top up|withdrawal|table|seat|ride|cab|claim|"
            "standing orders?|service (?:appointment|visit|call)|insurance claim)"
        ),
        (
            "(?:not|never|dont want to|didnt|wouldnt|no intention of|no plans? to|rather not|without|instead of|"
            "dont intend to|hate to|dont wanna|before i|avoid|isnt that i want to|accidentally|by mistake|"
            "dont) (?:\\w+ ){0,2}(?:leave|leaving|cancel|cancelling|canceling|switch|switching|close|closing|quit|"
            "quitting|delete|terminate|lose|losing|change|changing|move|moving)(?: (?:my|our|the|you|"
            "this) (?:\\w+ ){0,2}\\w+|)"
        ),
        (
            "(?:brother|sister|friends?|neighbou?r|son|daughter|mother|father|mum|dad|mom|wife|husband|colleague|"
            "partner|he|she|they|flatmate|roommate|boss|you|youve|someone|somebody|it|that|which|system|agent|lady|"
            "who|provider|was|were|been|got|gets|automatically|already) (?:just |have |has |had |already |who |"
            "accidentally |also |even )*(?:left|leaves|cancelled|canceled|closed|switched|moved|terminated|deleted|"
            "shut down|deactivated|disabled|suspended)(?: (?:you|my|our|the|your) (?:\\w+ ){0,2}\\w+|)"
        ),
        (
            "switch(?:ing)? to (?:the |a |an |my )?(?:paperless|monthly|annual|yearly|quarterly|email|online|post|basic|"
            "premium|\\w+ (?:plan|tariff|package|account|card|bundle|version|policy|cover))|"
            "(?:change|changing|switch|switching|move|moving|upgrade|transfer|transferring) (?:\\w+ ){0,3}(?:my|the|"
            "our|to the|to an?|from my|from the|to my|between) (?:\\w+ ){0,3}(?:plan|address|number|tariff|password|"
            "name|savings|checking|email|date|bundle|package|details|card|seat|room|paperless|monthly|annual|"
            "annually|yearly|appointment)"
        ),
        (
            "(?:go|going|gone|move|moving|moved|get|got|find|look|looking|send|sent|deliver|delivered|stay|"
            "staying) (?:\\w+ ){0,2}(?:somewhere else|elsewhere) (?:in|on|for|near) (?:the|my|your|town|\\w+)"
        ),
        (
            "(?:cancel|stop|leave|end) (?:\\w+ ){0,2}(?:any ?time|at any time|whenever)|can i (?:always |"
            "still )?cancel (?:later|any|if|before|within)"
        ),
        (
            "leave you (?:to|with|a|my|alone|in|some|feedback|five|5|good|great)|leaving you (?:a|alone|to|with|"
            "feedback|my)|drop (?:you|your) (?:a|an|off|my|car|bag)"
        ),
        (
            "(?:what if|if i (?:decide|wanted|ever|need) to|in case i|do i have to|would i have to|"
            "what happens if i) (?:\\w+ ){0,2}(?:cancel|leave|switch|close) (?:\\w+ ){0,3}(?:early|later|before|"
            "after|within|during|any ?time|mid|halfway)"
        ),
        (
            "(?:transfer|move|send|moving|sending|transferring|wire) (?:\\w+ ){0,6}(?:to|from|into) (?:another|"
            "a different|my other|my old|my new) bank(?: account|)|(?:stop|end) (?:\\w+ )?(?:service|"
            "line) (?:interruption|noise)|new (?:bank|insurance) (?:card|plan|policy|quote|account|card)"
        ),
        (
            "(?:turn|switch|switching|turning) off (?:\\w+ ){0,3}(?:auto ?renewal|internet|wifi|mobile|tv|energy|"
            "electricity|supply|service|data|roaming)|(?:the|your|our|my) (?:internet|broadband|service|electricity|"
            "energy|supply|tv|line) (?:\\w+ )?(?:stop|stops|stopped|drop|drops|dropped|cuts|cutting|keeps)|(?:stop|"
            "stops|drop|drops|end|ends) (?:the|my) (?:tv|sim|internet|line)"
        ),
    ),
    bare=(
        f"{_WILL} {_BY_THE_WAY}(?:leave|leaving|quitting|walking away|walking|quit)$",
        (
            f"(?:{_WILL}|please|and|can you|could you|just) {_BY_THE_WAY}(?:cancel|cancelling|canceling|"
            "terminate)(?: (?:it|this|that|them|now|today|then|altogether|completely|immediately|everything|please))*"
        ),
    ),
    about=(
        (
            "subscriptions?|contracts?|memberships?|polic(?:y|ies)|broadband|tariff|premium|renew(?:als?|ed|ing|s)?|"
            "auto ?renew|free trial|(?:the|my) trial|annual|billing cycle|monthly (?:fee|plan|payment|charge)|"
            "annual (?:fee|plan)|isp|direct debit|gym|(?:per|a|each|every) month|insurance|phone plan|mobile plan|"
            "member|provider|supplier|streaming|licen[cs]e|monthly|yearly|tenancy|cover"
        ),
    ),
    not_about=(
        (
            "orders?|bookings?|booked|reservations?|flights?|appointments?|tickets?|deliver(?:y|ed|ies)|parcel|"
            "package|transfer|itinerary|room|table|alarm|hotel"
        ),
    ),
)


class ChurnRisk:
    """Says or threatens that they will leave, cancel, close an account, go elsewhere or never buy again."""

    field: ClassVar[str] = "churn_risk"
    languages: frozenset[str] = frozenset({"en"})

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:  # noqa: ARG002  (the contract's)
        """Nothing: words decide."""
        return ()

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> Flag | Unknown:  # noqa: ARG002
        """Whether it was observed, with the turns in which it was."""
        return raise_flag(conversation, known, self.languages, SIGNS)
