"""The machine on which it is measured, and what else it does."""

import os
import platform
import re
import subprocess
import time

LOOK_SECONDS = 3
# From so many processors on that others keep busy, a figure says more about them.
BUSY = 0.5


def said():
    """One line: processor, cores, memory, versions."""
    return f"{len(os.sched_getaffinity(0))} cores of {processor()}, {memory_gib():.0f} GiB, {rust()}, {node()}"


def processor():
    text = read("/proc/cpuinfo")
    name = re.search(r"^model name\s*:\s*(.+)$", text, re.M)
    name = name[1].strip() if name else platform.machine()
    flags = re.search(r"^(?:flags|Features)\s*:\s*(.+)$", text, re.M)
    has_sha = flags and {"sha_ni", "sha2"} & set(flags[1].split())
    return name + (" with" if has_sha else " without") + " SHA extensions"


def memory_gib():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3


def rust():
    return "Rust " + output("rustc", "--version").split()[1]


def node():
    try:
        return "Node " + output("node", "--version").lstrip("v")
    except FileNotFoundError:
        return "no Node"


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.strip()


def load():
    """The kernel's average over a minute, in which the script itself still counts, and how many processors others keep busy
    while the script does nothing."""
    before = busy_seconds()
    time.sleep(LOOK_SECONDS)
    return os.getloadavg()[0], (busy_seconds() - before) / LOOK_SECONDS


def busy_seconds():
    user, nice, system, _, _, irq, softirq, steal, *_ = map(int, read("/proc/stat").splitlines()[0].split()[1:])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def read(path):
    with open(path) as file:
        return file.read()
