# shellcheck shell=bash
# What the machine must have before tools/setup changes anything. Sourced by it; every lack is collected, then all are told.

readonly suitable_pythons='3.10 3.11 3.12'
lacks=()

# Prints, for one interpreter: version, path of the interpreter behind any virtual environment, and what it lacks.
inspect_python() {
  "$1" - <<'PYTHON' 2>/dev/null
import importlib.util, os, sys, sysconfig
lacks = []
if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
    lacks.append("venv")
if not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")):
    lacks.append("dev")
executable = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
print("%d.%d" % sys.version_info[:2], executable, ",".join(lacks) or "nothing")
PYTHON
}

# Sets `python` to $PYTHON, or else to the first interpreter that has all that is needed.
choose_python() {
  local candidate version executable missing found='' first_lack=''
  local candidates=(python3.11 python3.10 python3 python3.12) # pybullet has wheels for the first two
  [[ -z ${PYTHON:-} ]] || candidates=("$PYTHON")
  python=''
  for candidate in "${candidates[@]}"; do
    read -r version executable missing < <(inspect_python "$candidate") || continue
    found+="${found:+, }$candidate is $version"
    [[ " $suitable_pythons " == *" $version "* ]] || continue
    if [[ $missing != nothing ]]; then
      first_lack=${first_lack:-"${missing//,/ and } of $executable: sudo apt install python$version-${missing//,/ python$version-}"}
    elif [[ $ros_distro != wheels ]] && ! "$executable" -c 'import rclpy' 2>/dev/null; then
      first_lack=${first_lack:-"ROS 2 $ros_distro is sourced, but $executable can't import its rclpy: name the Python \
that it was built for with PYTHON=…, or start a shell without ROS sourced and the set-up brings its own"}
    else
      python=$executable
      [[ $version != 3.12 ]] || note 'pybullet has no wheel for Python 3.12 and is compiled: about 5 minutes on two cores'
      return
    fi
  done
  lacks+=("${first_lack:-"Python 3.10, 3.11 or 3.12 (${found:-no ${candidates[0]} here}): sudo apt install python3.11 \
python3.11-venv python3.11-dev, or name one: PYTHON=/path/to/python3.11"}")
}

check_ros() {
  if [[ $ros_distro == wheels ]]; then
    [[ $(uname -sm) == 'Linux x86_64' ]] || lacks+=("Linux on x86-64, the only machine with ROS 2 wheels (this is \
$(uname -sm)): install ROS 2 Jazzy and source it, then it is used instead")
  elif [[ $ros_distro < jazzy ]]; then
    lacks+=("ROS 2 Jazzy or later ($ros_distro is sourced): source a later one, or start a shell without ROS sourced and \
the set-up brings its own")
  fi
}

check_tools() {
  local name
  for name in g++ make git; do
    [[ -n $(type -P "$name") ]] || lacks+=("$name: sudo apt install $name")
  done
}

check_folder() {
  [[ -w $root && -w $root/ros2_ws ]] || lacks+=("permission to write into $root: clone the repository into a folder of yours")
  [[ $root != *[[:space:]:]* ]] || lacks+=("a path without spaces and colons: ROS 2 can't build in $root")
  [[ ! -e $venv || -d $stamps ]] || lacks+=("room for .venv/, which something else made here: move it away")
}

check_space() { # FOLDER GIGABYTES WHAT_FOR
  local free
  free=$(df -Pk "$1" | awk 'NR == 2 {print $4}')
  ((free >= $2 * 1000 * 1000)) ||
    lacks+=("disk space in $1: $2 GB are needed $3, $((free / 1000 / 1000)).$((free / 1000 / 100 % 10)) GB are free")
}

# Asks pip, as it is configured, for a tiny package and for the builds of torch that it would choose from. A build with CUDA
# raises venv_gigabytes and download_gigabytes.
check_package_index() {
  local scratch pip builds
  if ! scratch=$(mktemp -d 2>/dev/null); then
    lacks+=("a writable folder for temporary files: TMPDIR is ${TMPDIR:-/tmp}")
    return
  fi
  note 'asking the package index'
  pip=("$scratch/bin/python" -m pip --no-cache-dir --disable-pip-version-check --retries 1 --timeout 20)
  if ! "$python" -m venv "$scratch" >"$scratch/log" 2>&1; then
    lacks+=("room for a virtual environment in $scratch; $python says: $(tail -n 1 "$scratch/log")")
  elif ! "${pip[@]}" download --no-deps -d "$scratch" \
    "$(grep '^colcon-common-extensions==' "$root/requirements/build.txt")" >>"$scratch/log" 2>&1; then
    lacks+=("a reachable package index; pip says: $(grep -m 1 -i error "$scratch/log" || tail -n 1 "$scratch/log")")
  else
    builds=$("${pip[@]}" index versions torch 2>>"$scratch/log" || true)
    if [[ $builds != *"$(sed -n 's/^torch==//p' "$root/requirements/core.txt")+cpu"* ]]; then
      venv_gigabytes=7 download_gigabytes=4
      note "pip finds torch only with CUDA, gigabytes more: name PyTorch's CPU wheels in its extra-index-url to do without"
    fi
  fi
  rm -rf "$scratch"
}

preflight() {
  check_ros
  check_folder
  check_tools
  if stale pip; then
    local venv_gigabytes=3 download_gigabytes=1
    [[ -n $python ]] || choose_python
    [[ -z $python ]] || check_package_index
    [[ ! -e $venv ]] || ((venv_gigabytes -= $(du -s --block-size=1GB "$venv" | cut -f 1), 1))
    if [[ $(stat -c %d "$root") == "$(stat -c %d "${TMPDIR:-/tmp}")" ]]; then
      check_space "$root" $((venv_gigabytes + download_gigabytes)) 'for .venv/ and downloads'
    else
      check_space "$root" "$venv_gigabytes" 'for .venv/'
      check_space "${TMPDIR:-/tmp}" "$download_gigabytes" 'for downloads'
    fi
  fi
  ((${#lacks[@]})) || return 0
  {
    echo 'Not set up, and nothing was changed. This machine lacks:'
    printf '  - %s\n' "${lacks[@]}"
  } >&2
  exit 1
}
