"""A consumer that lives through restarts of its broker: kombu connects, declares and consumes again."""
from kombu import Exchange, Queue
from kombu.mixins import ConsumerMixin

from program import connect, named, tell, text_of


class Worker(ConsumerMixin):
    def __init__(self, connection):
        self.connection = connection

    def get_consumers(self, Consumer, channel):
        queue = Queue(named("queue"), Exchange(named("exchange")), routing_key="key")
        return [Consumer([queue], on_message=self.work, prefetch_count=10)]

    def work(self, message):
        tell("received", body=text_of(message))
        message.ack()

    def on_consume_ready(self, connection, channel, consumers, **_details):
        tell("ready")

    def on_connection_revived(self):
        tell("revived")

    def on_connection_error(self, error, interval):
        tell("failed")


def recover():
    with connect() as connection:
        Worker(connection).run()
