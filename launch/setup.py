from glob import glob

from setuptools import find_packages, setup

setup(
    name="msaclag",
    version="0.1.0",
    description="Bringup of msaclag: launch files, configuration and the msaclag command.",
    license="Apache-2.0",
    packages=find_packages(include=["msaclag", "msaclag.*"]),
    package_data={"msaclag.faults": ["*.c"]},
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/msaclag"]),
        ("share/msaclag", ["package.xml"]),
        ("share/msaclag/launch", glob("*.launch.py")),
        ("share/msaclag/config", glob("config/*.yaml")),
        ("share/msaclag/config/studies", glob("config/studies/*.yaml")),
        ("share/msaclag/layouts", glob("layouts/*")),
        ("share/msaclag/security", ["security/make_keys", "security/policy.xml"]),
        ("share/msaclag/security/common", glob("security/common/*.xml")),
    ],
    install_requires=[
        "numpy",
        "pydantic>=2",
        "gymnasium>=1.0",
        "matplotlib",
        "mcap",
        "numba",
        "pillow",
        "psutil",
        "pybullet",
        "pyyaml",
        "rich",
        "rosbags",
        "safetensors",
        "scipy",
        "tensorboard",
        "torch>=2.2",
        "trimesh",
        "tyro",
        "viser>=1.1",
        "zstandard",
    ],
    extras_require={"gamepad": ["pygame-ce"]},
    zip_safe=True,
    entry_points={
        "console_scripts": ["msaclag = msaclag.cli:main", "recorder_node = msaclag.recorder_node:main"],
    },
)
