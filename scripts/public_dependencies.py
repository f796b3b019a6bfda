#!/usr/bin/env python3
"""Names the crates whose types stand in a package's public interface, and fails where one is not expected.

    scripts/public_dependencies.py rustdoc.json ALLOWED…

`rustdoc.json` is what nightly's `cargo rustdoc -- -Z unstable-options --output-format json` writes.
"""

import json
import sys

# What every program has.
ALWAYS = {"alloc", "core", "std"}


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
    document, allowed = sys.argv[1], set(sys.argv[2:]) | ALWAYS
    with open(document, encoding="utf-8") as file:
        crate = json.load(file)
    paths, externals = crate["paths"], crate["external_crates"]
    own = {external["name"] for external in externals.values() if external["name"].startswith("hookgate")}
    unexpected = {}
    for item in crate["index"].values():
        inner = item["inner"]
        implementation = inner.get("impl")
        # What the compiler adds by itself, and what others' blanket implementations give to every type.
        if implementation and (implementation.get("is_synthetic") or implementation.get("blanket_impl")):
            continue
        ids = set()
        named(inner, ids)
        for id in ids:
            path = paths.get(id)
            if not path or path["crate_id"] == 0:
                continue
            name = externals[str(path["crate_id"])]["name"]
            if name not in allowed and name not in own:
                place = item.get("name") or implementation and implementation["for"].get("resolved_path", {}).get("path")
                unexpected.setdefault(name, set()).add(f"{place}: {'::'.join(path['path'])}")
    for name, places in sorted(unexpected.items()):
        print(f"{name} stands in the public interface:")
        for place in sorted(places)[:5]:
            print(f"    {place}")
    sys.exit(1 if unexpected else 0)


if __name__ == "__main__":
    main()
