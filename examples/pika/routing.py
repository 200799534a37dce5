"""Publish/subscribe: one program plays publisher and subscribers, and prints what each queue received."""
import json
import os

import pika

URL = os.environ.get("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/")

connection = pika.BlockingConnection(pika.URLParameters(URL))
channel = connection.channel()
received = {}


def subscribe(label, exchange, *bindings):
    """A queue of our own, bound to the exchange, with a consumer of its own."""
    queue = channel.queue_declare(queue="", exclusive=True).method.queue
    for key, arguments in bindings:
        channel.queue_bind(queue, exchange, key, arguments)
    received[label] = []

    def collect(_channel, _method, _properties, body):
        received[label].append(body.decode())
        if sum(map(len, received.values())) == 13:
            channel.stop_consuming()

    channel.basic_consume(queue=queue, on_message_callback=collect, auto_ack=True)


def publish(exchange, key, body, headers=None):
    channel.basic_publish(exchange, key, body, pika.BasicProperties(headers=headers))


for name, kind in (("news", "fanout"), ("logs", "direct"), ("animals", "topic"), ("files", "headers")):
    channel.exchange_declare(exchange=name, exchange_type=kind, auto_delete=True)

subscribe("fanout: first", "news", ("", None))
subscribe("fanout: second", "news", ("", None))
subscribe("direct: errors", "logs", ("error", None))
subscribe("direct: all", "logs", ("info", None), ("error", None))
subscribe("topic: orange", "animals", ("*.orange.*", None))
subscribe("topic: lazy", "animals", ("lazy.#", None))
subscribe("headers: all", "files", ("", {"x-match": "all", "format": "pdf", "type": "report"}))
subscribe("headers: any", "files", ("", {"x-match": "any", "format": "pdf", "type": "report"}))

publish("news", "", "one")
publish("news", "ignored", "two")
publish("logs", "info", "started")
publish("logs", "error", "failed")
publish("animals", "quick.orange.rabbit", "quick orange rabbit")
publish("animals", "lazy.brown.fox", "lazy brown fox")
publish("animals", "lazy.orange.male.rabbit", "lazy orange male rabbit")
publish("files", "", "report", {"format": "pdf", "type": "report"})
publish("files", "", "log", {"format": "pdf", "type": "log"})
publish("files", "", "picture", {"format": "png", "type": "picture"})

channel.start_consuming()
print(json.dumps(received))
connection.close()
