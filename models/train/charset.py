"""The characters the Latin reader knows, in class order. Class 0 is the CTC blank, so character i is class i + 1."""

ASCII = "".join(map(chr, range(0x20, 0x7F)))
# Letters of the Latin European languages: Western, Nordic, Baltic, Central European, Romanian, Turkish, Maltese, Welsh.
LATIN_1 = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ"
EXTENDED = (
    "ĀāĂąĆćĊċČčĎďĐđĒēĖėĘęĚěĞğĠġĢģĦħĪīĮįİıĶķĹľŁłŃńŅņŇňŌōŐőŒœŔŕŘřŚśŞşŠšŤťŪūŮůŰűŲųŴŵŶŷŸŹźŻżŽžȘșȚț"
)
# Came later, so at the end: the classes of a trained net keep their numbers.
LATE = "\u0103\u0104\u013a\u013d" + "≤≥≈Ω‰"
# What labels, receipts and price tags carry besides.
SIGNS = "€£°µ²³½®™©•–—‘’“”…№×¼¾§«»¿¡·÷±„¢¥ºª"

# Drawn now and then in the place of a sign above, and read as that sign: who prints a minus means what a reader calls a hyphen.
READ_AS = {"−": "-", "‐": "-", "⁄": "/", "∕": "/", "℮": "e", "′": "'", "″": '"', "⌀": "Ø", "∙": "·"}

CHARSET = ASCII + LATIN_1 + EXTENDED + SIGNS + LATE
assert len(set(CHARSET)) == len(CHARSET)
CLASSES = len(CHARSET) + 1
ENCODE = {c: i + 1 for i, c in enumerate(CHARSET)}
READ = {ord(drawn): read for drawn, read in READ_AS.items()}


def greedy(rows):
    """Best class of each step (a list of lists) to texts: repeats merged, blanks dropped."""
    texts = []
    for row in rows:
        text, last = [], 0
        for c in row:
            if c != last and c:
                text.append(CHARSET[c - 1])
            last = c
        texts.append("".join(text))
    return texts
