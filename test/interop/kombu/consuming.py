"""Consuming: settling in each way, asking and answering, and being cancelled."""
from amqp.exceptions import ConsumerCancelled
from kombu import Consumer, Queue

from program import PATIENCE, Arrivals, found, publish, tell, text_of, transient


def consume(connection):
    """Prefetch, acknowledgement of several, requeueing and rejecting."""
    channel = connection.channel()
    queue = transient(channel, "consume")
    for n in range(1, 7):
        publish(channel, queue.name, str(n).encode())
    arrivals = Arrivals(channel, queue, prefetch_count=3)
    held = []

    def take(count):
        bodies = []
        for _ in range(count):
            message = arrivals.next()
            held.append(message)
            again = " again" if message.delivery_info["redelivered"] else ""
            bodies.append(text_of(message) + again)
        # What may be delivered has been, when the broker answers this.
        result = found(queue)
        tell("held", bodies=bodies, ready=result.message_count, consumers=result.consumer_count)

    take(3)
    held[1].ack(multiple=True)
    take(2)
    held[2].requeue()
    take(1)
    held[3].reject()
    take(1)
    # By its tag it is the newest, so these are all.
    held[-1].ack(multiple=True)
    arrivals.close()
    is_consuming = found(queue).consumer_count > 0
    tell("left", left=queue.delete(), consuming=is_consuming)
    channel.close()


def rpc(connection):
    """Asks through an exclusive queue for the answers, and through direct reply-to."""
    server = connection.channel()
    requests = transient(server, "requests")

    def answer(request):
        about = request.properties["correlation_id"]
        reply = text_of(request).upper().encode()
        publish(server, request.properties["reply_to"], reply, correlation_id=about)
        request.ack()

    options = {"prefetch_count": 1, "auto_declare": False}
    with Consumer(server, [requests], on_message=answer, **options):
        client = connection.channel()
        own = transient(client, "answers")
        direct = Queue("amq.rabbitmq.reply-to", channel=client)
        for queue in (own, direct):
            answers = Arrivals(client, queue, no_ack=True)
            for word in ("hare", "leveret"):
                about = f"about {word}"
                publish(
                    client, requests.name, word.encode(), reply_to=queue.name, correlation_id=about
                )
                reply = answers.next()
                tell("answered", about=reply.properties["correlation_id"], answer=text_of(reply))
            answers.close()
        client.close()
    server.close()


def cancel(connection):
    """The consumer of a queue that somebody deletes is told."""
    channel = connection.channel()
    queue = transient(channel, "cancel")
    queue.consume("watcher", callback=print)
    other = connection.channel()
    try:
        Queue(queue.name, channel=other).delete()
        connection.drain_events(timeout=PATIENCE)
    except ConsumerCancelled as error:
        tag = error.reply_text
    # The channel goes on.
    transient(channel, "another")
    is_consuming = "watcher" in channel.callbacks
    tell("cancelled", tag=tag, consuming=is_consuming, closed=not channel.is_open)
    other.close()
    channel.close()
