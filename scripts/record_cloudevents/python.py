"""Sends the events with the PyPI package cloudevents: <core | v1> <address> <file of the events>.

Neither of its two interfaces has a batch.
"""

import base64
import datetime
import http.client
import json
import sys
import urllib.parse

interface, address, file = sys.argv[1:]
host = urllib.parse.urlsplit(address).netloc

if interface == "core":
    from cloudevents.core.bindings.http import to_binary_event, to_structured_event
    from cloudevents.core.v1.event import CloudEvent

    MODES = {"structured": to_structured_event, "binary": to_binary_event}

    def time(text):
        return datetime.datetime.fromisoformat(text)

    def message(write, event):
        written = write(event)
        return written.headers, written.body
else:
    from cloudevents.v1.conversion import to_binary, to_structured
    from cloudevents.v1.http import CloudEvent

    MODES = {"structured": to_structured, "binary": to_binary}

    def time(text):
        return text

    def message(write, event):
        return write(event)


def data(written):
    if written is None:
        return None
    if "base64" in written:
        return base64.b64decode(written["base64"])
    return written["text"] if "text" in written else written["json"]


events = json.load(open(file, encoding="utf8"))
for mode, write in MODES.items():
    for place, event in enumerate(events):
        attributes = dict(event["attributes"])
        attributes["time"] = time(attributes["time"])
        try:
            headers, body = message(write, CloudEvent(attributes, data(event.get("data"))))
            connection = http.client.HTTPConnection(host, timeout=10)
            connection.request("POST", f"/{mode}/{place}", body=body, headers=headers)
            connection.getresponse().read()
        except Exception as error:
            print(json.dumps({"event": event["name"], "mode": mode, "error": type(error).__name__}))
