import pytest

from kinova_pour_env.inverse_kinematics import CUP_AT_HOME
from kinova_pour_env.kortex.arm import KortexArm
from kinova_pour_env.kortex.config import KortexConfig
from kinova_pour_env.scene import Scene
from msaclag_ros.settings import SettingError, build, settings_of
from sim_bridge.emulated import EmulatedArm, EmulatedConfig
from sim_bridge.kortex_emulator.process import EmulatorProcess


def test_its_settings_are_the_drivers_and_the_emulators():
    settings = {setting.name: setting for setting in settings_of(EmulatedConfig, "emulated")}
    assert {f"emulated.driver.{setting.name}" for setting in settings_of(KortexConfig)} < set(settings)
    assert all(setting.description for setting in settings.values())
    assert EmulatedArm.Config is EmulatedConfig


def test_a_person_can_be_left_out_here_and_nowhere_else():
    unattended = build(EmulatedConfig, {"auto_acknowledge": True})
    assert unattended.auto_acknowledge and not EmulatedConfig().auto_acknowledge
    assert unattended.driver.robot_ip == "127.0.0.1"
    with pytest.raises(SettingError, match=r"no setting 'real\.auto_acknowledge'"):
        build(KortexConfig, {"real.auto_acknowledge": True}, "real")
    assert not KortexArm.unattended


def test_an_emulator_that_runs_already_outlives_the_arm():
    with EmulatorProcess() as emulator:
        arm = EmulatedArm(Scene(), build(EmulatedConfig, {"port": emulator.port, "own": False}))
        assert arm.read().cup_position == pytest.approx(CUP_AT_HOME, abs=0.01)
        arm.close()
        assert emulator.running
    with pytest.raises(SettingError, match="name the port of an emulator that runs"):
        build(EmulatedConfig, {"own": False})
