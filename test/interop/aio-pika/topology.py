"""Declaring, binding and deleting."""
from aio_pika import DeliveryMode, ExchangeType, Message

from program import found, named, soon, tell


async def declare(connection):
    """A durable queue with arguments, bound to a durable exchange, and the queue of its dead letters."""
    channel = await connection.channel()
    exchange = await channel.declare_exchange(named("exchange"), ExchangeType.TOPIC, durable=True)
    graveyard = await channel.declare_exchange(named("dead"), ExchangeType.FANOUT, durable=True)
    dead = await channel.declare_queue(named("dead"), durable=True)
    await dead.bind(graveyard)
    queue = await channel.declare_queue(
        named("queue"),
        durable=True,
        arguments={
            "x-queue-type": "classic",
            "x-message-ttl": 3_600_000,
            "x-max-length": 2,
            "x-dead-letter-exchange": graveyard.name,
        },
    )
    declared = queue.declaration_result
    tell(
        "declared",
        own=queue.name == named("queue"),
        messages=declared.message_count,
        consumers=declared.consumer_count,
    )
    await queue.bind(exchange, "task.#")

    for key in ("task.1", "other", "task.2.b", "task"):
        body = f"by {key}".encode()
        await exchange.publish(Message(body, delivery_mode=DeliveryMode.PERSISTENT), key)
    result = await found(channel, queue)
    tell("found", messages=result.message_count, consumers=result.consumer_count)

    await tell_dead(dead)
    taken = await queue.get(fail=False)
    tell("got", ok=taken is not None, body=taken.body.decode(), left=taken.message_count)
    await taken.reject(requeue=False)
    await tell_dead(dead)

    await queue.unbind(exchange, "task.#")
    purged = await queue.purge()
    left = await queue.delete(if_unused=True, if_empty=True)
    tell("deleted", purged=purged.message_count, left=left.message_count)
    await dead.delete(if_unused=False, if_empty=False)
    await exchange.delete(if_unused=True)
    await graveyard.delete(if_unused=True)
    await channel.close()


async def tell_dead(queue):
    """Tells of a dead letter: it may still be under way."""
    async with queue.iterator(no_ack=True) as letters:
        letter = await soon(anext(letters))
    death = letter.headers["x-death"][0]
    tell(
        "dead",
        body=letter.body.decode(),
        reason=death["reason"],
        count=death["count"],
        own=death["queue"] == named("queue") and death["exchange"] == named("exchange"),
    )
