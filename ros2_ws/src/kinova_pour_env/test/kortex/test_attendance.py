from kinova_pour_env.kortex.attendance import Attendance


def test_a_wait_lasts_until_it_is_acknowledged():
    attendance = Attendance(automatic=False)
    wait = attendance.wait_for_acknowledgement("make it safe")
    next(wait)
    next(wait)
    assert attendance.acknowledge(()) == "make it safe"
    assert next(wait, "over") == "over"
    assert next(attendance.wait_for_acknowledgement("make it safe"), "over") is None


def test_a_full_mug_is_a_word_about_the_mug_alone():
    attendance = Attendance(automatic=False)
    wait = attendance.wait_for_refill("refill the mug")
    next(wait)
    assert attendance.acknowledge(("joint fault",)) == ""
    assert next(wait, "over") is None
    assert attendance.refilled() == "refill the mug"
    assert next(wait, "over") == "over"
    assert not attendance.knows(("joint fault",))
    assert next(attendance.wait_for_acknowledgement("make it safe"), "over") is None


def test_a_mug_that_was_full_before_it_was_asked_for_does_not_count():
    attendance = Attendance(automatic=False)
    assert attendance.refilled() == ""
    assert next(attendance.wait_for_refill("refill the mug"), "over") is None


def test_a_fault_may_be_acknowledged_before_anything_waits():
    attendance = Attendance(automatic=False)
    assert attendance.acknowledge(("joint fault",)) == "joint fault"
    assert list(attendance.wait_for_acknowledgement("make it safe")) == []
    assert next(attendance.wait_for_refill("refill the mug"), "over") is None


def test_faults_are_known_once_they_were_acknowledged():
    attendance = Attendance(automatic=False)
    wait = attendance.wait_for_acknowledgement("make it safe")
    next(wait)
    attendance.acknowledge(("joint fault", "network error"))
    assert next(wait, "over") == "over"
    assert attendance.knows(("joint fault",))
    assert not attendance.knows(("joint fault", "maximum payload"))
    attendance.forget()
    assert not attendance.knows(("joint fault",))


def test_an_acknowledgement_of_nothing_does_not_count():
    attendance = Attendance(automatic=False)
    assert attendance.acknowledge(()) == ""
    assert next(attendance.wait_for_acknowledgement("make it safe"), "over") is None


def test_what_is_forgotten_has_to_be_acknowledged_again():
    attendance = Attendance(automatic=False)
    attendance.acknowledge(("joint fault",))
    attendance.forget()
    assert next(attendance.wait_for_acknowledgement("make it safe"), "over") is None


def test_a_wait_that_is_broken_off_waits_for_nothing_any_more():
    attendance = Attendance(automatic=False)
    wait = attendance.wait_for_refill("refill the mug")
    next(wait)
    wait.close()
    assert attendance.refilled() == ""


def test_without_a_person_no_wait_lasts():
    attendance = Attendance(automatic=True)
    assert list(attendance.wait_for_refill("refill the mug")) == []
    assert attendance.knows(("joint fault",))
