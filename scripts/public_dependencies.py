#!/usr/bin/env python3
"""Names the crates whose types stand in a package's public interface, and fails where users are not told of one.

    scripts/public_dependencies.py PACKAGE rustdoc.json

Users are told in the table of `docs/stability.md`. `rustdoc.json` is what nightly's rustdoc writes with
`-Z unstable-options --output-format json`.
"""

import json
import os
import re
import sys

# What every program has, and what a macro writes that nobody can name.
ALWAYS = {"alloc", "core", "std", "pin_project_lite"}
# Crates that stand for others: what these define, those export.
PARTS = {
    # Its `http` is 0.2.
    "actix-web": {"actix_web", "actix_http", "actix_server", "actix_service", "http"},
    "axum": {"axum", "axum_core"},
    "cloudevents-sdk": {"cloudevents"},
    "serde": {"serde", "serde_core"},
    "sqlx": {"sqlx", "sqlx_core", "sqlx_postgres", "sqlx_sqlite"},
}


def told(package):
    """The crates that the document names for a package."""
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "../docs/stability.md"), encoding="utf-8") as file:
        rows = [line.split("|") for line in file if line.startswith("| `hookgate")]
    crates = set()
    for row in rows:
        if f"`{package}`" in row[1]:
            for name in re.findall(r"`([^`]+)`", row[2]):
                crates |= PARTS.get(name, {name.replace("-", "_")})
    return crates


def named(value, found):
    """The ids of all types and traits that a piece of the interface names."""
    if isinstance(value, dict):
        # A path to a type or trait: `{"path": …, "id": …, "args": …}`.
        if "path" in value and "id" in value:
            found.add(str(value["id"]))
        for part in value.values():
            named(part, found)
    elif isinstance(value, list):
        for part in value:
            named(part, found)


def main():
    package, document = sys.argv[1:]
    allowed = told(package) | ALWAYS
    with open(document, encoding="utf-8") as file:
        crate = json.load(file)
    paths, externals = crate["paths"], crate["external_crates"]
    own = {external["name"] for external in externals.values() if external["name"].startswith("hookgate")}
    # What the compiler adds by itself, and what others' blanket implementations give to every type.
    given = set()
    for id, item in crate["index"].items():
        implementation = item["inner"].get("impl")
        if implementation and (implementation["is_synthetic"] or implementation["blanket_impl"]):
            given.update([id, *map(str, implementation["items"])])
    unexpected = {}
    for id, item in crate["index"].items():
        inner = item["inner"]
        implementation = inner.get("impl")
        if item["crate_id"] != 0 or id in given:
            continue
        ids = set()
        named(inner, ids)
        for named_id in ids:
            path = paths.get(named_id)
            if not path or path["crate_id"] == 0:
                continue
            name = externals[str(path["crate_id"])]["name"]
            if name not in allowed and name not in own:
                place = item.get("name") or implementation and implementation["for"].get("resolved_path", {}).get("path")
                unexpected.setdefault(name, set()).add(f"{place}: {'::'.join(path['path'])}")
    for name, places in sorted(unexpected.items()):
        print(f"{name} stands in the public interface of {package}:")
        for place in sorted(places)[:5]:
            print(f"    {place}")
    sys.exit(1 if unexpected else 0)


if __name__ == "__main__":
    main()
