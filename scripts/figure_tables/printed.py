"""What a group printed: the cells of its tables."""


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def rows(text):
    """Each row of each table in Markdown, by its first cell: its cells by their columns."""
    found, columns = {}, None
    for line in text.splitlines():
        if not line.startswith("|"):
            columns = None
        elif columns is None:
            columns = cells(line)
        elif not set(line) <= set("|- "):
            name, *rest = cells(line)
            found[name] = dict(zip(columns[1:], rest))
    return found
