"""Tables in documents: what stands there, and what is written in its place."""

import re

from . import printed, shown

NOT_TAKEN = "not taken"
NUMBER = r"[\d,]+(?:\.\d+)?"
# A figure as it is shown: with its unit, marked where it misses its bar, and with its spread where one was taken.
SHOWN = re.compile(rf"(\*\*)?(?P<figure>(?P<number>{NUMBER})(?:/s| ?[A-Za-zµ]+)?)(\*\*)?(?P<spread> \({NUMBER}–{NUMBER}\))?")
LOAD = re.compile(r" Others kept (\S+) to (\S+) processors busy before the groups began\.")


class Misshapen(Exception):
    """A document has not the shape that this script writes."""


def between(text, name):
    """What stands between the markers of that name: where it begins, and where it ends."""
    begin, end = f"<!-- figures: {name} -->\n", f"\n<!-- /figures: {name} -->"
    if text.count(begin) != 1 or text.count(end) != 1:
        raise Misshapen(f"no markers, or more than one pair: {begin.strip()}")
    return text.index(begin) + len(begin), text.index(end)


def kept(text, table):
    """The cells of each row that stands there, by the row's name."""
    begin, end = between(text, table.name)
    lines = text[begin:end].strip().splitlines()[2:]
    named = {}
    for line in lines:
        cells = printed.cells(line)
        for row in table.rows:
            texts = [cell for cell, shape in zip(cells, row.cells) if isinstance(shape, str)]
            if tuple(texts) == row.name():
                named[row.name()] = cells
    return named


def write(text, table, taken, keeps):
    """The document with its table made of what was `taken`, by group and row. `keeps` says whether what stands there may stay
    where nothing was taken."""
    old = kept(text, table)
    lines = [table.columns, ["---"] * len(table.columns)]
    for row in table.rows:
        stood = old.get(row.name(), []) if keeps else []
        lines.append([cell(row, place, taken.get(row.group, {}), stood) for place in range(len(row.shape()))])
    begin, end = between(text, table.name)
    made = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return text[:begin] + f"\n{made}\n" + text[end:]


def cell(row, place, taken, stood):
    shape = row.shape()[place]
    if isinstance(shape, str):
        return shape
    figures = [figure_of(figure, taken) for figure in shape]
    if None not in figures:
        return " / ".join(figures)
    if place < len(stood) and stood[place] != NOT_TAKEN:
        stood = stood[place].split(" / ")
        if len(stood) != len(shape):
            raise Misshapen(f"{' / '.join(stood)}: {len(shape)} figures belong there")
        return " / ".join(marked(one, figure.bar) for one, figure in zip(stood, shape))
    return NOT_TAKEN


def figure_of(figure, taken):
    """The figure as it is shown, or none where it was not printed."""
    cells = taken.get(figure.source, {})
    value = cells.get(figure.column)
    if value is None:
        return None
    is_ratio = figure.column == "ratio"
    spread = cells.get("spread") if figure.column in ("ratio", "figure") else None
    said = number(value, is_ratio)
    ends = [number(end, is_ratio) for end in spread.split(" to ")] if spread else []
    # What others are compared with has none.
    if set(ends) - {said}:
        said += " (" + "–".join(ends) + ")"
    return marked(said, figure.bar)


def number(value, is_ratio):
    """Two places for a ratio, and commas between thousands."""
    digits, unit = re.fullmatch(r"([\d.]+)(.*)", value).groups()
    places = 2 if is_ratio else len(digits.partition(".")[2])
    return f"{float(digits):,.{places}f}{unit}"


def marked(said, bar):
    """The same figure, bold where it misses its bar. What is compared is what is shown."""
    match = SHOWN.fullmatch(said)
    if not match:
        raise Misshapen(f"{said} is no figure")
    figure, spread = match["figure"], match["spread"] or ""
    if bar and bar.is_missed(float(match["number"].replace(",", ""))):
        figure = f"**{figure}**"
    return figure + spread


def measured_on(text, file):
    """The machine that a document names."""
    begin, end = between(text, "machine")
    match = re.match(r"Measured on (.+?)\.(?: |$)", text[begin:end].strip().replace("\n", " "))
    if not match:
        raise Misshapen(f"{file} does not say on what it was measured")
    return match[1]


def write_machine(text, file, machine, printed_rows, loads):
    """The document with its line about the machine. `loads` are how many processors others kept busy before each group."""
    begin, end = between(text, "machine")
    stood = measured_on(text, file)
    is_same = stood.startswith(machine)
    versions = shown.VERSIONS[file]
    if all(row in printed_rows for _, row in versions) or not is_same:
        figures = [f"{words} {printed_rows[row]['figure']}" for words, row in versions if row in printed_rows]
        stood = ", ".join([machine, *figures])
    before = LOAD.search(text[begin:end].replace("\n", " "))
    if before and is_same:
        loads = [*loads, float(before[1]), float(before[2])]
    load = f"Others kept {min(loads):.1f} to {max(loads):.1f} processors busy before the groups began."
    return text[:begin] + f"\nMeasured on {stood}. {load}\n" + text[end:]
