"""The page about a comparison: one HTML file with nothing from outside.

Takes folders with what each system read ({system: {"texts", "cpu_ms", "peak_mib"}}); gives the page. The first system is the one whose
worst pictures are shown.
"""

import base64
import html
import io
from collections import Counter
from pathlib import Path

from marks import missed_words, reading_marked
from scoring import confusions, of_folder, words

HERE = Path(__file__).resolve().parent
WORST = 20
# Rows of the confusion table for each system.
TOP = 40
# Pixels of a page's longer side in the report, enough to see what sort of page it is.
PAGE_PIXELS = 480
# A line's picture goes in as it is up to this many bytes.
PICTURE_BYTES = 60_000


def escape(text):
    return html.escape(text, quote=True)


def picture(path, pages):
    """An <img> with the picture in it, or nothing where it cannot be shown."""
    data = path.read_bytes()
    kind = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"}.get(path.suffix.lower())
    if pages or len(data) > PICTURE_BYTES or not kind:
        try:
            from PIL import Image, ImageOps

            with Image.open(path) as image:
                small = ImageOps.exif_transpose(image).convert("RGB")
            small.thumbnail((PAGE_PIXELS, PAGE_PIXELS) if pages else (1200, 200))
        except (ImportError, OSError):
            return '<p class="soft">(no picture)</p>'
        out = io.BytesIO()
        small.save(out, "JPEG", quality=70)
        data, kind = out.getvalue(), "jpeg"
    code = base64.b64encode(data).decode()
    return f'<img alt="{escape(path.name)}" loading="lazy" src="data:image/{kind};base64,{code}">'


def figures(folder, read):
    """{system: Score} of a folder."""
    return {name: of_folder(folder, reading["texts"]) for name, reading in read.items()}


def cell(text, best, small=()):
    lines = "".join(f"<small>{line}</small>" for line in small)
    return f'<td><span{" class=best" if best else ""}>{text}</span>{lines}</td>'


def overview(sections, systems, pages):
    """The table over all folders of one kind: one row a folder, one column a system."""
    rows = []
    for number, (folder, read) in enumerate(sections):
        if folder.pages != pages:
            continue
        scores = figures(folder, read)
        main = {name: f"{100 * (s.f1 if pages else s.alnum_share):.1f}" for name, s in scores.items()}
        best = max(map(float, main.values()), default=0.0)
        cells = []
        for name in systems:
            if name not in scores:
                cells.append("<td>–</td>")
                continue
            s, cost, peak = scores[name], read[name]["cpu_ms"], read[name]["peak_mib"]
            time = f"{cost / 1e3:.2f} s" if pages else f"{cost:.1f} ms"
            small = [f"recall {100 * s.recall:.1f}" if pages else f"CER {100 * s.cer:.1f}", time, f"{peak:.0f} MiB"]
            cells.append(cell(main[name], float(main[name]) == best, small))
        count = f"<small>{len(folder.truths)} {'pages' if pages else 'lines'}</small>"
        rows.append(f'<tr><td><a href="#f{number}">{escape(folder.name)}</a>{count}</td>{"".join(cells)}</tr>')
    if not rows:
        return ""
    what = (
        "Word F1 in %, all words of a page as a bag; below it word recall, processor time of a page, peak memory."
        if pages
        else "Lines right in all letters and digits, in %; below it character error rate (CER) in %, processor time of a line, peak memory."
    )
    head = "".join(f"<th>{escape(name)}</th>" for name in systems)
    title = "Pages" if pages else "Lines"
    return (
        f'<h2>{title}</h2><p class="soft">{what}</p><div class="scroll"><table><thead><tr><th>folder</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def shown(char):
    return "␣" if char == " " else escape(char)


def pair(true, read):
    if not read:
        return f"<kbd>{shown(true)}</kbd> missed"
    if not true:
        return f"<kbd>{shown(read)}</kbd> added"
    return f"<kbd>{shown(true)}</kbd> as <kbd>{shown(read)}</kbd>"


def confusion_table(folder, read, number):
    counts = {name: Counter() for name in read}
    for name, reading in read.items():
        for file, truth in folder.truths.items():
            counts[name].update(confusions(truth, reading["texts"].get(file, ""), folder.case_sensitive))
    first = next(iter(counts))
    pairs = {p for tally in counts.values() for p, _ in tally.most_common(TOP)}
    most = max((n for tally in counts.values() for n in tally.values()), default=1)
    rows = []
    for p in sorted(pairs, key=lambda p: (-counts[first][p], -max(t[p] for t in counts.values()), p)):
        cells = "".join(f'<td style="--share:{100 * t[p] / most:.0f}%"{"" if t[p] else " class=soft"}>{t[p]}</td>' for t in counts.values())
        rows.append(f"<tr><td>{pair(*p)}</td>{cells}</tr>")
    sums = "".join(f"<td>{sum(t.values())}</td>" for t in counts.values())
    heads = "".join(
        f"<th{' aria-sort=descending' if name == first else ''}><button>{escape(name)}</button></th>" for name in counts
    )
    return (
        f'<h3 id="c{number}">Confusions</h3><p class=soft>What was read as what, how often: the {TOP} most frequent of the system whose '
        "name you press.</p>"
        f'<div class="scroll"><table class="confusions"><thead><tr><th>character</th>{heads}</tr></thead><tbody>{"".join(rows)}</tbody>'
        f"<tfoot><tr><td>all errors</td>{sums}</tr></tfoot></table></div>"
    )


def worst_lines(folder, read, number):
    first = next(iter(read))
    texts = read[first]["texts"]
    errors = {f: len(confusions(t, texts.get(f, ""), folder.case_sensitive)) for f, t in folder.truths.items()}
    files = sorted(folder.truths, key=lambda f: (-errors[f], len(folder.truths[f]), f))[:WORST]
    cases = []
    for file in filter(errors.get, files):
        truth = folder.truths[file]
        readings = "".join(
            f"<dt>{escape(name)}</dt><dd class=text>{reading_marked(truth, r['texts'].get(file, ''), folder.case_sensitive)}</dd>"
            for name, r in read.items()
        )
        cases.append(
            f"<div class=case>{picture(folder.path / file, False)}<small>{escape(file)}, {errors[file]} of {len(truth)} characters</small>"
            f"<dl><dt>truth</dt><dd class=text>{escape(truth)}</dd>{readings}</dl></div>"
        )
    legend = 'Marked: <span class=text><b>read wrong</b>, <b class="added">added</b>, <s>missed</s></span>.'
    return (
        f'<h3>The lines that {escape(first)} reads worst</h3><p class=soft>Most errors first. {legend} '
        f'<a href="#c{number}">To the confusions</a>.</p>{"".join(cases)}'
    )


def worst_pages(folder, read):
    first = next(iter(read))
    missed = {name: {f: missed_words(t, r["texts"].get(f, "")) for f, t in folder.truths.items()} for name, r in read.items()}
    files = sorted(folder.truths, key=lambda f: (-len(missed[first][f]), f))[:WORST]
    cases = []
    for file in filter(missed[first].get, files):
        total = sum(words(folder.truths[file]).values())
        told = []
        for name in read:
            gone = missed[name][file]
            some = " ".join(escape(word) for word in gone[:40]) + (f" and {len(gone) - 40} more" if gone[40:] else "")
            named = f": <span class=text>{some}</span>" if gone else ""
            told.append(f"<dt>{escape(name)}</dt><dd>{len(gone)} of {total} missed{named}</dd>")
        cases.append(
            f'<div class="case page">{picture(folder.path / file, True)}<small>{escape(file)}</small><dl>{"".join(told)}</dl></div>'
        )
    return f"<h3>The pages of which {escape(first)} misses most words</h3>{''.join(cases)}"


def section(number, folder, read, alone):
    scores = figures(folder, read)
    share = {name: f"{100 * (s.f1 if folder.pages else s.alnum_share):.1f} %" for name, s in scores.items()}
    brief = ", ".join(f"{escape(name)} {value}" for name, value in share.items())
    case = "" if folder.case_sensitive else "Capital and small letters count as the same. "
    note = f"<p class=soft>{case}{escape(folder.note)}</p>" if case or folder.note else ""
    body = worst_pages(folder, read) if folder.pages else worst_lines(folder, read, number) + confusion_table(folder, read, number)
    return (
        f"<details{' open' if alone else ''}><summary>{escape(folder.name)} <small>{brief}</small></summary>"
        f'<div id="f{number}">{note}{body}</div></details>'
    )


def page(sections, versions, machine):
    """The whole page."""
    sections = [(folder, read) for folder, read in sections if read]
    systems = [name for name in versions if any(name in read for _, read in sections)]
    named = ", ".join(f"{escape(name)} ({escape(versions[name])})" for name in systems)
    details = "".join(section(i, folder, read, len(sections) == 1) for i, (folder, read) in enumerate(sections))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>glyphd beside other readers</title><style>{(HERE / "report.css").read_text(encoding="utf-8")}</style></head><body>
<h1>glyphd beside other readers</h1>
<p>{named}. The same pictures, one thread each, on {escape(machine)}. ★ marks
who reads most of a row right.</p>
{overview(sections, systems, False)}{overview(sections, systems, True)}
<p class="soft"><small>Processor time is user and system time from the file to the text, loading left out; of a line that of reading it once
more (so what is prepared once for a width is left out as well), of a page that of its first reading. Memory is the most that the process had
resident: for PP-OCR with Python and ONNX Runtime in it.</small></p>
<h2>Folder by folder</h2>{details}
<script>{(HERE / "report.js").read_text(encoding="utf-8")}</script></body></html>
"""
