"""What users of kombu do, for the tests: each argument names a scenario, and all run on one
connection. Each tells what happens in one line of JSON for each event. `recover` runs alone.

AMQP_URL says where, PREFIX begins the names of all that is declared.
"""
import sys

from consuming import cancel, consume, rpc
from program import connect, tell
from publishing import confirm, large, properties, returned
from recovery import recover
from refusals import errors
from topology import declare

SCENARIOS = {
    "declare": declare,
    "confirm": confirm,
    "return": returned,
    "consume": consume,
    "properties": properties,
    "large": large,
    "rpc": rpc,
    "cancel": cancel,
    "errors": errors,
}


def perform(names):
    with connect() as connection:
        for name in names:
            tell("scenario", name=name)
            SCENARIOS[name](connection)


names = sys.argv[1:]
if names == ["recover"]:
    recover()
else:
    perform(names)
