"""The processes of a graph under one eye: who died is started again, who is done ends the graph, all end in order."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from msaclag.graph import NodeDescription
from msaclag.node_process import PATIENCE, NodeProcess, Say
from msaclag.respawn import Respawn


class Supervision:
    """Starts nodes, and looks after them.

    Attributes:
        processes: by the node's name, in the order of their first starts.
        ended: exit codes of those that ended and were not started again, by the node's name, the first at the front.
        respawn: who decides of that.
    """

    def __init__(self, logs: Path, say: Say) -> None:
        """Nothing runs yet.

        Args:
            logs: folder for a file of each node's lines.
            say: called with a node's name and each of its lines, or what is to be said of it; in any thread.
        """
        self.processes: dict[str, NodeProcess] = {}
        self.ended: dict[str, int] = {}
        self._logs, self._say = logs, say
        self._prefixes: dict[str, Sequence[str]] = {}
        self.respawn = Respawn()

    @property
    def over(self) -> bool:
        """Whether a node that the graph needs has ended for good."""
        return any(self.processes[name].node.essential for name in self.ended)

    def start(self, node: NodeDescription, prefix: Sequence[str] | None = None) -> None:
        """Start a node, in place of one of its name that has ended.

        Args:
            node: what to start.
            prefix: words before its command; as of the one before it if left out.
        """
        if prefix is not None:
            self._prefixes[node.name] = prefix
        log = self._logs / f"{node.name}.log"
        self.processes[node.name] = NodeProcess(node, log, self._say, self._prefixes.get(node.name, ()))
        self.ended.pop(node.name, None)

    def look_after(self) -> None:
        """Start again what died."""
        for name, process in list(self.processes.items()):
            code = process.exit_code
            if code is None or name in self.ended:
                continue
            decision = self.respawn.after(process.node, code, time.monotonic())
            self._say(name, decision.message)
            if decision.successor is None:
                self.ended[name] = code
            else:
                process.end()
                self.start(decision.successor)

    def end(self) -> Mapping[str, int]:
        """End all, one after the other, the last started first; gives their exit codes by name, in order of starts."""
        codes = {}
        for name, process in reversed(self.processes.items()):
            start = time.monotonic()
            codes[name] = process.end()
            if (took := time.monotonic() - start) >= PATIENCE:
                self._say(name, f"did not end within {took:.0f} s and was killed")
        return dict(reversed(codes.items()))
