"""`msaclag console`: a page that shows a running graph, and can stop it."""

import os
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

from pydantic import Field
from rich.console import Console

from msaclag.web.token import read_token
from msaclag_ros.domain import domain_id
from msaclag_ros.enclave import enclave
from msaclag_ros.interruption import INTERRUPTED, asked_to_end

PERIOD = 0.05
"""s between two looks at the topics and two pictures."""
NICENESS = 10


def console(
    namespace: str = "",
    port: Annotated[int, Field(ge=1, le=65535)] = 8080,
    token_file: Path | None = None,
) -> int:
    """Serve a page on this machine that shows a running graph live: twin, emulated or real arm.

        msaclag console
        msaclag console --namespace left --port 8081
        (umask 077; openssl rand -hex 16 > token); msaclag console --token-file token

    It shows the arm, the mug with its coffee and the target cup; the room before each constraint; ε, ν, α, return,
    success and violations; the episodes with what was violated where; what each node says. It only listens, unless it
    was given a token: then the page asks for it, and has buttons to stop softly, to acknowledge, to tell of a refilled
    mug and to save a checkpoint. It replaces no hardware emergency stop. Ctrl-C ends it; the graph does not notice.

    From another computer: ssh -L 8080:localhost:8080 ROBOT-COMPUTER, then the same address there.

    Args:
        namespace: Of the graph, as namespace:= gave it.
        port: Of this machine, on which the page is served to this machine alone.
        token_file: File whose first line opens the buttons, readable by you alone; or put the token into the variable
            MSACLAG_CONSOLE_TOKEN.
    """
    token, domain = read_token(token_file), domain_id()
    os.nice(NICENESS)  # before there are threads, which take it over
    import rclpy  # with viser it takes two seconds, which --help need not wait for

    from msaclag.web.calls import Calls
    from msaclag.web.heard import Heard
    from msaclag.web.page import Page
    from msaclag.web.topics import Topics

    where = f"/{namespace.strip('/')}"
    context = rclpy.Context()
    with asked_to_end() as asked, ExitStack() as stack:
        rclpy.init(args=enclave("console", namespace), context=context)
        stack.callback(rclpy.shutdown, context=context)
        heard, topics, calls = Heard(), Topics(context, where), Calls(context, where)
        stack.callback(topics.close)
        stack.callback(calls.close)
        page = Page(port, calls, token)
        stack.callback(page.close)
        rights = "control by token" if token else "read-only"
        Console(highlight=False).print(f"http://localhost:{port}  ({rights}; namespace {where}; Ctrl-C ends it)")
        arrivals = 0
        while not asked.is_set():
            calls.spin(PERIOD)
            now = time.monotonic()
            for message in topics.take():
                heard.take(message.topic, message.content, now)
            if heard.arrivals != arrivals:  # its scene may be another one
                arrivals = heard.arrivals
                calls.ask_again()
            page.show(heard, calls.around, where, domain, now)
    return INTERRUPTED
