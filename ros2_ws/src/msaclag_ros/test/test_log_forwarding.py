import logging

import pytest

from msaclag_ros.log_forwarding import RosLogHandler, forward_logging


@pytest.fixture
def root():
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


def test_records_appear_under_the_nodes_name(root, capfd):
    forward_logging("env_node")
    logger = logging.getLogger("kinova_pour_env.kortex.phases")
    logger.info("preflight: %s", "stop: answers")
    logger.warning("refill the mug")
    logger.error("press the emergency stop")
    logger.debug("nobody wants to know")
    text = "".join(capfd.readouterr())
    assert "[env_node.phases]: preflight: stop: answers" in text
    assert "[WARN]" in text and "refill the mug" in text
    assert "[ERROR]" in text and "press the emergency stop" in text
    assert "nobody" not in text


def test_it_is_done_once(root):
    forward_logging("env_node")
    forward_logging("env_node")
    assert sum(isinstance(handler, RosLogHandler) for handler in root.handlers) == 1
