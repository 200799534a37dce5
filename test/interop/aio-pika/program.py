"""What the modules of the program share."""
import asyncio
import json
import os

# No wait takes longer, in seconds: only a failing run ever waits so long.
PATIENCE = 20
URL = os.environ["AMQP_URL"]


def tell(event, **details):
    print(json.dumps({"event": event, **details}), flush=True)


def named(name):
    return f"{os.environ['PREFIX']}.{name}"


async def soon(awaitable):
    """What it gives, or an error when that takes too long."""
    return await asyncio.wait_for(awaitable, PATIENCE)


async def transient(channel, name, arguments=None):
    """Declares a queue of this connection alone."""
    return await channel.declare_queue(named(name), exclusive=True, arguments=arguments)


async def found(channel, queue):
    """What the broker says of a queue; the answer comes after all that was sent before."""
    again = await channel.declare_queue(queue.name, passive=True)
    return again.declaration_result
