"""What modules without ROS say by Python's logging appears in the log of their node."""

import logging

from rclpy.logging import get_logger


class RosLogHandler(logging.Handler):
    """Hands records to ROS's logger, under the node's name and that of the module."""

    def __init__(self, node: str) -> None:
        """Take the name of the node, whose log level holds for them too."""
        super().__init__(logging.INFO)
        self._node = node

    def emit(self, record: logging.LogRecord) -> None:
        """Say it."""
        logger = get_logger(f"{self._node}.{record.name.rsplit('.', 1)[-1]}")
        message = self.format(record)
        if record.levelno >= logging.ERROR:  # a line of its own for each: rclpy ties a line to its first severity
            logger.error(message)
        elif record.levelno >= logging.WARNING:
            logger.warning(message)
        else:
            logger.info(message)


def forward_logging(node: str) -> None:
    """From now on, in this process; once for all of it.

    Args:
        node: the node's name.
    """
    root = logging.getLogger()
    if not any(isinstance(handler, RosLogHandler) for handler in root.handlers):
        root.addHandler(RosLogHandler(node))
        root.setLevel(min(root.level, logging.INFO))
