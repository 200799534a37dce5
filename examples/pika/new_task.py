"""Sends each argument as a task. AMQP_URL says where to; QUEUE names the queue."""
import os
import sys

import pika

URL = os.environ.get("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/")
QUEUE = os.environ.get("QUEUE", "task_queue")

connection = pika.BlockingConnection(pika.URLParameters(URL))
channel = connection.channel()
channel.queue_declare(queue=QUEUE, durable=True)
channel.confirm_delivery()
for task in sys.argv[1:] or ["Hello, hare ..."]:
    channel.basic_publish(
        exchange="",
        routing_key=QUEUE,
        body=task,
        properties=pika.BasicProperties(delivery_mode=2),
    )
    print(f"sent {task}")
connection.close()
