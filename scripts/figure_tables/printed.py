"""What a group printed: the cells of its tables."""


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def is_rule(line):
    return line.startswith("|") and set(line.strip()) <= set("|- ")


def rows(text):
    """Each row of each table in Markdown, by its first cell: its cells by their columns. The head of a table stands above its
    rule, whatever stands above that."""
    found, columns = {}, []
    lines = text.splitlines()
    for line, below in zip(lines, [*lines[1:], ""]):
        if is_rule(below):
            columns = cells(line)
        elif line.startswith("|") and not is_rule(line):
            name, *rest = cells(line)
            found[name] = dict(zip(columns[1:], rest))
    return found
