from setuptools import find_packages, setup

setup(
    name="kinova_pour_env",
    version="0.1.0",
    description="Pour Coffee: the task, the liquid, the arm protocol, safety, and the environment node.",
    license="Apache-2.0",
    packages=find_packages(include=["kinova_pour_env", "kinova_pour_env.*"]),
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/kinova_pour_env"]),
        ("share/kinova_pour_env", ["package.xml"]),
    ],
    install_requires=["numpy", "numba", "pydantic>=2", "gymnasium>=1.0", "mcap", "filelock", "ompl"],
    zip_safe=True,
    entry_points={
        "console_scripts": [
            "env_node = kinova_pour_env.env_node:main",
            "keyboard_violation = kinova_pour_env.keyboard_violation:main",
        ],
        "msaclag.arms": ["real = kinova_pour_env.kortex.arm:KortexArm"],
    },
)
