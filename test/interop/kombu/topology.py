"""Declaring, binding and deleting."""
from kombu import Exchange, Queue

from program import Arrivals, found, named, publish, tell, text_of


def declare(connection):
    """A durable queue with arguments, bound to a durable exchange, and the queue of its dead letters."""
    channel = connection.channel()
    exchange = Exchange(named("exchange"), type="topic", channel=channel)
    graveyard = Exchange(named("dead"), type="fanout", channel=channel)
    dead = Queue(named("dead"), graveyard, channel=channel)
    dead.declare()
    queue = Queue(
        named("queue"),
        exchange,
        routing_key="task.#",
        message_ttl=3600,
        max_length=2,
        queue_arguments={"x-queue-type": "classic", "x-dead-letter-exchange": graveyard.name},
        channel=channel,
    )
    # Exchange, queue and binding.
    queue.declare()
    declared = found(queue)
    tell(
        "declared",
        own=declared.queue == named("queue"),
        messages=declared.message_count,
        consumers=declared.consumer_count,
    )

    for key in ("task.1", "other", "task.2.b", "task"):
        publish(channel, key, f"by {key}".encode(), exchange=exchange, delivery_mode=2)
    result = found(queue)
    tell("found", messages=result.message_count, consumers=result.consumer_count)

    tell_dead(channel, dead)
    taken = queue.get()
    left = taken.delivery_info["message_count"]
    tell("got", ok=taken is not None, body=text_of(taken), left=left)
    taken.reject()
    tell_dead(channel, dead)

    queue.unbind_from(exchange, "task.#")
    purged = queue.purge()
    tell("deleted", purged=purged, left=queue.delete(if_unused=True, if_empty=True))
    dead.delete()
    exchange.delete(if_unused=True)
    graveyard.delete(if_unused=True)
    channel.close()


def tell_dead(channel, queue):
    """Tells of a dead letter: it may still be under way."""
    arrivals = Arrivals(channel, queue, no_ack=True)
    letter = arrivals.next()
    arrivals.close()
    death = letter.headers["x-death"][0]
    tell(
        "dead",
        body=text_of(letter),
        reason=death["reason"],
        count=death["count"],
        own=death["queue"] == named("queue") and death["exchange"] == named("exchange"),
    )
