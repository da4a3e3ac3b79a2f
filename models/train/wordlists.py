"""The words that lines are made of: Debian's word lists (/usr/share/dict, /usr/share/hunspell), and what packs say in each language.

`load_words` gives the lists with their weights; `spelling_list` the words of one hunspell list.
"""

import unicodedata
from functools import lru_cache
from pathlib import Path

from charset import CHARSET

DICT = Path("/usr/share/dict")
HUNSPELL = Path("/usr/share/hunspell")
# English comes first and most: it is most of what is asked for, and its letters are common to all.
LANGUAGES = {
    "american-english-large": 32, "british-english": 8, "ngerman": 9, "french": 9, "spanish": 8, "italian": 5,
    "dutch": 3, "polish": 7, "swedish": 3, "portuguese": 6, "bokmaal": 2, "danish": 2,
}
# Spelling lists, for the letters of the languages that have no word list. Weights as above: together they are few.
SPELLING = {"cs_CZ": 5, "sk_SK": 2, "hu_HU": 3, "ro_RO": 2.5, "hr_HR": 1.5, "sl_SI": 1, "lt_LT": 1.5, "lv_LV": 1.5, "tr_TR": 2.5, "et_EE": 0.7, "is_IS": 0.5}
LONGEST_WORD = 17
KNOWN = frozenset(CHARSET)

# Function words and the commonest nouns: dictionary lists hold each word once, running text does not.
COMMON = (
    "the of and to in a is that for it as was with be by on not he I this are or his from at which but have an had they you were their one "
    "all we can her has there been if more when will would who so no out up said what its about into than them only some could time these "
    "two may then do first any my now such like our over man me even most made after also did many before must through back years where "
    "much your way well down should because each just those people how too little state good very make world still own see men work long "
    "get here between both life being under never day same another know while last might us great old year off come since against go came "
    "right used take three page report board town road water public total number company market price value per cent table figure section "
    "der die und das ist nicht ein mit für auf von le la les et des est dans pour que un une del el en con por los di il che non è "
    "een het van og på är att w na nie z"
).split()
# The same for languages with many marked letters, with what packs say in them.
OWN = {
    "ngerman": "über für können müssen größe süß nährwerte brennwert fett davon gesättigte fettsäuren kohlenhydrate zucker eiweiß salz ballaststoffe "
    "zutaten weizenmehl milchpulver kann spuren von nüssen enthalten kühl und trocken lagern mindestens haltbar bis",
    "french": "à été être même très après où énergie matières grasses dont acides gras saturés glucides sucres protéines sel fibres ingrédients "
    "farine de blé lait écrémé en poudre peut contenir des traces à conserver à l'abri de l'humidité préférence glycérine",
    "spanish": "más está también después según año niño información nutricional porción energía grasas azúcares proteínas sal fibra hidratos de "
    "carbono ingredientes harina de trigo leche en polvo puede contener trazas consérvese en lugar fresco y seco edición",
    "portuguese": "não são é à às também até você pão açúcar água líquido sódio proteínas gorduras hidratos de carbono fibras sal valor energético "
    "informação nutricional porção ingredientes farinha de trigo leite em pó contém pode conter vestígios conservar em local fresco e seco",
    "polish": "się nie że jest są może być będzie więcej także również przez przed dla oraz lub po od do wartość odżywcza energetyczna białko "
    "tłuszcz węglowodany błonnik sól cukry nasycone składniki zawiera mąka pszenna mleko w proszku śladowe ilości orzechów najlepiej zużyć "
    "spożyć przechowywać w suchym chłodnym miejscu należy produkt żywność",
    "swedish": "och är för på från även efter innan näringsvärde energi fett varav mättat kolhydrat sockerarter protein salt ingredienser "
    "vetemjöl mjölkpulver kan innehålla spår av nötter förvaras torrt och svalt bäst före",
    "cs_CZ": "že je se na do od při před není můžete jsou také více než obsahuje složení bílkoviny tuky sacharidy vláknina sůl cukry z toho "
    "nasycené výživové údaje energetická hodnota mouka pšeničná mléko sušené může obsahovat stopy ořechů spotřebujte uchovávejte v chladu "
    "průměrné množství výrobek hmotnost",
    "sk_SK": "že je sa na od pri môže obsahovať zloženie bielkoviny tuky sacharidy vláknina soľ cukry z toho nasýtené výživové údaje energetická "
    "hodnota pšeničná múka mlieko skladujte v suchu",
    "hu_HU": "és az egy nem hogy meg vagy után előtt fehérje zsír szénhidrát ebből cukrok só energia tápérték összetevők búzaliszt tejpor "
    "nyomokban tartalmazhat mogyorót minőségét megőrzi száraz hűvös helyen tárolandó",
    "ro_RO": "și este sunt pentru care mai după înainte proteine grăsimi glucide zaharuri sare fibre valoare energetică ingrediente făină de grâu "
    "lapte praf poate conține urme a se păstra la loc răcoros și uscat",
    "tr_TR": "ve bir için değil çok daha ile olarak enerji yağ doymuş karbonhidrat şekerler lif protein tuz içindekiler buğday unu süt tozu eser "
    "miktarda içerebilir serin ve kuru yerde saklayınız son tüketim tarihi",
    "hr_HR": "što je i od već također prije poslije bjelančevine masti ugljikohidrati šećeri sol vlakna sastojci pšenično brašno mlijeko može "
    "sadržavati tragove čuvati na suhom hladnom mjestu",
    "lt_LT": "ir yra iš ne su be į baltymai riebalai angliavandeniai cukrūs druska sudėtis kvietiniai miltai pieno gali būti riešutų laikyti "
    "vėsioje sausoje vietoje geriausias iki",
    "lv_LV": "un ir no ar bez uz olbaltumvielas tauki ogļhidrāti cukuri sāls sastāvdaļas kviešu milti piena pulveris var saturēt riekstu "
    "daļiņas uzglabāt vēsā sausā vietā ieteicams līdz",
}
OWN = {name: text.split() for name, text in OWN.items()}


@lru_cache(maxsize=1)
def load_words():
    """(word lists, their weights, the common words that go with each)"""
    lists, weights, common = [], [], []
    for name, weight in LANGUAGES.items():
        path = DICT / name
        if not path.exists():
            raise SystemExit(f"{path} is missing: run models/train/setup.sh")
        lists.append(usable(path.read_text("utf8", "ignore").splitlines(), KNOWN))
        weights.append(weight)
        common.append(OWN.get(name, COMMON))
    for name, weight in SPELLING.items():
        words = [word for word in spelling_list(name, KNOWN) if not any(map(str.isdigit, word))]
        if len(words) > 1000:
            lists.append(words)
            weights.append(weight)
            common.append(OWN.get(name, COMMON))
    return lists, weights, common


def usable(words, letters):
    return [w for w in map(str.strip, words) if 0 < len(w) <= LONGEST_WORD and letters.issuperset(w)]


def spelling_list(name, letters):
    """The stems of a hunspell list that are written with `letters`; empty where it is not installed."""
    path = HUNSPELL / f"{name}.dic"
    if not path.exists():
        return []
    head = (HUNSPELL / f"{name}.aff").read_bytes()[:4000].decode("latin-1")
    encoding = next((line.split()[1] for line in head.splitlines() if line.lstrip("\ufeffï»¿").startswith("SET ")), "latin-1")
    stems = (line.split("/")[0].split("\t")[0] for line in path.read_text(encoding, "ignore").splitlines()[1:])
    # Romanian lists still write the cedilla for the comma below; Korean ones write the parts of a syllable one by one.
    comma = str.maketrans("ŞşŢţ", "ȘșȚț") if name == "ro_RO" else {}
    return [w for w in usable((unicodedata.normalize("NFC", stem).translate(comma) for stem in stems), letters) if len(w) > 1]
