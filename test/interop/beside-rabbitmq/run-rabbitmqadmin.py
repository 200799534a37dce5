"""Runs the unmodified rabbitmqadmin of RabbitMQ again and again in one process: to start Python for each of a hundred commands
would take a minute.

Each line of input is JSON, {"args": [...], "input": "..."}; each is answered with {"code": ..., "output": "..."}.
"""

import contextlib
import io
import json
import sys

program = sys.argv[1]
with open(program, encoding="utf8") as file:
    code = compile(file.read(), program, "exec")


def run(args, text):
    """Its exit code, and all that it prints."""
    sys.argv = ["rabbitmqadmin", *args]
    sys.stdin = io.StringIO(text)
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            exec(code, {"__name__": "__main__"})
            status = 0
        except SystemExit as end:
            status = end.code
        except Exception as error:  # What Python itself would print.
            print(f"{type(error).__name__}: {error}", file=output)
            status = 1
    return status, output.getvalue()


for line in sys.__stdin__:
    command = json.loads(line)
    status, printed = run(command["args"], command.get("input", ""))
    print(json.dumps({"code": status, "output": printed}), file=sys.__stdout__, flush=True)
