"""Whose keys a process has that is no node of the launch files, where SROS 2 is enabled (launch/security)."""


def enclave(name: str, namespace: str) -> list[str]:
    """Arguments for `rclpy.init`.

    Args:
        name: of the enclave in the policy.
        namespace: of the graph, with or without slashes around it.
    """
    return ["--ros-args", "--enclave", "/".join(["", *filter(None, namespace.split("/")), name])]
