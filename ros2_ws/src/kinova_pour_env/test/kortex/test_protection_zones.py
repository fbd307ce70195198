import pytest

from kinova_pour_env.kortex.config import Credentials, KortexConfig
from kinova_pour_env.kortex.connection import Connection
from kinova_pour_env.kortex.protection_zones import zones_on_the_way
from kinova_pour_env.scene import Scene

process = pytest.importorskip("sim_bridge.kortex_emulator.process")

GOAL = Scene().goal_position
PRISM, CYLINDER, SPHERE = "RECTANGULAR_PRISM", "CYLINDER", "SPHERE"


@pytest.fixture(scope="module")
def connection(emulated_wheel):
    emulator = process.EmulatorProcess(0)
    driver = KortexConfig(robot_ip="127.0.0.1", tcp_port=emulator.port, udp_port=emulator.port + 1)
    made = Connection(emulated_wheel, driver, Credentials("admin", "admin"), feedback=False)
    yield made
    made.close()
    emulator.close()


@pytest.fixture
def zone(connection):
    """Puts zones into the arm's memory, until the test is over."""
    base = connection.kortex.base
    handles = []

    def make(name, shape, origin, dimensions, *, enabled=True, envelope=0.0):
        made = base.ProtectionZone(name=name, is_enabled=enabled)
        made.shape.shape_type = getattr(base, shape)
        made.shape.origin.x, made.shape.origin.y, made.shape.origin.z = origin
        made.shape.dimensions.extend(dimensions)
        made.shape.envelope_thickness = envelope
        orientation = made.shape.orientation
        orientation.row1.column1 = orientation.row2.column2 = orientation.row3.column3 = 1.0
        handles.append(connection.call(connection.base.CreateProtectionZone, made))

    yield make
    for handle in handles:
        connection.call(connection.base.DeleteProtectionZone, handle)


def test_an_arm_without_zones(connection):
    assert zones_on_the_way(connection, Scene()) == ([], [])


@pytest.mark.parametrize(
    ("shape", "dimensions"), [(PRISM, (0.04, 0.04, 0.1)), (CYLINDER, (0.02, 0.1)), (SPHERE, (0.03,))]
)
def test_what_stands_at_the_goal_is_on_the_way_and_what_stands_beside_is_not(connection, zone, shape, dimensions):
    zone("over the cup", shape, GOAL, dimensions)
    zone("the door", shape, (0.6, 0.4, 0.3), dimensions)
    zone("switched off", shape, GOAL, dimensions, enabled=False)
    assert zones_on_the_way(connection, Scene()) == (["over the cup"], ["the door"])


def test_a_table_below_is_beside_the_way_unless_its_envelope_reaches_up(connection, zone):
    table = (PRISM, (0.5, 0.0, -0.05), (1.0, 1.0, 0.1))
    zone("table", *table)
    zone("thick table", *table, envelope=0.3)
    assert zones_on_the_way(connection, Scene()) == (["thick table"], ["table"])
