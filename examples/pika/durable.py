"""A durable queue, declared from both ends; a persistent message; and what happens when one end says otherwise."""
import os

import pika

URL = os.environ.get("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/")
QUEUE = os.environ.get("QUEUE", "durable_queue")

connection = pika.BlockingConnection(pika.URLParameters(URL))
publisher = connection.channel()
publisher.queue_declare(queue=QUEUE, durable=True)
publisher.confirm_delivery()
publisher.basic_publish("", QUEUE, "kept", pika.BasicProperties(delivery_mode=2))

consumer = connection.channel()
consumer.queue_declare(queue=QUEUE, durable=True)
_method, properties, body = consumer.basic_get(QUEUE, auto_ack=True)
print(f"received {body.decode()} with delivery mode {properties.delivery_mode}")

try:
    consumer.queue_declare(queue=QUEUE, durable=False)
except pika.exceptions.ChannelClosedByBroker as error:
    print(f"refused: {error.reply_text}")
connection.close()
