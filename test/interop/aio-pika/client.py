"""What users of aio-pika do, for the tests: each argument names a scenario, and all run on one
connection. Each tells what happens in one line of JSON for each event. `recover` runs alone.

AMQP_URL says where, PREFIX begins the names of all that is declared.
"""
import asyncio
import logging
import sys

import aio_pika

from consuming import cancel, consume, rpc
from program import URL, tell
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


async def perform(names):
    async with await aio_pika.connect(URL) as connection:
        for name in names:
            tell("scenario", name=name)
            await SCENARIOS[name](connection)


# The library warns of each thing that happens here; what is worse shall be seen.
logging.disable(logging.WARNING)
names = sys.argv[1:]
asyncio.run(recover() if names == ["recover"] else perform(names))
