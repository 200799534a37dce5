"""What the modules of the program share."""
import json
import os

from kombu import Connection, Consumer, Producer, Queue

# No wait takes longer, in seconds: only a failing run ever waits so long.
PATIENCE = 20
URL = os.environ["AMQP_URL"]


def tell(event, **details):
    print(json.dumps({"event": event, **details}), flush=True)


def named(name):
    return f"{os.environ['PREFIX']}.{name}"


def connect(url=URL):
    """With it each publishing waits for its confirm."""
    return Connection(url, transport_options={"confirm_publish": True})


def transient(channel, name, arguments=None):
    """Declares a queue of this connection alone."""
    queue = Queue(
        named(name), durable=False, exclusive=True, queue_arguments=arguments, channel=channel
    )
    # To kombu, what is exclusive is auto-delete, too.
    queue.auto_delete = False
    queue.declare()
    return queue


def found(queue):
    """What the broker says of a queue; the answer comes after all that was sent before."""
    return queue.queue_declare(passive=True)


def publish(channel, routing_key, body, **properties):
    """Publishes octets, without what kombu would say of their serialization."""
    Producer(channel).publish(
        body,
        exchange=properties.pop("exchange", ""),
        routing_key=routing_key,
        serializer=None,
        content_type=properties.pop("content_type", "application/data"),
        content_encoding=properties.pop("content_encoding", "binary"),
        **properties,
    )


class Arrivals:
    """A consumer that keeps what arrives until it is taken."""

    def __init__(self, channel, queue, **options):
        self._connection = channel.connection.client
        self._messages = []
        self._consumer = Consumer(
            channel, [queue], on_message=self._messages.append, auto_declare=False, **options
        )
        self._consumer.consume()

    def next(self):
        while not self._messages:
            self._connection.drain_events(timeout=PATIENCE)
        return self._messages.pop(0)

    def close(self):
        self._consumer.cancel()


def text_of(message):
    body = message.body
    return body if isinstance(body, str) else bytes(body).decode()
