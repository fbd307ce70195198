"""Is told of what another call changes, and not any more once it has unsubscribed."""

import time

from _connection import Connection
from google.protobuf import json_format
from kortex_api.autogen.client_stubs.BaseClientRpc import BaseClient
from kortex_api.autogen.messages import Base_pb2
from kortex_api.Exceptions.KException import KException

with Connection() as router:
    base = BaseClient(router)
    heard = []

    def notification_callback(data):
        print(json_format.MessageToJson(data))
        heard.append(data)

    try:
        subscription = base.OnNotificationConfigurationChangeTopic(
            notification_callback, Base_pb2.NotificationOptions()
        )
    except KException as error:
        print(f"Error occured: {error}")

    zone = Base_pb2.ProtectionZone()
    zone.name = "Example"
    zone.is_enabled = True
    zone.shape.shape_type = Base_pb2.RECTANGULAR_PRISM
    zone.shape.origin.x = 0.75
    zone.shape.origin.z = 0.4
    for dimension in (0.05, 0.3, 0.4):
        zone.shape.dimensions.append(dimension)
    zone.shape.orientation.row1.column1 = 1.0
    zone.shape.orientation.row2.column2 = 1.0
    zone.shape.orientation.row3.column3 = 1.0
    handle = base.CreateProtectionZone(zone)
    assert [zone.name for zone in base.ReadAllProtectionZones().protection_zones] == ["Example"]
    time.sleep(0.2)
    assert [event.event for event in heard] == [Base_pb2.CONFIGURATION_CREATED]

    base.Unsubscribe(subscription)
    base.DeleteProtectionZone(handle)
    time.sleep(0.2)
    assert len(heard) == 1
    print("done")
