"""What users of Celery do, for the tests: each argument names a scenario. Each tells what happens in
one line of JSON for each event.
"""
import itertools
import sys
import time

from celery import chain, chord, group
from celery.exceptions import TaskRevokedError, TimeoutError
from celery.utils.nodenames import gethostname
from kombu.exceptions import OperationalError

from program import named, tell
from tasks import URGENT, add, app, crash, divide, fail_for_ever, hold, succeed_at_last, total

# No wait takes longer, in seconds: only a failing run ever waits so long.
PATIENCE = 25
# The worker that is meant, where there are several.
MAIN = [f"main@{gethostname()}"]


def calls():
    """Results and errors come back."""
    tell("result", value=add.delay(2, 3).get(timeout=PATIENCE))
    failed = divide.delay(1, 0)
    try:
        failed.get(timeout=PATIENCE)
    except ZeroDivisionError as error:
        tell("failed", state=failed.state, text=str(error))


def chains():
    """The result of each task goes to the next."""
    last = chain(add.s(2, 2), add.s(4), divide.s(2))()
    tell("result", value=last.get(timeout=PATIENCE))


def groups():
    """Tasks run side by side."""
    results = group(add.s(n, n) for n in range(20))()
    tell("results", values=results.get(timeout=PATIENCE))


def chords():
    """A task is given the results of a group, when they are all there."""
    result = chord((add.s(n, n) for n in range(10)), total.s())()
    tell("result", value=result.get(timeout=PATIENCE))
    nested = chain(group(add.s(1, 1), add.s(2, 2)), total.s(), add.s(10))()
    tell("result", value=nested.get(timeout=PATIENCE))


def retries():
    """A task that fails is sent again, with a countdown, until it succeeds or may not try more."""
    tell("result", value=succeed_at_last.delay(2).get(timeout=PATIENCE))
    failed = fail_for_ever.delay()
    try:
        failed.get(timeout=PATIENCE)
    except ValueError as error:
        tell("failed", state=failed.state, text=str(error))


def times():
    """A task waits for its time, and is not done when that is over."""
    begin = time.monotonic()
    value = add.apply_async((1, 1), countdown=0.3).get(timeout=PATIENCE)
    tell("result", value=value, waited=time.monotonic() - begin >= 0.3)
    late = add.apply_async((1, 1), countdown=0.3, expires=0.1)
    try:
        late.get(timeout=PATIENCE)
    except TaskRevokedError as error:
        tell("failed", state=late.state, text=str(error))


def control():
    """A worker is asked over its mailbox, and answers to the mailbox of who asked."""
    tell("answered", answers=ask("ping"))
    [queues] = ask("active_queues")
    tell("answered", answers=[queue["name"] == named("tasks") for queue in queues])


def ask(command, **arguments):
    [answer] = app.control.broadcast(
        command, arguments, destination=MAIN, reply=True, timeout=PATIENCE, limit=1
    )
    return list(answer.values())


def events():
    """A monitor hears of what becomes of a task."""
    seen = {}

    def see(event):
        seen.setdefault(event["uuid"], []).append(event["type"])

    with app.connection_for_read() as connection:
        receiver = app.events.Receiver(connection, handlers={"*": see}, routing_key="task.#")
        with receiver.consumer_context() as (own, _channel, _consumers):
            result = add.delay(1, 2)
            while "task-succeeded" not in seen.get(result.id, []):
                own.drain_events(timeout=PATIENCE)
    tell("seen", types=seen.get(result.id))


def priorities():
    """Urgent tasks come first, though they were sent last."""
    results = [
        add.apply_async((priority, 0), queue=URGENT, priority=priority) for priority in (1, 5, 9)
    ]
    app.control.add_consumer(URGENT.name, options={"max_priority": 10}, destination=MAIN)
    tell("results", values=[result.get(timeout=PATIENCE) for result in results])


def crashes():
    """The process of a worker dies: the worker rejects its task, which is done again."""
    tell("result", value=crash.delay().get(timeout=PATIENCE))


def holds():
    """A task in a queue of its own, where a worker begins with it, and another ends it."""
    result = hold.apply_async(queue=named("held"))
    tell("sent")
    tell("result", value=result.get(timeout=PATIENCE))


def delays():
    """With quorum queues the broker itself holds a task until its time has come."""
    begin = time.monotonic()
    value = add.apply_async((1, 1), countdown=1).get(timeout=PATIENCE)
    tell("result", value=value, waited=time.monotonic() - begin >= 0.9)


def always():
    """Calls again and again, whatever becomes of the broker."""
    for n in itertools.count():
        try:
            tell("result", value=add.delay(n, 0).get(timeout=1))
        except (OperationalError, TimeoutError, OSError) as error:
            tell("again", reason=repr(error))
        time.sleep(0.1)


SCENARIOS = {
    "calls": calls,
    "chains": chains,
    "groups": groups,
    "chords": chords,
    "retries": retries,
    "times": times,
    "control": control,
    "events": events,
    "priorities": priorities,
    "crashes": crashes,
    "holds": holds,
    "delays": delays,
    "always": always,
}

for name in sys.argv[1:]:
    tell("scenario", name=name)
    SCENARIOS[name]()
