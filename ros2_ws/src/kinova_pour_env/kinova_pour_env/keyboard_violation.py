"""A person as a detector: a key tells that coffee was spilled, or that something was touched.

It shows all that a detector of one's own needs: the topic `safety_violation`, and a message that says what was seen and
by whom. The environment takes it as the cost of the step under way, and an arm in real time stops until `acknowledge`.
"""

import os
import select
import sys
import termios
import tty

from rclpy.node import Node

from kinova_pour_env.detectors import COLLISION, EMERGENCY_STOP, SPILL, Violation
from kinova_pour_env.messages import violation_message
from msaclag_ros.endpoints import publisher
from msaclag_ros.node_main import DONE, run
from msaclag_ros.timer import every

KEYS = {
    " ": Violation(EMERGENCY_STOP, "keyboard", 1.0, 0.0, (), "a person asked for an emergency stop"),
    "s": Violation(SPILL, "keyboard", 1.0, 0.0, (), "a person saw coffee spilled"),
    "c": Violation(COLLISION, "keyboard", 1.0, 0.0, (), "a person saw the arm touch something"),
}
"""The space bar stops at once, as it does for a person who teaches by keyboard."""
QUIT = "q"

HELP = f"""\
Watch the arm, and press a key in this terminal when you see it happen:

  space  EMERGENCY STOP         the arm stops at once (the red button is surer)
  s      coffee was spilled     the arm comes to rest softly
  c      something was touched  the arm stops at once
  {QUIT}      quit                   Ctrl-C does the same

Each is published on `safety_violation`, counts as the cost of the step under way and ends the episode; an arm in real
time then stands until a person calls `acknowledge`. For an arm in a namespace add --ros-args -r __ns:=/NAMESPACE
"""

POLL = 0.02
"""s between two looks at the keyboard."""


class TerminalError(RuntimeError):
    """There are no keys to read."""


class KeyboardViolation(Node):
    """Publishes what the keys of its terminal say."""

    def __init__(self) -> None:
        """Take the terminal, and explain the keys in it.

        Raises:
            TerminalError: standard input is none.
        """
        super().__init__("keyboard_violation")
        self.exit_code: int | None = None
        self._keyboard = sys.stdin.fileno()
        if not os.isatty(self._keyboard):
            raise TerminalError("standard input is no terminal: start this in one of its own, where you see the arm")
        self._violations = publisher(self, "safety_violation")
        self._terminal = termios.tcgetattr(self._keyboard)
        tty.setcbreak(self._keyboard)  # keys come without Enter and are not shown; Ctrl-C stays a signal
        print(HELP, flush=True)
        every(self, POLL, self._look)

    def close(self) -> None:
        """Leave the terminal as it was."""
        termios.tcsetattr(self._keyboard, termios.TCSADRAIN, self._terminal)

    def _look(self) -> None:
        if not select.select([self._keyboard], [], [], 0)[0]:
            return
        keys = os.read(self._keyboard, 64).decode(errors="ignore")
        for key in keys:
            if key in KEYS:
                self._tell(KEYS[key])
        if not keys or QUIT in keys:  # the terminal was closed, or the person leaves
            self.exit_code = DONE

    def _tell(self, violation: Violation) -> None:
        message = violation_message(violation, self.get_clock().now().to_msg(), self.get_fully_qualified_name())
        self._violations.publish(message)
        listeners = self._violations.get_subscription_count()
        if listeners == 0:
            self.get_logger().warning(f"nobody listens to {self._violations.topic_name}: is it the arm's namespace?")
        else:
            self.get_logger().info(f"{violation.message}: told {listeners} listening")


def main() -> int:
    """Run the node; see `msaclag_ros.node_main` for the exit codes."""
    if {"-h", "--help"} & set(sys.argv):
        print(HELP, end="")
        return DONE
    return run(KeyboardViolation, user_errors=(TerminalError,))
