"""Scripts that the reader does not know: their letters, words and fonts. They are drawn so that it learns to say nothing of them.

`Foreign` makes up lines, some with Latin letters, figures or a date beside; `read_of` gives what is to be read of a line, which is the
rest. Letters that look like Latin ones stand only in words whose other letters tell the script.
"""

from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont

import installed
from charset import CHARSET, READ, READ_AS
from wordlists import spelling_list


def between(first, last, but=""):
    return [chr(c) for c in range(ord(first), ord(last) + 1) if chr(c) not in but]


def table(encoding, first, last):
    """The characters of the rows `first` to `last` of a two-byte encoding: those that are used."""
    return [bytes((row, cell)).decode(encoding, "ignore") for row in range(first, last + 1) for cell in range(0xA1, 0xFF)]


SCRIPTS = {
    "cyrillic": [*between("А", "я"), *"ЁёІіЇїЄєҐґЎўЂђЉљЊњЋћЏџ"], "greek": [*between("Α", "Ω", "\u03a2"), *between("α", "ω"), *"άέήίόύώ"],
    "hangul": table("euc_kr", 0xB0, 0xC8), "kanji": table("euc_jp", 0xB0, 0xCF), "hanzi": table("gb2312", 0xB0, 0xD7),
    "kana": [*between("あ", "ん"), *between("ア", "ン"), "ー"], "arabic": [*between("ا", "غ"), *between("ف", "ي")], "hebrew": between("א", "ת"),
    "devanagari": [*between("अ", "ह"), *"ािीुूेैोौंः्"], "thai": [*between("ก", "ฮ"), *"ะาำเแโใไ"], "bengali": [*"অআইঈউঊএঐওঔকখগঘঙচছজঝঞটঠডঢণতথদধনপফবভমযরলশষসহািীুেো"],
    "tamil": [*"அஆஇஈஉஊஎஏஐஒஓகஙசஞடணதநபமயரலவழளறனாிீுூெேை"], "armenian": [*between("Ա", "Ֆ"), *between("ա", "ֆ")], "georgian": between("ა", "ჰ"),
}
SCRIPTS = {name: [c for c in characters if c] for name, characters in SCRIPTS.items()}
WEIGHTS = {"cyrillic": 20, "greek": 12, "hangul": 16, "kanji": 9, "hanzi": 9, "kana": 7, "arabic": 9, "hebrew": 5, "devanagari": 5, "thai": 6, "bengali": 3, "tamil": 3, "armenian": 3, "georgian": 3}
LISTS = {"cyrillic": ("ru_RU", "uk_UA"), "greek": ("el_GR",), "hangul": ("ko", "ko_KR"), "arabic": ("ar",), "hebrew": ("he_IL",), "thai": ("th_TH",), "devanagari": ("hi_IN",)}
# Words of packs; a date or a figure stands beside them.
PACKS = {
    "cyrillic": "Состав мука сахар соль вода масло Годен до Изготовлено Масса нетто Хранить при температуре не выше Сделано в России Дата партия Склад борошно цукор сіль Придатний Срок годности ГОСТ ккал белки жиры углеводы".split(),
    "greek": "Συστατικά αλεύρι ζάχαρη αλάτι νερό Ανάλωση κατά προτίμηση πριν από Παράγεται Ημερομηνία λήξης Καθαρό βάρος Διατηρείται δροσερό μέρος Παρτίδα ενέργεια λιπαρά πρωτεΐνες".split(),
    "hangul": "제조일자 유통기한 소비기한 까지 보관방법 서늘한 곳에 보관하십시오 원재료명 밀가루 설탕 정제소금 내용량 제품명 식품유형 업소명 소재지 반품 및 교환 고객상담실 영양정보 나트륨 탄수화물 지방 단백질 단호박 대한민국".split(),
    "kanji": "賞味期限 製造日 原材料名 小麦粉 砂糖 食塩 内容量 保存方法 製造者 販売者 栄養成分表示 熱量 株式会社 年 月 日 注意 電源 入 切".split(),
    "hanzi": "生产日期 保质期 至 配料 小麦粉 白砂糖 食用盐 净含量 贮存条件 产品名称 生产商 地址 电话 中国制造 合格 注意 请勿 有限公司 年 月 日".split(),
    "kana": "プッシュ スタート カレー ください お召し上がり あけくち コーヒー ミルク チョコレート おいしい".split(),
    "arabic": "المكونات دقيق سكر ملح ماء تاريخ الانتاج الانتهاء صالح لغاية صنع في الوزن الصافي يحفظ في مكان بارد وجاف".split(),
    "hebrew": "רכיבים קמח סוכר מלח מים תאריך ייצור לשימוש עד משקל נקי".split(),
    "thai": "ส่วนประกอบ แป้งสาลี น้ำตาล เกลือ ผลิต หมดอายุ ควรบริโภคก่อน น้ำหนักสุทธิ".split(),
    "devanagari": "सामग्री आटा चीनी नमक पानी निर्माण तिथि समाप्ति भार".split(),
}
# Letters that are drawn like Latin ones, figures or signs: they tell nothing.
LIKE_LATIN = frozenset("АВЕЅІЈКМНОРСТУХЗабвеіјѕкмнорстухгпиЁёЇїᴦΑΒΕΖΗΙΚΜΝΟΡΤΥΧοινκυτρχ一二三口〇ーノ工ㅣ이으아ا١٥י־וסօոսհօΟοЬьՏՍԼՕզეоσ")
LEAST_TOLD = 2  # letters of a word that look like no Latin one; one in ideographs, which are words by themselves
SCRIPT_OF = {c: name for name, characters in reversed(SCRIPTS.items()) for c in characters}
KNOWN = frozenset(CHARSET) | frozenset(READ_AS)
COVERED = 0.9  # share of a script's letters that a font must have
PER_SCRIPT = 30  # fonts
MOST_WORDS = 50_000  # of a script; more only cost memory
MARKS = "".join(c for c in KNOWN if not c.isalnum() and c not in "€£$%°µ")


def strange(text):
    """The characters that the reader does not know."""
    return set(text) - KNOWN


def read_of(text):
    """What is to be read of a line as it is drawn: what is known of it, with the marks that belong to the unknown left out."""
    if strange(text):  # runs of known characters that hold a letter or a figure
        runs = "".join(c if c in KNOWN else "\n" for c in text).split("\n")
        text = " ".join(filter(None, (run.strip(MARKS) for run in runs if any(map(str.isalnum, run)))))
    return text.translate(READ)


def find_fonts(cache: Path):
    """[path, scripts, known characters] of the installed fonts that write a script; kept in `cache`."""
    if not cache.exists():
        rows, counts = [], dict.fromkeys(SCRIPTS, 0)
        for path in installed.fonts():
            try:
                cmap = TTFont(path, lazy=True, fontNumber=0).getBestCmap() or {}
            except Exception:  # a font that fontTools will not take is simply not used
                continue
            names = [name for name, characters in SCRIPTS.items() if sum(ord(c) in cmap for c in characters) >= COVERED * len(characters)]
            if any(counts[name] < PER_SCRIPT for name in names):
                for name in names:
                    counts[name] += 1
                rows.append(f"{path}\t{' '.join(names)}\t{''.join(c for c in CHARSET if ord(c) in cmap)}")
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_text("\n".join(rows), "utf8")
    rows = (line.split("\t") for line in cache.read_text("utf8").splitlines())
    return [(path, frozenset(names.split()), frozenset(known) | {" "}) for path, names, known in rows]


def choose(r, fonts, text):
    """The path of a font that writes the line; None where there is none."""
    letters = strange(text)
    scripts, rest = {SCRIPT_OF.get(c) for c in letters}, set(text) - letters
    fit = [path for path, names, known in fonts if scripts <= names and rest <= known]
    return r.choice(fit) if fit else None


@lru_cache(maxsize=None)
def words(script):
    letters = frozenset(SCRIPTS[script])
    found = [w for name in LISTS.get(script, ()) for w in spelling_list(name, letters)]
    return [w for w in found[:: 1 + len(found) // MOST_WORDS] if tells(w)]


def tells(word):
    """Whether the word cannot be taken for a Latin one."""
    told = sum(c not in LIKE_LATIN for c in word)
    return told >= (LEAST_TOLD if word[0].lower() != word[0].upper() or len(word) > 1 else 1)


class Foreign:
    def __init__(self, r, structure):
        self.r, self.structure = r, structure

    def word(self, script):
        r = self.r
        if script in PACKS and r.random() < 0.35:
            word = r.choice(PACKS[script])
        elif words(script) and r.random() < 0.6:
            word = r.choice(words(script))
        else:
            word = "".join(r.choice(SCRIPTS[script]) for _ in range(r.randint(2, 4 if script in ("hangul", "kanji", "hanzi") else 9)))
        k = r.random()
        return word.upper() if k < 0.3 else word.capitalize() if k < 0.5 else word

    def told(self, script):
        for _ in range(20):
            word = self.word(script)
            if tells(word) and all(c in SCRIPT_OF for c in word):
                return word
        return SCRIPTS[script][-1] * 3

    def line(self):
        r = self.r
        script = r.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        text = [self.told(script) for _ in range(r.choice([1, 1, 1, 2, 2, 3, 4]))]
        k = r.random()
        if k < 0.35:  # what is known beside it, touching or not
            known = self.structure.make(r.choice(["date", "date", "amount", "dated", "figures", "serial", "percent"]))
            text.insert(r.choice([0, len(text)]), known)
            return r.choice(["", " ", " "]).join(text) if len(text) == 2 else " ".join(text)
        text = " ".join(text)
        return text + r.choice(".,:;!)") if k < 0.45 else f"({text})" if k < 0.5 else text
