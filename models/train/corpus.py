"""What the lines say: label, receipt, document and sign text, in the proportions in which glyphd meets it.

Everything is made up here from word lists (wordlists.py) and from patterns; nothing is copied from a picture. `Corpus.pick` also says
which kind of picture the line is for (see KINDS). A line is what is drawn; `foreign.read_of` tells what is read of it.
"""

import random
import string

from charset import CHARSET
from foreign import Foreign
from structure import NUTRIENTS, Structure
from wordlists import COMMON, load_words

# Letters of languages without any list (Maltese, Welsh...) are sown into words, so that each class is met at all.
RARE = [c for c in CHARSET if c.isalpha() and ord(c) > 0xBF]
FOOD = (
    "water sugar salt wheat flour palm oil milk powder cocoa butter soy lecithin egg yeast rice starch glucose syrup citric acid "
    "natural flavour emulsifier colour preservative antioxidant vitamin iron calcium sodium chloride potassium sorbate spices garlic "
    "onion pepper tomato paste modified corn maltodextrin whey protein vegetable fat sunflower rapeseed nuts almonds hazelnuts peanuts "
    "sesame mustard celery honey oats barley malt vinegar lemon juice concentrate apple orange strawberry vanilla cinnamon cream cheese "
    "pork beef chicken fish shrimp noodle sauce seasoning monosodium glutamate acidity regulator thickener stabiliser pectin guar gum"
).split()
# How the picture of a line is made, and its share of the lines; the renderer has a module for each but the first.
NOTHING = "nothing"  # pictures without text
KINDS = {"plain": 25, "scene": 37, "arc": 5, "dots": 5, "plate": 8, "figures": 3, "signs": 10.5, "zone": 1, "tag": 1, "foreign": 3, NOTHING: 1.5}
SIGNS = (
    "OPEN|CLOSED|EXIT|SALE|STOP|PARKING|HOTEL|CAFE|Coffee|RESTAURANT|BANK|POLICE|TAXI|BUS|PUSH|PULL|FREE|NEW|MENU|PIZZA|BAR|GRILL|SUSHI|"
    "Bakery|PHARMACY|Books|Fashion|Beauty|Salon|SPA|Gym|Market|Store|Shop|CENTRE|CENTER|MALL|Plaza|Station|Platform|Airport|City|Road|"
    "STREET|AVENUE|Square|Bridge|Park|Garden|Museum|Theatre|CINEMA|LIBRARY|School|University|College|Hospital|Clinic|Dental|Optical|"
    "Jewellery|Watch|Shoes|Sports|Mobile|Phone|Computer|Digital|Electronics|Furniture|Kitchen|Home|House|Office|Tower|Level|Floor|Lift|"
    "Toilet|LADIES|GENTS|MEN|WOMEN|Kids|Baby|Toys|Games|Music|Live|SHOW|Tickets|TICKET|Welcome|THANK|YOU|PLEASE|Caution|DANGER|WARNING|"
    "NO|ENTRY|SMOKING|KEEP|LEFT|RIGHT|WAY|OUT|IN|UP|DOWN|Monday|SUNDAY|Daily|HOURS|24|7|am|pm|KM|MPH|LIMIT|SPEED|ONE|ALL|BIG|Best|BUY|"
    "GET|OFF|UP TO|50%|70%|-30%|from|only|now|Limited|Offer|Special|SUPER|Mega|Fresh|Hot|Cold|ICE|CREAM|Tea|Juice|Beer|WINE|Water|Food|"
    "Chicken|BURGER|Noodle|Rice|Thai|CHINA|Japan|India|London|PARIS|New York|America|Asia|WORLD|Global|Royal|King|QUEEN|Grand|Golden|"
    "STAR|SUN|Moon|Blue|RED|GREEN|Black|White|Express|Service|Centre|Customer|Card|ATM|CREDIT|Money|Exchange|TAX|LAW|Insurance|Group"
).split("|")
MAKERS = "o a ex ix ora ano ello ica ium ify ly tek max co land mart soft corp ware ston ville ton ski well ford son".split()
# What is mistaken for what in codes: capitals and figures of like shape.
ALIKE = "O0Q I1l B8 S5 G6C D0O Z2 7T1 A4 UV MNW EF PR KX".split()
PHRASES = (
    "BEST BEFORE|BEST BY|BEST IF USED BY|USE BY|EXP|EXP.|EXPIRY DATE|Exp. Date:|MFG|MFG DATE|MFD|PACKED ON|SELL BY|BB|BBE|LOT|LOT NO.|"
    "Lot:|BATCH|Batch No.|SERIAL NO|S/N|P/N|REF|SKU|MADE IN CHINA|MADE IN ITALY|PRODUCT OF MEXICO|PRODUCT OF SPAIN|NET WT|NET WEIGHT|"
    "Net Wt.|INGREDIENTS:|Ingredients|Nutrition Facts|Serving Size|Servings Per Container|Amount/Serving|% Daily Value*|%DV*|CONTAINS:|"
    "May contain traces of nuts|KEEP REFRIGERATED|Must be Kept Refrigerated|Store in a cool, dry place|Shake well before use|"
    "Keep out of reach of children|DO NOT FREEZE|FRAGILE|THIS SIDE UP|HANDLE WITH CARE|WARNING:|CAUTION|DANGER|GLUTEN FREE|ORGANIC|"
    "Distributed by|Manufactured by|Hergestellt in|Mindestens haltbar bis:|Zutaten:|À consommer de préférence avant le|"
    "Consumir preferentemente antes del|Da consumarsi preferibilmente entro il|TOTAL|SUBTOTAL|CASH|CHANGE|ROUNDING|TAX INVOICE|"
    "GST|GST ID NO|INVOICE NO|TEL|FAX|QTY|PRICE|AMOUNT|TABLE|CASHIER|DATE|TIME|THANK YOU|PLEASE COME AGAIN|SDN BHD|NO. |JALAN|TAMAN|"
    "OPEN|CLOSED|EXIT|ENTRANCE|SALE|STOP|PARKING|HOTEL|CAFE|RESTAURANT|BANK|POLICE|TAXI|BUS|PUSH|PULL|FREE|NEW|VISA|MENU"
).split("|")
UNITS = "g kg mg µg ml cl L l % oz lb fl.oz kcal kJ Cal pcs cm mm m V W A Hz kHz °C °F IU mAh dB m² cm³ Nm bar".split()
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
MONTHS_LONG = "January February March April May June July August September October November December".split()


class Corpus:
    """Makes up lines of text from a random generator; the same seed gives the same lines."""

    def __init__(self, rng: random.Random):
        self.rng = rng
        self.lists, self.weights, self.common = load_words()
        self.structure = Structure(rng)
        self.foreign = Foreign(rng, self.structure)
        # Signs and brands are mostly of plain letters.
        self.plain_words = [w for w in self.lists[0] if w.isascii() and len(w) < 13]

    def words(self, low, high):
        r = self.rng
        source, common = r.choices(list(zip(self.lists, self.common)), self.weights)[0]
        words = [r.choice(common) if high > 1 and r.random() < 0.35 else r.choice(source) for _ in range(r.randint(low, high))]
        if high > 1 and r.random() < 0.012:
            i = r.randrange(len(words))
            at = r.randrange(len(words[i]) + 1)
            words[i] = words[i][:at] + r.choice(RARE) + words[i][at:]
        return words

    def case(self, text):
        k = self.rng.random()
        if k < 0.36:
            return text.upper()
        if k < 0.56:
            return text.title()
        if k < 0.74:
            return text.capitalize()
        return text

    def prose(self):
        r = self.rng
        words = self.words(1, 7)
        text = self.case(" ".join(words))
        k = r.random()
        if k < 0.22:
            text += r.choice(".,:;!?.,")
        elif k < 0.27:
            text = r.choice(['"{}"', "({})", "'{}'", "“{}”", "‘{}’", "«{}»", "„{}“", "*{}", "• {}", "- {}", "– {}"]).format(text)
        elif k < 0.33 and len(words) > 1:
            at = text.find(" ")
            text = text[:at] + r.choice([",", " -", " &", ":", " –", "/", ";", " —", ".", "’s", "'s", " +"]) + text[at:]
        return text

    def word(self):
        return self.case(self.words(1, 1)[0])

    def digits(self, low, high):
        return "".join(self.rng.choice(string.digits) for _ in range(self.rng.randint(low, high)))

    def alike(self, low, high):
        """Characters that are taken for each other, side by side."""
        r = self.rng
        pool = "".join(r.sample(ALIKE, 3)).replace("l", "")
        return "".join(r.choice(pool if r.random() < 0.7 else string.ascii_uppercase + string.digits) for _ in range(r.randint(low, high)))

    def code(self, low=3, high=14):
        r = self.rng
        if r.random() < 0.2:
            return self.alike(low, high)
        k = r.random()
        if k < 0.3:
            return "".join(r.choice(string.ascii_uppercase + string.digits) for _ in range(r.randint(low, high)))
        if k < 0.55:
            return "".join(r.choice(string.ascii_uppercase) for _ in range(r.randint(1, 4))) + r.choice(["", "-", " "]) + self.digits(2, 9)
        if k < 0.8:
            return r.choice(["-", " ", "/", "."]).join(self.digits(2, 6) for _ in range(r.randint(2, 4)))
        return self.digits(3, 14)

    def date(self):
        r = self.rng
        y, m, d = r.randint(1995, 2035), r.randint(1, 12), r.randint(1, 31)
        yy = y % 100
        s = r.choice(["/", ".", "-", " ", ""])
        return self.rng.choice([
            f"{d:02}{s}{m:02}{s}{y}", f"{d:02}{s}{m:02}{s}{yy:02}", f"{y}{s}{m:02}{s}{d:02}", f"{m:02}{s}{y}",
            f"{d:02}{s}{MONTHS[m - 1].upper()}{s}{y}", f"{d:02} {MONTHS[m - 1].upper()} {yy:02}", f"{MONTHS[m - 1]} {d:02}, {y}",
            f"{MONTHS[m - 1].upper()} {d:02} {yy:02}", f"{y}{s}{MONTHS[m - 1].upper()}{s}{d:02}", f"{d} {MONTHS_LONG[m - 1]} {y}",
            f"{MONTHS_LONG[m - 1]} {y}", f"{MONTHS_LONG[m - 1].upper()} {d}, {y}",
        ])

    def clock(self):
        r = self.rng
        text = f"{r.randint(0, 23):02}:{r.randint(0, 59):02}"
        return text + r.choice(["", "", f":{r.randint(0, 59):02}", " AM", " PM", "h"])

    def best_before(self):
        r = self.rng
        parts = [r.choice(PHRASES[:27]), self.date()] if r.random() < 0.5 else [self.date()]
        if r.random() < 0.35:
            parts.append(self.clock())
        if r.random() < 0.4:
            parts.append(self.code(2, 8))
        return " ".join(parts)

    def price(self):
        r = self.rng
        n = r.choice([r.randint(0, 9), r.randint(0, 99), r.randint(0, 9999)])
        amount = r.choice([f"{n}.{r.randint(0, 99):02}"] * 3 + [f"{n},{r.randint(0, 99):02}", f"{n:,}.{r.randint(0, 99):02}", str(n)])
        return r.choice(["{}"] * 5 + ["${}", "€{}", "{} €", "£{}", "RM{}", "RM {}", "{} kr", "-{}", "({})", "{}%", "¥{}", "{}¢"]).format(amount)

    def measure(self):
        r = self.rng
        n = r.choice([str(r.randint(1, 999)), f"{r.randint(0, 99)}.{r.randint(0, 9)}", f"{r.randint(0, 9)},{r.randint(0, 99)}", "½", "¼", "1½"])
        text = n + r.choice(["", "", " "]) + r.choice(UNITS)
        k = r.random()
        if k < 0.25:
            return f"{r.choice(NUTRIENTS)} {text}" + r.choice(["", f" {r.randint(0, 99)}%"])
        if k < 0.35:
            return f"{text} {r.choice(['x', '×', '±', '/', '-', '–', '='])} {self.digits(1, 3)}{r.choice(UNITS)}"
        if k < 0.5:
            return f"{r.choice(['NET WT', 'Net Wt.', 'e', 'Poids net', 'Inhalt', 'Vol.'])} {text}"
        return text

    def ingredients(self):
        r = self.rng
        out = []
        for _ in range(r.randint(2, 8)):
            item = " ".join(r.sample(FOOD, r.randint(1, 3)))
            item = r.choice([item, item.title(), item])
            k = r.random()
            if k < 0.15:
                item += f" {r.randint(1, 99)}%" if k < 0.1 else f" ({r.randint(0, 99)}.{r.randint(0, 9)}%)"
            elif k < 0.25:
                item += f" (E{r.randint(100, 999)}" + r.choice([")", ", E%d)" % r.randint(100, 999)])
            out.append(item)
        text = ", ".join(out) + r.choice([",", ".", "", ""])
        return text.upper() if r.random() < 0.25 else text

    def address(self):
        r = self.rng
        return r.choice([
            lambda: f"{r.randint(1, 999)} {self.word().title()} {r.choice(['St', 'Street', 'Road', 'Ave.', 'Blvd', 'Lane', 'Str.', 'rue'])}",
            lambda: f"{self.word().title()}, {self.word().title()} {self.digits(4, 5)}",
            lambda: f"NO.{r.randint(1, 99)}, JALAN {self.word().upper()} {r.randint(1, 9)}/{r.randint(1, 99)},",
            lambda: f"{self.digits(5, 5)} {self.word().upper()}, {self.word().upper()}.",
            lambda: r.choice(["TEL", "Tel.", "TEL:", "Phone", "FAX :", "Tel : "]) + " " + r.choice(
                [f"{self.digits(2, 3)}-{self.digits(7, 8)}", f"+{self.digits(2, 2)} {self.digits(3, 3)} {self.digits(3, 4)} {self.digits(3, 4)}",
                 f"({self.digits(3, 3)}) {self.digits(3, 3)}-{self.digits(4, 4)}", f"1-800-{self.digits(3, 3)}-{self.digits(4, 4)}"]),
            lambda: f"{self.word().lower()}@{self.word().lower()}.{r.choice(['com', 'de', 'org', 'co.uk', 'fr', 'net'])}",
            lambda: r.choice(["www.", "http://www.", "https://", ""]) + f"{self.word().lower()}.{r.choice(['com', 'de', 'org', 'co.uk', 'fr', 'it'])}"
            + r.choice(["", "", f"/{self.word().lower()}"]),
            lambda: f"{self.word().title()} {self.word().title()} {r.choice(['Inc.', 'Ltd', 'GmbH', 'S.A.', 'Co., Ltd.', 'LLC', '& Co.', 'SDN BHD', 'S.p.A.'])}",
        ])()

    def receipt(self):
        r = self.rng
        return r.choice([
            lambda: f"{r.choice(PHRASES).strip()} {r.choice(['', ': ', ' :', '# '])}{self.code(2, 10)}",
            lambda: f"{r.choice(PHRASES).strip()}{r.choice([' ', ': ', ' : '])}{self.price()}",
            lambda: f"{r.randint(1, 20)} {self.word().upper()} {self.word().upper()} {self.price()}",
            lambda: f"{self.date()} {self.clock()}",
            lambda: f"{self.price()} {r.choice(['SR', 'ZRL', 'S', 'T', 'x', 'X', '@', '*'])} {self.digits(1, 2)}",
            lambda: f"({self.digits(5, 7)}-{r.choice(string.ascii_uppercase)})",
            lambda: f"{self.digits(1, 3)} X {self.price()} {self.price()}",
        ])()

    def plate(self):
        """A number plate; `|` stands for an emblem, a seal or a gap that is no part of the number."""
        r = self.rng
        pattern = r.choice(
            "AAA|0000 AAA-0000 AAA|000 AA-000AA AA|000AA AA|000AA AA-0000 0A0|0000 0AAA000 0AAA000 AAA|0A00 AAA 000 000|AAA-000 A00|0AA "
            "AA00 AA0|A0A A00|0000 AA00 AAA|AA-000-AA A-AA0000 AAA-AA000 AA|00|AA 0000|AAA AAA000 00000A0 000-AAA 00|AA|00 AA0000AA "
            "AA00|000 AAA0A00 A|000|AA".split() + ["AA 0000 AA", "AAA 000", "A AA 0000", "0 AAA 00", "AA 00 AAA", "000 AAA"]
        )
        letters = string.ascii_uppercase + "OIDBSQGZ"
        return "".join(r.choice(letters) if c == "A" else r.choice(string.digits + "01568") if c == "0" else c for c in pattern)

    def brand(self):
        """A made-up name."""
        r = self.rng
        stem = r.choice(self.plain_words).lower().replace("'s", "")
        return (stem[: r.randint(2, 5)] + r.choice(MAKERS)).capitalize()

    def scene(self):
        """What shop fronts, street signs and posters say, a word or two."""
        r = self.rng
        kinds = [(lambda: r.choice(self.plain_words), 40), (lambda: r.choice(SIGNS), 14), (lambda: r.choice(COMMON), 9), (self.brand, 9),
                 (lambda: self.words(1, 1)[0], 7), (lambda: self.digits(1, 4), 6), (self.price, 3), (lambda: str(r.randint(1900, 2030)), 1.5),
                 (lambda: self.code(2, 7), 2), (lambda: r.choice(string.ascii_letters + string.digits), 1.5), (self.clock, 1),
                 (lambda: f"{r.randint(1, 99)}{r.choice(['%', '%', 'th', 'KM', 'km', 'p', 'am', 'pm', 'ft', '+', '¢', '°'])}", 1.5),
                 (lambda: f"www.{r.choice(self.plain_words).lower()}.com".replace("'", ""), 1), (lambda: self.digits(3, 4) + "-" + self.digits(4, 4), 1.5)]
        text = r.choices([k for k, _ in kinds], [w for _, w in kinds])[0]()
        if r.random() < 0.12:
            text += r.choice([" ", " ", " ", " & ", "-"]) + r.choice([r.choice(self.plain_words), r.choice(SIGNS)])
        k = r.random()
        if k < 0.48:
            text = text.upper()
        elif k < 0.70:
            text = text[:1].upper() + text[1:]
        elif k < 0.85:
            text = text.lower()
        k = r.random()
        if k < 0.05:
            text += r.choice(".,!?:;!,.")
        elif k < 0.07:
            text = r.choice(['"{}"', "({})", "{}'s", "{}®", "{}™", "{}...", "#{}", "@{}", "*{}", "{}&", "({}", "{})"]).format(text)
        return text

    def label(self):
        """A line of a pack's small print or of its front."""
        r = self.rng
        if r.random() < 0.2:
            return self.scene()
        kinds = [(self.prose, 40), (self.ingredients, 15), (lambda: r.choice(PHRASES), 10), (self.measure, 10), (self.address, 10), (self.word, 10)]
        text = r.choices([k for k, _ in kinds], [w for _, w in kinds])[0]()
        return text[: r.randint(18, 48)].strip() if len(text) > 40 else text

    def stamp(self):
        """What an ink-jet printer sets on a pack: dates, times, lots."""
        r = self.rng
        month, day, year = r.choice(MONTHS).upper(), r.randint(1, 31), r.randint(2015, 2032)
        return r.choice([
            self.best_before, lambda: self.structure.make("dated"), lambda: self.structure.make("dated"), self.structure.date, self.clock, lambda: self.code(2, 9), lambda: self.alike(3, 9),
            lambda: f"{month} {day:02} {year % 100} {self.clock()[:5]} {self.alike(2, 2)} {self.digits(3, 4)}",
            lambda: f"{r.choice(['BB', 'BEST BY', 'EXP', 'USE BY', 'BBE', 'E', 'P', 'PB', 'BEST BY:', 'EXP:'])} {year}{r.choice('-/. ')}{month}{r.choice('-/. ')}{day:02}",
            lambda: f"BEST BY: {r.randint(1, 12):02}/{day:02}/{year} {self.digits(5, 5)}{self.alike(2, 2)}{self.digits(4, 4)} {self.clock()[:5]}",
            lambda: f"{day:02}{month}{year}", lambda: f"{day:02}/{r.randint(1, 12):02}/{year}", lambda: f"L{self.digits(4, 6)} {self.clock()}",
            lambda: f"{self.digits(4, 4)}{self.alike(2, 2)} {self.digits(4, 4)} {self.digits(4, 4)}", lambda: f"{self.alike(3, 5)} {self.clock()}",
            lambda: f"{r.choice(['PB', 'PACK', 'MFG', 'PKD', 'PROD'])} {month} {day:02} {year % 100} {self.digits(2, 2)} {self.digits(2, 2)}",
        ])()

    def figures(self):
        """What lit displays, scales, meters and stencils show."""
        r = self.rng
        signed = lambda text: r.choice(["", "", "-", "-", "+", "- "]) + text
        decimal = lambda: f"{r.randint(0, 999)}{r.choice('...,')}{self.digits(1, 3)}"
        return r.choice([
            lambda: self.digits(1, 6), self.clock, decimal, decimal, lambda: signed(decimal()), lambda: signed(self.digits(1, 3)), lambda: f"{signed(self.digits(1, 2))}.{self.digits(1, 1)}",
            lambda: f"1{self.digits(1, 1)}.{self.digits(1, 1)}", lambda: f"0.{self.digits(2, 3)}", lambda: f"{r.randint(1, 12)}:{r.randint(0, 59):02}", lambda: f"{r.randint(0, 23):02}:{r.randint(0, 59):02}:{r.randint(0, 59):02}",
            lambda: f"{self.digits(2, 2)}-{self.digits(2, 2)}", lambda: f"{signed(self.digits(1, 2))}°C", lambda: f"{self.digits(2, 2)}.{self.digits(1, 1)}°C", lambda: f"E{self.digits(1, 2)}", lambda: "0" * r.randint(1, 3) + self.digits(2, 4),
            lambda: r.choice("Err Lo oFF on FULL donE End Auto HoLd CAL 0.00 -- --.- 8.8.8 88:88 F1 P2 CH rUn".split()),
        ])()

    def pick(self, longest, kind=None):
        """(kind, line) with the kinds in the shares of KINDS, or a line for the `kind` asked."""
        r = self.rng
        kind = kind or r.choices(list(KINDS), list(KINDS.values()))[0]
        if kind == NOTHING:
            return kind, ""
        source = {"scene": self.scene, "arc": self.label, "dots": self.stamp, "plate": self.plate, "figures": self.figures, "signs": self.structure.line,
                  "zone": self.structure.zone, "tag": lambda: self.structure.make("raised"), "foreign": self.foreign.line}.get(kind)
        return kind, " ".join((source() if source else self.line(longest)).split())[:longest].strip()

    def noise(self):
        r = self.rng
        source = r.choice([string.printable[:94], CHARSET[1:], string.ascii_letters, CHARSET[95:]])
        return "".join(r.choice(source) for _ in range(r.randint(1, 9)))

    def long(self):
        """A full line of a document or of small print, cut out of running text, so that it begins and ends anywhere."""
        r = self.rng
        k = r.random()
        if k < 0.25:
            text = self.ingredients()
        elif k < 0.4:
            text = ", ".join(self.structure.make("nutrition") for _ in range(r.randint(2, 4)))
        else:
            words = self.words(7, 15)
            for i in range(len(words) - 1):
                k = r.random()
                if k < 0.16:
                    words[i] += r.choice([",", ",", ".", ";", ":", ")", " –", " &", "/", " -"])
                elif k < 0.19:
                    words[i] = f"({words[i]})"
                elif k < 0.23:
                    words[i] = r.choice([self.digits(1, 4), self.structure.make("amount"), self.structure.make("percent"), f"E{self.digits(3, 3)}"])
            text = " ".join(words) + r.choice(["", "", "", ".", ",", "-", ":"])
        k = r.random()
        return text[:1].upper() + text[1:] if k < 0.55 else text.upper() if k < 0.7 else text

    def line(self, longest):
        """One line of at most `longest` characters, single spaces, no space at either end."""
        r = self.rng
        kinds = [(self.prose, 27), (self.word, 13), (self.best_before, 7), (self.code, 6), (self.price, 5), (self.measure, 4),
                 (self.ingredients, 6), (self.address, 8), (self.receipt, 9), (self.noise, 3), (self.long, 12), (lambda: self.structure.make("nutrition"), 6),
                 (lambda: r.choice(PHRASES), 5), (lambda: r.choice(string.ascii_letters + string.digits * 3), 2), (lambda: self.digits(1, 6), 2)]
        text = r.choices([k for k, _ in kinds], [w for _, w in kinds])[0]()
        if r.random() < 0.06:
            text += " " + self.prose()
        text = " ".join(text.split())
        if len(text) > longest:
            text = text[: r.randint(max(1, longest // 2), longest)].strip()
        return text
