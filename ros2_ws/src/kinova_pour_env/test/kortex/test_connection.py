"""What can be known of a connection without one."""

import pytest

from kinova_pour_env.kortex.connection import _takes_options


def as_kinovas_examples_call_it(info):
    return info


def with_a_deadline(info, options=None):
    return info, options


def with_whatever_there_is(*arguments):
    return arguments


@pytest.mark.parametrize(
    ("create_session", "takes"),
    [(as_kinovas_examples_call_it, False), (with_a_deadline, True), (with_whatever_there_is, True)],
)
def test_a_login_gets_a_deadline_where_the_wheel_takes_one(create_session, takes):
    assert _takes_options(create_session) is takes
