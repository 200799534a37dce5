"""What the programs share: telling what happens, in one line of JSON for each event."""
import json
import os

URL = os.environ["AMQP_URL"]


def tell(event, **details):
    # One write for each line: several processes may share the output.
    os.write(1, f"{json.dumps({'event': event, **details})}\n".encode())


def named(name):
    return f"{os.environ['PREFIX']}.{name}"
