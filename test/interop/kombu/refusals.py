"""What the broker refuses."""
from amqp.exceptions import AMQPError
from kombu import Queue

from program import PATIENCE, URL, connect, named, publish, tell, transient


def errors(connection):
    """Each closes the channel with a code and a text; the connection goes on."""
    missing, locked = named("missing"), named("locked")
    transient(connection.channel(), "locked")

    absent = Queue(missing, channel=connection.channel())
    refused("missing queue", lambda: absent.queue_declare(passive=True))
    refused("other properties", Queue(locked, durable=False, exclusive=True, channel=connection.channel()).declare)
    refused("other arguments", lambda: transient(connection.channel(), "locked", {"x-max-length": 1}))
    with connect() as stranger:
        refused("locked queue", lambda: transient(stranger.channel(), "locked"))
    channel = connection.channel()
    refused("reserved name", lambda: channel.exchange_declare("amq.mine", "direct"))

    refused(
        "publishing to a missing exchange",
        lambda: publish(connection.channel(), "", b"", exchange=missing),
    )
    connection.channel().basic_ack(99)
    refused("unknown delivery tag", lambda: connection.drain_events(timeout=PATIENCE))

    refused("wrong password", connect(URL.replace("guest:guest@", "guest:wrong@")).connect)
    refused("missing virtual host", connect(f"{URL}/nowhere").connect)
    connection.channel().close()
    tell("open", open=connection.connected)


def refused(when, action):
    try:
        action()
        tell("error", when=when, other="none")
    except AMQPError as error:
        text = error.reply_text.replace(named(""), "")
        tell("error", when=when, code=error.reply_code, text=text)
