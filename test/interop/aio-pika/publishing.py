"""Publishing with confirms and returns, with all properties, and with large bodies."""
import asyncio
from datetime import datetime, timezone
from decimal import Decimal

from aio_pika import DeliveryMode, Message
from aio_pika.exceptions import DeliveryError, PublishError
from pamqp.commands import Basic

from program import found, named, soon, tell, transient


async def confirm(connection):
    """Confirms, many awaited at once; and those of a queue that is full."""
    channel = await connection.channel()
    queue = await transient(channel, "confirm")
    results = await asyncio.gather(
        *(publish(channel, queue, str(n).encode()) for n in range(1, 101))
    )
    acks = [result for result in results if isinstance(result, Basic.Ack)]
    # One frame may confirm many: then each of them has that frame.
    tagged = all(ack.delivery_tag >= tag or ack.multiple for tag, ack in enumerate(acks, 1))
    count = (await found(channel, queue)).message_count
    tell("confirmed", acked=len(acks), tagged=100 if tagged else 0, messages=count)

    full = await transient(channel, "full", {"x-max-length": 1, "x-overflow": "reject-publish"})
    tell("overflow", accepted=[await is_accepted(channel, full) for _ in range(3)])
    await channel.close()


async def is_accepted(channel, queue):
    try:
        await publish(channel, queue, b"more")
        return True
    except DeliveryError:
        return False


async def returned(connection):
    """Mandatory messages that no queue takes come back; the library takes that for their confirm."""
    lost = Message(b"lost", message_id="m1")
    channel = await connection.channel()
    direct = await channel.get_exchange("amq.direct")
    result = await direct.publish(lost, named("nowhere"))
    delivery = result.delivery
    tell(
        "returned",
        code=delivery.reply_code,
        text=delivery.reply_text,
        exchange=delivery.exchange,
        own=delivery.routing_key == named("nowhere"),
        messageId=result.header.properties.message_id,
        body=result.body.decode(),
    )
    await channel.close()

    channel = await connection.channel(on_return_raises=True)
    direct = await channel.get_exchange("amq.direct")
    try:
        await direct.publish(lost, named("nowhere"))
    except PublishError as error:
        tell("raised", code=error.frame.reply_code)
    await channel.close()


AT = datetime.fromtimestamp(1_700_000_000, timezone.utc)
PROPERTIES = {
    "content_type": "text/plain",
    "content_encoding": "utf-8",
    "delivery_mode": DeliveryMode.NOT_PERSISTENT,
    "priority": 7,
    "correlation_id": "c1",
    "reply_to": "somewhere",
    "expiration": 3600,
    "message_id": "m1",
    "timestamp": AT,
    "type": "greeting",
    "user_id": "guest",
    "app_id": "interop",
    "headers": {
        "bool": True,
        "int8": -8,
        "int16": -1600,
        "uint16": 60_000,
        "int32": -320_000,
        "uint32": 4_000_000_000,
        "int64": 1 << 60,
        # The library sends all of them in four octets.
        "float": 0.5,
        "text": "é – 兎",
        "octets": bytearray([0, 255]),
        "time": AT,
        "nothing": None,
        "decimal": Decimal("123.45"),
        "list": [1, "two", [True]],
        "table": {"inner": {"n": -1}},
    },
}


async def properties(connection):
    """All properties, and headers of all types, come as they were sent."""
    channel = await connection.channel()
    queue = await transient(channel, "properties")
    await channel.default_exchange.publish(Message(b"with all", **PROPERTIES), queue.name)
    async with queue.iterator(no_ack=True) as messages:
        came = await soon(anext(messages))
    got = {name: getattr(came, name) for name in PROPERTIES}
    if got == PROPERTIES and came.body == b"with all":
        tell("same properties", headers=len(came.headers))
    else:
        tell("other properties", sent=repr(PROPERTIES), came=repr(got))
    await channel.close()


async def large(connection):
    """A body of many frames, and one of none."""
    channel = await connection.channel()
    queue = await transient(channel, "large")
    body = b"0123456789abcdef" * (1 << 17)
    await publish(channel, queue, body)
    await publish(channel, queue, b"")
    async with queue.iterator(no_ack=True) as messages:
        first = await soon(anext(messages))
        second = await soon(anext(messages))
    tell("large", size=len(first.body), same=first.body == body, empty=len(second.body))
    await channel.close()


async def publish(channel, queue, body):
    return await channel.default_exchange.publish(Message(body), queue.name)
