from setuptools import find_packages, setup

setup(
    name="msaclag_benchmarks",
    version="0.1.0",
    description="The paper's five simulated tasks, and its tables of them.",
    license="Apache-2.0",
    packages=find_packages(include=["msaclag_benchmarks", "msaclag_benchmarks.*"]),
    package_data={"msaclag_benchmarks": ["models/*.xml"]},
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/msaclag_benchmarks"]),
        ("share/msaclag_benchmarks", ["package.xml"]),
    ],
    install_requires=[
        "farama-notifications",
        "filelock",
        "gymnasium>=1.0",
        "gymnasium-robotics>=1.4",
        "matplotlib",
        "mujoco>=3.3,<3.12",
        "numpy",
        "scipy>=1.15",
        "torch>=2.2",
    ],
    extras_require={"peers": ["stable-baselines3"], "ray": ["ray"]},
    zip_safe=False,
)
