from setuptools import find_packages, setup

setup(
    name="msaclag_learner",
    version="0.1.0",
    description="Meta SAC-Lag and its learner node.",
    license="Apache-2.0",
    packages=find_packages(include=["msaclag_learner", "msaclag_learner.*"]),
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/msaclag_learner"]),
        ("share/msaclag_learner", ["package.xml"]),
    ],
    install_requires=["filelock", "gymnasium>=1.0", "numpy", "pydantic>=2", "safetensors", "tensorboard", "torch>=2.2"],
    zip_safe=True,
    entry_points={
        "console_scripts": ["learner_node = msaclag_learner.learner_node:main"],
    },
)
