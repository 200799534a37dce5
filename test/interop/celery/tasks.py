"""The application: its settings and tasks. Worker and client both import it.

AMQP_URL says where, PREFIX begins the names of all that is declared. RESULTS says where results go:
rpc:// (over AMQP) unless it is set; QUEUE_TYPE=quorum makes the queue of the tasks a quorum queue.
"""
import os
import signal
import time

from celery import Celery
from celery.signals import task_received, worker_ready
from kombu import Exchange, Queue

from program import URL, named, tell

app = Celery("tasks", broker=URL, backend=os.environ.get("RESULTS", "rpc://"))
app.conf.update(
    task_default_queue=named("tasks"),
    # These two are of the whole virtual host otherwise.
    control_exchange=named("control"),
    event_exchange=named("events"),
    broker_connection_retry_on_startup=True,
    broker_transport_options={"confirm_publish": True},
    result_chord_retry_interval=0.1,
    worker_redirect_stdouts=False,
)
if os.environ.get("QUEUE_TYPE") == "quorum":
    app.conf.update(
        task_default_queue_type="quorum",
        task_default_exchange_type="topic",
        task_default_routing_key=named("tasks"),
    )
URGENT = Queue(
    named("urgent"),
    Exchange(named("urgent")),
    named("urgent"),
    queue_arguments={"x-max-priority": 10},
)


@worker_ready.connect
def on_ready(**_details):
    tell("ready")


@task_received.connect
def on_received(request, **_details):
    tell(
        "received",
        task=request.name,
        args=list(request.args),
        redelivered=request.delivery_info["redelivered"],
        routingKey=request.delivery_info["routing_key"],
    )


@app.task
def add(x, y):
    return x + y


@app.task
def total(numbers):
    return sum(numbers)


@app.task
def divide(x, y):
    return x // y


@app.task(bind=True, max_retries=3)
def succeed_at_last(self, failures):
    if self.request.retries < failures:
        raise self.retry(countdown=0.1)
    return self.request.retries


@app.task(bind=True, max_retries=1)
def fail_for_ever(self):
    raise self.retry(countdown=0.1, exc=ValueError("as always"))


@app.task(bind=True, acks_late=True)
def hold(self):
    """Takes for ever, unless somebody has begun with it already."""
    redelivered = self.request.delivery_info["redelivered"]
    tell("holding", redelivered=redelivered)
    if not redelivered:
        time.sleep(10_000)
    return "done by another"


@app.task(bind=True, acks_late=True, reject_on_worker_lost=True)
def crash(self):
    """Ends the process that works on it, unless somebody has begun with it already."""
    if not self.request.delivery_info["redelivered"]:
        os.kill(os.getpid(), signal.SIGKILL)
    return "done by another"
