"""Publishing with confirms and returns, with all properties, and with large bodies."""
from datetime import datetime, timezone
from decimal import Decimal

from amqp.exceptions import MessageNacked

from program import Arrivals, found, named, publish, tell, text_of, transient


def confirm(connection):
    """Confirms, each awaited; and those of a queue that is full."""
    channel = connection.channel()
    queue = transient(channel, "confirm")
    tags = []
    channel.events["basic_ack"].add(lambda tag, _multiple: tags.append(tag))
    for n in range(1, 101):
        publish(channel, queue.name, str(n).encode())
    tagged = sum(tag == n for n, tag in enumerate(tags, 1))
    tell("confirmed", acked=len(tags), tagged=tagged, messages=found(queue).message_count)

    full = transient(channel, "full", {"x-max-length": 1, "x-overflow": "reject-publish"})
    tell("overflow", accepted=[is_accepted(channel, full) for _ in range(3)])
    channel.close()


def is_accepted(channel, queue):
    try:
        publish(channel, queue.name, b"more")
        return True
    except MessageNacked:
        return False


def returned(connection):
    """Mandatory messages that no queue takes come back, before they are confirmed."""
    channel = connection.channel()
    seen = []

    def see(error, exchange, routing_key, message):
        details = {
            "code": error.reply_code,
            "text": error.reply_text,
            "exchange": exchange,
            "own": routing_key == named("nowhere"),
            "messageId": message.properties["message_id"],
            "body": bytes(message.body).decode(),
        }
        seen.append(("returned", details))

    channel.events["basic_return"].add(see)
    channel.events["basic_ack"].add(lambda *_: seen.append(("confirmed", {"acked": True})))
    publish(
        channel, named("nowhere"), b"lost", exchange="amq.direct", mandatory=True, message_id="m1"
    )
    for event, details in seen:
        tell(event, **details)
    channel.close()


AT = 1_700_000_000
PROPERTIES = {
    "content_type": "text/plain",
    "content_encoding": "utf-8",
    "delivery_mode": 1,
    "priority": 7,
    "correlation_id": "c1",
    "reply_to": "somewhere",
    "message_id": "m1",
    "timestamp": AT,
    "type": "greeting",
    "user_id": "guest",
    "app_id": "interop",
}
HEADERS = {
    "true": True,
    "false": False,
    "small": -8,
    "int32": -320_000,
    "uint32": 4_000_000_000,
    "int64": 1 << 60,
    "double": 0.1,
    "text": "é – 兎",
    "empty": "",
    "octets": b"\x00\xff",
    "time": datetime.fromtimestamp(AT, timezone.utc).replace(tzinfo=None),
    "nothing": None,
    "decimal": Decimal("123.45"),
    "list": [1, "two", [True]],
    "table": {"inner": {"n": -1}},
}


def properties(connection):
    """All properties, and headers of all types, come as they were sent."""
    channel = connection.channel()
    queue = transient(channel, "properties")
    publish(channel, queue.name, b"with all", headers=HEADERS, expiration=3600, **PROPERTIES)
    came = Arrivals(channel, queue, no_ack=True).next()
    got = {
        **came.properties,
        "content_type": came.content_type,
        "content_encoding": came.content_encoding,
        "body": text_of(came),
        "application_headers": came.headers,
    }
    sent = {
        **PROPERTIES,
        "expiration": "3600000",
        "body": "with all",
        "application_headers": HEADERS,
    }
    if got == sent:
        tell("same properties", headers=len(came.headers))
    else:
        tell("other properties", sent=repr(sent), came=repr(got))
    channel.close()


def large(connection):
    """A body of many frames, and one of none."""
    channel = connection.channel()
    queue = transient(channel, "large")
    body = b"0123456789abcdef" * (1 << 17)
    publish(channel, queue.name, body)
    publish(channel, queue.name, b"")
    arrivals = Arrivals(channel, queue, no_ack=True)
    first, second = arrivals.next(), arrivals.next()
    tell("large", size=len(first.body), same=bytes(first.body) == body, empty=len(second.body))
    channel.close()
