from kinova_pour_env.kortex.config import KortexConfig
from msaclag_ros.settings import build, settings_of
from sim_bridge.emulated import EmulatedArm, EmulatedConfig


def test_its_settings_are_the_drivers_and_the_emulators():
    settings = {setting.name: setting for setting in settings_of(EmulatedConfig, "emulated")}
    assert {f"emulated.driver.{setting.name}" for setting in settings_of(KortexConfig)} < set(settings)
    assert all(setting.description for setting in settings.values())
    assert EmulatedArm.Config is EmulatedConfig


def test_nobody_has_to_stand_beside_it():
    assert EmulatedConfig().driver.auto_acknowledge
    assert not KortexConfig().auto_acknowledge
    attended = build(EmulatedConfig, {"driver.auto_acknowledge": False})
    assert not attended.driver.auto_acknowledge
    assert attended.driver.robot_ip == "127.0.0.1"
