"""Messages of the ControlConfig service. Source: Kinova's ControlConfig service description."""

from ...schema import define
from . import Common_pb2

__getattr__ = define(
    globals(),
    "Kinova.Api.ControlConfig",
    enums={
        "ControlMode": {
            "UNSPECIFIED_CONTROL_MODE": 0,
            "ANGULAR_JOYSTICK": 1,
            "CARTESIAN_JOYSTICK": 2,
            "ANGULAR_TRAJECTORY": 4,
            "CARTESIAN_TRAJECTORY": 5,
            "CARTESIAN_ADMITTANCE": 6,
            "JOINT_ADMITTANCE": 7,
            "NULL_SPACE_ADMITTANCE": 8,
            "FORCE_CONTROL": 10,
            "FORCE_CONTROL_MOTION_RESTRICTED": 11,
            "CARTESIAN_WAYPOINT_TRAJECTORY": 12,
            "IDLE": 13,
        },
    },
    messages={
        "GravityVector": "x:float y:float z:float",
        "Position": "x:float y:float z:float",
        "PayloadInformation": "payload_mass:float payload_mass_center:Position",
        "CartesianTransform": "x:float y:float z:float theta_x:float theta_y:float theta_z:float",
        "ToolConfiguration": "tool_transform:CartesianTransform tool_mass:float tool_mass_center:Position",
        "CartesianReferenceFrameInfo": "reference_frame:CartesianReferenceFrame",
        "TwistLinearSoftLimit": "control_mode:ControlMode twist_linear_soft_limit:float",
        "TwistAngularSoftLimit": "control_mode:ControlMode twist_angular_soft_limit:float",
        "JointSpeedSoftLimits": "control_mode:ControlMode joint_speed_soft_limits:float*",
        "JointAccelerationSoftLimits": "control_mode:ControlMode joint_acceleration_soft_limits:float*",
        "KinematicLimits": (
            "control_mode:ControlMode twist_linear:float twist_angular:float"
            " joint_speed_limits:float* joint_acceleration_limits:float*"
        ),
        "KinematicLimitsList": "kinematic_limits_list:KinematicLimits*",
        "ControlModeInformation": "control_mode:ControlMode",
    },
    public=(Common_pb2,),
)
