from setuptools import find_packages, setup

setup(
    name="floating_mug",
    version="0.1.0",
    description="An arm of one's own for Pour Coffee: a mug that floats.",
    license="Apache-2.0",
    packages=find_packages(include=["floating_mug", "floating_mug.*"]),
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/floating_mug"]),
        ("share/floating_mug", ["package.xml"]),
    ],
    install_requires=["numpy", "pydantic>=2"],
    zip_safe=True,
    entry_points={"msaclag.arms": ["floating_mug = floating_mug.arm:FloatingMug"]},
)
