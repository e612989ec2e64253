"""Small words (articles, pronouns, prepositions, auxiliaries) by which languages are distinguished.

Four languages that are analysed or announced, with phrases of every service desk, and the neighbours that they could be
confused with. Words as ``spoken_words`` returns them: small letters, apostrophes removed.
"""

from collections.abc import Mapping

_SMALL_WORDS = {
    "en": (
        "the and to of is that it for you are with on have this"
        " be my your was not can do but i im its what how please"
        " thank thanks yes no could would will we they there from"
        " at by has had just like need want dont about if or so"
        " me an a in hello hi okay"
    ),
    "nl": (
        "de het een en van ik je dat is niet op te zijn voor met die"
        " wat maar heb heeft hij zij wij ze er aan ook als kan"
        " naar bij nog wel geen uw mijn dit deze hoe waar dus ja nee goed graag dank bedankt alstublieft u hebben wil"
        " moet kunnen zou worden dan over uit wordt mag hallo goedemorgen"
        " goedemiddag goedenavond waarmee wanneer waarom"
        " mij hoor kunt komt doet werkt duurt bestelling levering rekening"
        " factuur klantnummer abonnement opzeggen wachtwoord"
        " gisteren vandaag morgen weken dagen ogenblik geduld helpen"
        " alles precies jullie onze welke wilt fijne helemaal keer"
    ),
    "de": (
        "der die das und ist nicht ich sie ein eine einen mit zu"
        " den dem des auf für von im es haben habe hat wir kann"
        " können bitte danke ja nein aber auch noch wie was wenn"
        " dann bei nach aus oder um mir mich ihr ihre ihnen mein"
        " meine meinen meiner guten tag war sind wird werden dass schon"
        " nur sehr gut hallo morgen gerne also da möchte warum"
        " vielen danke dank wiederhören tschüss kein keine nichts geht"
        " kommt dauert funktioniert bestellung lieferung rechnung"
        " vertrag kündigen kundennummer passwort gestern heute wochen"
        " tage augenblick moment geduld helfen alles genau ihren"
        " unsere lange wann wo hier mehr zum zur vom beim wegen welche hätten wurde schönen rufe"
    ),
    "es": (
        "el la los las de que y en un una es no por con para su lo"
        " mi me se del al está esta como más pero si sí ya muy"
        " gracias hola buenos días buenas tardes favor tengo tiene"
        " puede quiero necesito ha he cuando cómo qué usted le"
        " les son era hay todo bien aquí también porque sobre estoy"
        " quería necesita funciona llega llegado pedido factura"
        " contrato cuenta contraseña envío número cliente cancelar"
        " ayer hoy mañana semanas días momento paciencia ayudarle"
        " ayuda dónde cuánto exacto vale claro señor señora nos nada esto eso"
        " ese desde hasta demasiado todavía voy acuerdo tenga han veces cuándo"
    ),
    "fr": (
        "le la les de des du et est un une je vous nous il elle que"
        " qui ne pas pour sur avec dans ce cette mon ma votre"
        " vos au aux en ou mais jai cest bonjour merci oui non sil"
        " plaît suis avez être avoir très bien aussi plus comme"
        " tout peut faire"
    ),
    "it": (
        "il lo la gli le di che e è un una non per con mi si sono"
        " ho ha del della dei al alla come anche più ma se questo"
        " questa mio mia grazie buongiorno prego sì no vorrei posso può cosa quando bene molto nel nella ci"
    ),
    "pt": (
        "o a os as de que e é um uma não para com por do da dos"
        " das no na em se eu você meu minha está estou tenho tem"
        " obrigado obrigada olá bom dia boa tarde sim mas como mais muito quero posso isso esse esta também ao foi"
    ),
    "sv": (
        "och att det som en på är av för med den till inte har jag"
        " de ett om men var vi du kan ni mitt min tack hej ja nej"
        " från så hur vad skulle vill också när eller detta här"
    ),
    "da": (
        "og at det som en på er af for med den til ikke har jeg de"
        " et om men var vi du kan din min tak hej ja nej fra så"
        " hvordan hvad skulle vil også når eller dette her mig"
    ),
    "pl": (
        "i w na z do nie się to jest że jak co ale po za od dla mam"
        " pan pani dzień dobry dziękuję proszę tak czy mnie już"
        " jestem był mogę chcę mój moja ten ta przez tylko może"
    ),
    "tr": (
        "ve bir bu da de için ile çok var yok ben siz biz evet merhaba teşekkür ederim lütfen ne benim ama"
        " olarak değil mi kadar daha gibi istiyorum"
    ),
    "id": (
        "yang dan di ke dari ini itu saya anda tidak untuk dengan"
        " ada bisa akan sudah apa bagaimana terima kasih selamat"
        " pagi ya juga atau kami mau tolong"
    ),
}


def _by_word() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for language, words in _SMALL_WORDS.items():
        for word in words.split():
            found.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in found.items()}


LANGUAGES_OF: Mapping[str, tuple[str, ...]] = _by_word()
"""For each small word the languages that have it."""
