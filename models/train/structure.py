"""Lines where a sign decides the meaning: quantities, temperatures, fractions, brackets, element strings, machine-readable zones, part names, dates.

A grammar: RULES gives the alternatives of each name, and `{name}` in one of them stands for an alternative of that name, or for what the
method of that name makes up. Alternatives that stand twice come up twice as often. A line may hold characters of charset.READ_AS, which are
drawn as they are and read as what they stand for.
"""

import random
import re
import string

CAPITALS, FIGURES = string.ascii_uppercase, string.digits
HEXADECIMAL = FIGURES + "ABCDEF"
NUTRIENTS = (
    "Energy|Calories|Total Fat|Saturated Fat|Trans Fat|Cholesterol|Sodium|Total Carbohydrate|Dietary Fiber|Fibre|Sugars|Total Sugars|"
    "Includes Added Sugars|Protein|Salt|Vitamin D|Vitamin C|Vitamin A|Vitamin B12|Calcium|Iron|Potassium|of which saturates|of which sugars|"
    "Fett|Kohlenhydrate|Eiweiß|Salz|Brennwert|davon Zucker|Énergie|Matières grasses|Glucides|Protéines|Sel|Grasas|Azúcares|Proteínas|Grassi|"
    "Líquido|Bílkoviny|Tuky|Sůl|Białko|Tłuszcz|Węglowodany|Fehérje|Zsír|Szénhidrát|Enerji|Yağ|Proteine|Grăsimi|Sale|Kolhydrat"
).split("|")
STAMPS = (  # best before, made, lot, in the languages of the reader
    "BEST BEFORE|Best before|Best before:|BEST BEFORE END|BBE|BB|BB:|BBD|BEST BY|USE BY|Use by:|SELL BY|Sell by|ENJOY BY|EXP|EXP.|EXP:|Exp. Date|EXPIRES|"
    "EXPIRY|MFG|MFD|PROD|PKD|PACKED ON|LOT|Lot|L|MHD|MHD:|Mindestens haltbar bis|mind. haltbar bis:|Zu verbrauchen bis|Verw. bis|DLC|DDM|DLUO|"
    "À consommer avant le|À consommer de préférence avant le|PÉREMPTION|Fecha de caducidad|CAD|CAD.|Consumir antes de|Cons. pref. antes del|VENC|Vto.|"
    "Da consumarsi entro|Scad.|SCADENZA|Validade|VAL:|Ten minste houdbaar tot|THT|TGT|Bäst före|Bäst före:|Bedst før|Mindst holdbar til|"
    "Best før|Siste forbruksdag|Parasta ennen|Najlepiej spożyć przed|Należy spożyć do|Minimální trvanlivost do|Spotřebujte do|Minimálna trvanlivosť do|"
    "Spotrebujte do|Minőségét megőrzi|Fogyasztható|A se consuma de preferință înainte de|A se consuma până la|Najbolje upotrijebiti do|Upotrijebiti do|"
    "Uporabno najmanj do|Geriausias iki|Tinka vartoti iki|Ieteicams līdz|Izlietot līdz|Parim enne|Kõlblik kuni|SKT|SKT:|TETT|TETT:|STT|Son Tüketim Tarihi|Best fyrir"
).split("|")
MONTHS = (
    "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC|JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC|Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec|"
    "January February March April May June July August September October November December|JAN FEB MÄR APR MAI JUN JUL AUG SEP OKT NOV DEZ|"
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember|janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.|"
    "JAN FEV MAR AVR MAI JUN JUL AOU SEP OCT NOV DEC|ENE FEB MAR ABR MAY JUN JUL AGO SEP OCT NOV DIC|GEN FEB MAR APR MAG GIU LUG AGO SET OTT NOV DIC|"
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre|"
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro|"
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia|"
    "ledna února března dubna května června července srpna září října listopadu prosince|jan febr márc ápr máj jún júl aug szept okt nov dec|"
    "OCA ŞUB MAR NİS MAY HAZ TEM AĞU EYL EKİ KAS ARA|jan. feb. mrt. apr. mei juni juli aug. sept. okt. nov. dec."
).split("|")
MONTHS = [names.split() for names in MONTHS]
# GS1 application identifiers and the lengths of what follows: figures, or a code of letters and figures of at most that many where negative.
ELEMENTS = {"01": 14, "02": 14, "00": 18, "10": -8, "11": 6, "13": 6, "15": 6, "17": 6, "21": -10, "30": 4, "37": 3, "240": -9, "3103": 6, "392": 7,
            "400": -8, "410": 13, "414": 13, "422": 3, "8005": 6}
ZONE_WIDTHS = [30, 30, 36, 44, 44]  # characters a line: cards, visas, passports
ALIKE = ["O0Q", "I1L7", "B8S5", "G6C0", "2Z7", "A4H", "UVY", CAPITALS, FIGURES]

# Alternatives that are parted by spaces, and such as hold spaces, by "|".
WORDS = {
    "ohm": "Ω kΩ MΩ", "dd": "{d}{d}", "ddd": "{d}{d}{d}", "dddd": "{dd}{dd}", "upto99": "{e} {e} {e}{d} {e}{d} {e}{d}", "upto999": "{upto99} {e}{dd}", "point": ". ,", "minus": "- - - − –",
    "fraction": "½ ½ ¼ ¼ ¾ 1/2 1/2 1/4 3/4 1/3 2/3 1/8 3/8 5/8 7/8 1⁄2 3⁄4 1/10 5/16 1½ 2½ 1¼ 1¾",
    "decimal": "{d}{point}{d} {d}{point}{dd} 0{point}{d} 0{point}{dd} 0{point}75 1{point}5 {e}{d}{point}{d} {e}{d}{point}{dd} {e}{d}{point}{ddd}",
    "number": "{d} {d} {e}{d} {e}{d} {e}{d}0 {e}00 500 250 {e}{dd} {decimal} {decimal} {decimal} {fraction} 0 1 2 {e}{point}{ddd} {e}’{ddd}",
    "volume": "l l l L L ml ml mL cl cl dl cL l. hl", "mass": "g g g kg kg mg µg mcg oz lb lbs t", "length": "mm cm m km µm in ft \" ″ ' yd m² m³ cm² cm³ mm² km² m2 ft²",
    "electric": "V mV kV V~ VAC VDC A mA µA Ah mAh W kW Wh kWh VA kVA Hz kHz MHz GHz dB dBm pF nF µF mH",
    "other": "kJ kcal Cal cal bar mbar Pa kPa MPa psi N Nm kN K pH ppm mol lm lx rpm min h s ms km/h m/s l/min mg/kg g/l g/m² kg/m³ mg/l mmHg IU U/ml kB MB GB TB",
    "unit": "{volume} {volume} {mass} {mass} {length} {electric} {other}", "times": "x x × × X *", "estimated": "e ℮", "letter": " ".join(CAPITALS), "small": " ".join(string.ascii_lowercase),
    "net": "GND VCC VDD VSS +5V -5V +3V3 3V3 +12V -12V VIN VOUT TX RX TXD RXD SDA SCL MOSI MISO SCK CS RST RESET ~RESET EN INT CLK A0 A1 D0 D13 USB D+ D- L+ L- N PE AREF BOOT NC",
    "designator": "R R R C C C L D Q U IC J JP CN CON TP SW S K F X Y XTAL T RN LED BR FB P H RV VR", "part_name": "{designator}{e} {designator}{e}{d} {designator}{e}{dd}",
    "quoted_word": "see max min mm kg e.g. etc. optional a,b new ref x/y net 1-3 cont. fig. 1+1 50 a-z 2x € ® ! ? * B.V. 24h",
    "money": "€ € € $ $ £ kr Kč zł Ft Fr. CHF RM lei ¥", "cents": "99 95 49 00 50 {dd} {dd}", "whole": "{d} {d} {e}{d} {e}{d} {e}{dd}", "priced": "{whole}{point}{cents}",
    "slashed": "and/or N/A n/a I/O w/o c/o A/C km/h TCP/IP Sex/Sexe Type/Typ M/F F/F AUG/AOUT Name/Nom yes/no Ja/Nein on/off ON/OFF 24/7 he/she input/output P/N S/N N/m r/w R/W a/b 1/1 "
    "et/ou und/oder y/o e/o Date/Datum AC/DC L/R +/- Mon/Tue Pcs/Box Nr./No. St/Ave MHD/Lot Exp/Lot",
    "gram": "g g g g mg mg mcg µg kcal kJ ml IU", "nutritious": "0 0 0.5 0,5 <1 <0.1 {e} {e}{d} {e}{dd} {d}{point}{d} {e}{d}{point}{d} {d}{point}{dd}",
}
PHRASES = {
    "maybe": "| ", "plus_minus": "±|±|± |+/-|+/- ", "dash": "-| - |–| – |...", "degree": "°C|°C|°C|°F|°|C| °C| °C| °F|ºC|° C", "sign": "+|+ |{minus}|{minus}|{minus} ", "of": ": | | = |=",
    "amount": "{number}{unit}|{number} {unit}|{number} {unit}", "percent": "{bound}{decimal}%|{bound}{upto99}%|{bound}{upto99} %|100%|100 %|0 %|{decimal} % vol|{decimal}% Vol.|{upto99}% DV|{upto99}%*|{upto99}%DV",
    "bound": "|||<|< |>|~|-|+|±|≤|≥ ",
    "net_weight": "Net volume|Inhalt|Bottle|Contenu|Vol|Net Wt|NET WT.|Masse|Poids net|Obsah|Zawartość|Peso líquido|Tartalom|Max|MIN|U|I|P",
    "quantity": "{amount}|{amount}|{amount}|{amount}|{amount}|{percent}|{percent}|{upto99}{maybe}{times}{maybe}{amount}|{upto99} {times} {amount}|{number}{dash}{amount}|{amount} {plus_minus}{number}|"
    "{amount} {plus_minus}{percent}|{plus_minus}{amount}|{number} {times} {number} {times} {amount}|{amount} = {amount}|{amount} ({amount})|{amount} / {amount}|{amount}/{unit}|"
    "{amount} {estimated}|{estimated} {amount}|{net_weight}{of}{amount}|{net_weight}{of}{amount}|<{maybe}{amount}|>{maybe}{amount}|~{amount}|≤{maybe}{amount}|≥{maybe}{amount}|≈{maybe}{amount}|{upto999}{maybe}{ohm}|{number} ‰|Ø {amount}|⌀{number} mm|"
    "{fraction} cup|{fraction} tsp|{fraction} EL|{fraction} Tasse|{fraction} oz|{e} {fraction}",
    "degrees": "{upto99}{degree}|{upto99}{degree}|{upto999}{degree}|{decimal}{degree}",
    "place": "T|Temp.|T =|Store below|max.|min.|Bei|à|Freezer|Out|IN",
    "temperature": "{sign}{degrees}|{sign}{degrees}|{sign}{degrees}|{sign}{degrees}|{degrees}|{sign}{upto99} °C / {sign}{degrees}|{sign}{upto99}°C to {sign}{degrees}|{sign}{upto99} °C – {sign}{degrees}|"
    "{d}{dash}{degrees}|{place} {sign}{degrees}|{degrees} {plus_minus}{d}{degree}|{sign}{degrees} {upto99}%|{sign}{number}|{sign}{number} {unit}|{sign}{number}",
    "sum": "{upto99} + {upto99} = {upto99}|{upto99}+{upto99}={upto99}|{upto99} - {d} = {upto99}|{d} × {d} = {upto99}|{small} = {number}|{small}={number}|{small}² + {small}² = {small}²|f(x) = {e}x + {d}|"
    "{upto99} ÷ {d}|{upto99}:{upto99}|{upto99} > {d}|{d} < {upto99}|#{upto99}|No. {upto99}|№ {upto99}|§ {upto99}|{d}*{d}|{d}^{d}|{d}_{d}|~{upto99}|{upto99}+|+{upto99}|-{upto99}|±{upto99}|{d}&{d}|@{upto99}|"
    "{d};{d}|\\{upto99}|•{maybe}{upto99}|·{maybe}{upto99}",
    "divided": "{fraction}|{slashed}|{slashed}|{slashed}|{upto99}/{upto99}|{upto99}/{upto99}|{upto99}/{d}/{dd}|{upto99} / {upto99}|{upto99}/{letter}|{letter}/{letter}|{capitals}/{capitals}|{smalls}/{smalls}|"
    "{figures}/{figures}/{figures}|Page {upto99}/{upto99}|No. {upto99}/{dd}|Art. {upto99}/{upto99}|/{smalls}/{smalls}",
    "inside": "{upto99}|{amount}|{percent}|{capitals}|{letter}|{smalls}|{quoted_word}|{ddd}|+{dd}|{degrees}",
    "word": "{smalls}|{capitals}|{figures}",
    "bracketed": "{held}|{held}|{held}|{word} {held}|{word}{held}|{held} {word}|{word} {held} {word}|{held}{held}|({word} [{inside}])|{word}[{upto99}]|({upto99}) {word}|{upto99}) {word}|{small}) {word}|<{word}>|</{smalls}>|"
    "({word}|{word})|[{word}|{word}]|{held}.|{held},|{held}:",
    "value": "{upto99}k|{e}k{d}|{upto999}n|{upto999}p|{upto99}µ|{d}R{d}|{upto99}M|{ddd}", "standard": "ISO|EN|IEC|DIN|BS|ASTM|UN|NF|ANSI|RAL|DIN EN",
    "told": "MODEL|S/N|SN:|P/N|Part No.|Ref.|REF|ID|IMEI|FCC ID:|Type", "class": "M|G|PN|DN|Class |Cat.|Kl. |Rev |REV.|Ver |Type |Mod.",
    "supply": "INPUT|OUTPUT|In:|Out:|AC|DC", "voltage": "100-240 V~|230V~|5 V|12V|19.5V|24 VDC", "current": "50/60 Hz|50-60Hz|2A|1.5 A|0,5A|3.42 A",
    "part": "{part_name}|{part_name}|{part_name}|{part_name} {part_name}|{part_name} {part_name} {part_name}|{net}|{net}|{net}|{value}|{value}|IP{maybe}{d}{d}|IP{dd}K|IPX{d}|IK0{e}|{standard} {dddd}|{standard} {dddd}-{d}|"
    "{standard} {dddd}:20{dd}|{standard}{ddd}|CE {dddd}|{class}{upto999}|{class}{letter}|v{d}.{upto99}|v{d}.{d}.{d}|{upto999}.{upto999}.{d}.{upto999}|{hex}:{hex}:{hex}:{hex}:{hex}:{hex}|0x{hex}{hex}|{dd}-{dddd}-{letter}|"
    "{told} {serial}|{told} {serial}|{serial}|{serial}|{serial}|{supply} {voltage} {current}",
    "lot": "L{serial}|L {serial}|LOT {serial}|Lot:{serial}|{serial}", "clock": "{hour}:{minute}|{hour}:{minute}|{hour}:{minute}:{minute}|{hour}.{minute}", "after": " | |: |:|",
    "dated": "{date}|{date}|{date}|{date}|{stamp}{after}{date}|{stamp}{after}{date}|{stamp}{after}{date}|{stamp}{after}{date}|{stamp}|{date} {clock}|{date} {lot}|{lot} {date}|{stamp}{after}{date} {clock} {lot}",
    "nutrition": "{nutrient} {eaten} {share}|{nutrient} {eaten} {share}|{nutrient} {eaten} {share}|{nutrient} {eaten}|{nutrient} {eaten}|{nutrient}: {eaten}|{eaten} {share}|{eaten}|{share}|{nutrient} {eaten} / {eaten}|"
    "%DV*|% DV*|%DV|% Daily Value*|Amount/Serving|Amount per serving|%VD*|% RI*|NRV%|%NRV|*%RM|Calories {upto99}0|({nutrient} {eaten})|{dddd} kJ / {upto999} kcal|{upto999}kJ/{upto999}kcal|per 100 g|pro 100 ml:|je 100 g|"
    "na 100 g|w 100 g|Serving Size {eaten}|Portion {eaten}|Porción {eaten}|Porce {eaten}|Serving size {fraction} cup ({eaten})|Servings Per Container {upto99}",
    "eaten": "{nutritious}{gram}|{nutritious}{gram}|{nutritious} {gram}", "share": "0%|0 %|{upto99}%|{upto99}%|{upto99} %",
    "price": "{priced}|{money}{priced}|{priced}{money}|{priced} {money}|{money} {priced}|{whole}{money}{cents}|{whole},- {money}|{whole},–|{whole}.–|-{point}{cents}|{priced} {money}/kg|{priced} {money}/l|{priced}/lb|{priced}/100 g|"
    "1 kg = {priced} {money}|100 g = {priced} {money}|{dd}p|{dd}¢|{e} for {money}{whole}|{e} FOR {e}|-{upto99}%|- {upto99} %|{e}'{ddd}.{cents}|{e} {ddd} {money}|({priced})|{priced}-|{priced} {letter}|{priced}*",
    # A price whose cents may stand raised.
    "raised": "{priced}|{priced}|{priced}|€{priced}|${priced}|£{priced}|{priced}€|{priced} €|{priced} kr|{priced}/kg|{priced}/lb",
}
RULES = {"stamp": STAMPS, "nutrient": NUTRIENTS, **{name: words.split() or [""] for name, words in WORDS.items()}, **{name: phrases.split("|") for name, phrases in PHRASES.items()}}
PLACE = re.compile(r"\{(\w+)\}")
SHARES = {"quantity": 20, "temperature": 11, "nutrition": 8, "divided": 9, "bracketed": 10, "sum": 5, "elements": 4, "part": 11, "serial": 5, "dated": 12, "price": 6}


class Structure:
    """Makes up the lines; the same generator gives the same lines."""

    def __init__(self, r: random.Random):
        self.r = r

    def make(self, name):
        rule = RULES.get(name)
        return PLACE.sub(lambda place: self.make(place[1]), self.r.choice(rule)) if rule else getattr(self, name)()

    def line(self):
        return self.make(self.r.choices(list(SHARES), list(SHARES.values()))[0])

    def code(self, low, high, letters=CAPITALS + FIGURES):
        return "".join(self.r.choice(letters) for _ in range(self.r.randint(low, high)))

    def d(self):
        return self.r.choice(FIGURES)

    def e(self):
        return self.r.choice(FIGURES[1:])

    def hex(self):
        return self.code(2, 2, HEXADECIMAL)

    def hour(self):
        return f"{self.r.randint(0, 23):02}"

    def minute(self):
        return f"{self.r.randint(0, 59):02}"

    def capitals(self):
        return self.code(1, 8, CAPITALS)

    def smalls(self):
        return self.code(2, 9, string.ascii_lowercase)

    def figures(self):
        return self.code(1, 6, FIGURES)

    def held(self):
        """Something in brackets or quotes."""
        opening, closing = self.r.choice(["()", "()", "()", "()", "[]", "[]", "{}", "{}", "<>", "«»", "“”", "‘’", '""', "''"])
        return opening + self.make("inside") + closing

    def serial(self):
        """Groups of capitals and figures that look alike, with their separators."""
        r = self.r
        pool = r.choice(ALIKE) + r.choice([FIGURES, CAPITALS + FIGURES, CAPITALS])
        return r.choice("-|-| |/|.|_|".split("|")).join(self.code(1, 5, pool) for _ in range(r.choice([1, 1, 2, 2, 3])))

    def elements(self):
        """A GS1 element string as it is printed below a bar code."""
        r = self.r
        chosen = r.sample(list(ELEMENTS.items()), r.randint(1, 4))
        return r.choice(["", "", "", " "]).join(
            f"({identifier})" + (self.code(length, length, FIGURES) if length > 0 else self.code(3, -length, r.choice([CAPITALS + FIGURES, FIGURES]))) for identifier, length in chosen
        )

    def zone(self):
        """A line of a machine-readable zone, with its fillers."""
        r = self.r
        day = lambda: f"{r.randint(0, 99):02}{r.randint(1, 12):02}{r.randint(1, 28):02}{self.d()}"
        names = lambda most: "<".join(self.code(2, 9, CAPITALS) for _ in range(r.randint(1, most)))
        state = r.choice(["UTO", "D<<", "FRA", "GBR", "USA", "POL", "ITA", "ESP", "NLD", "SWE", self.code(3, 3, CAPITALS)])
        number = r.choice([self.code(9, 9, FIGURES), self.code(9, 9), self.code(8, 8, FIGURES) + "<"]) + self.d()
        sex, name = r.choice("MF<"), f"{names(2)}<<{names(3)}"
        text = r.choice([f"P<{state}{name}", f"I<{state}{name}", f"{r.choice(['I<', 'ID', 'AC', 'V<'])}{state}{number}", name, name,
                         f"{number}{state}{day()}{sex}{day()}{'<' * 14}{self.d()}{self.d()}", f"{day()}{sex}{day()}{state}{'<' * 11}{self.d()}"])
        return text.ljust(width := r.choice(ZONE_WIDTHS), "<")[:width]

    def date(self):
        """A date in any form, with separators or without."""
        r = self.r
        y, m, d = r.randint(2005, 2035), r.randint(1, 12), r.randint(1, 31)
        name, yy, s = r.choice(MONTHS)[m - 1], f"{y % 100:02}", r.choice(["/", ".", "-", " ", "", "", ". ", " / "])
        name = name.upper() if r.random() < 0.3 else name
        return r.choice([
            f"{d:02}{s}{m:02}{s}{y}", f"{d:02}{s}{m:02}{s}{yy}", f"{y}{s}{m:02}{s}{d:02}", f"{yy}{s}{m:02}{s}{d:02}", f"{m:02}{s}{y}", f"{m:02}{s}{yy}", f"{d:02}{name}{y}",
            f"{d:02}{name}{yy}", f"{name}{d:02}{y}", f"{name}{d:02}{yy}", f"{y}{name}{d:02}", f"{d} {name} {y}", f"{d}. {name} {y}", f"{name} {d}, {y}", f"{name} {y}", f"{name}{y}",
            f"{d:02}-{name}-{yy}", f"{d:02}/{name}/{y}", f"{d:02}.{name}.{yy}", f"{d}/{m}/{yy}", f"{d}.{m}.{y}", f"{d:02}{m:02}{y}", f"{y}{m:02}{d:02}", f"{d:02}{m:02}{yy}",
            f"{y}-{m:02}", f"{y}.{m:02}.{d:02}", f"{m:02}-{y}", f"{name} {yy}", f"{name}.{d:02}.{yy}",
        ])
