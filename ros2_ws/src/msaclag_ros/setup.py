from setuptools import find_packages, setup

setup(
    name="msaclag_ros",
    version="0.1.0",
    description="What the nodes share: topics and their QoS, parameters from dataclasses, start and end of a node.",
    license="Apache-2.0",
    packages=find_packages(include=["msaclag_ros", "msaclag_ros.*"]),
    package_data={"msaclag_ros": ["fastdds.xml"]},
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/msaclag_ros"]),
        ("share/msaclag_ros", ["package.xml"]),
    ],
    install_requires=["annotated-types", "docstring-parser", "pydantic>=2"],
    zip_safe=False,
)
