from setuptools import find_packages, setup

setup(
    name="sim_bridge",
    version="0.1.0",
    description="The PyBullet twin of the Gen3 that pours coffee, its mirror, and the emulator of its API.",
    license="Apache-2.0",
    packages=find_packages(include=["sim_bridge", "sim_bridge.*"]),
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/sim_bridge"]),
        ("share/sim_bridge", ["package.xml"]),
    ],
    install_requires=["numpy", "pydantic>=2", "gymnasium>=1.0", "pybullet", "numba", "protobuf>=3.20", "tyro"],
    zip_safe=True,
    entry_points={
        "console_scripts": ["mirror_node = sim_bridge.mirror_node:main"],
        "msaclag.arms": ["sim = sim_bridge.twin:Twin", "emulated = sim_bridge.emulated:EmulatedArm"],
    },
)
