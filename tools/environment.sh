# shellcheck shell=bash
# The ROS 2 environment: the one that is sourced or stands in for it, and the one that the built workspace adds. Sourced by
# tools/setup.

readonly ros_variables=(AMENT_PREFIX_PATH CMAKE_PREFIX_PATH COLCON_PREFIX_PATH PYTHONPATH LD_LIBRARY_PATH ROS_DISTRO
  ROS_VERSION ROS_PYTHON_VERSION)

# Prints the entries of a colon-separated path that aren't this checkout's.
foreign_entries() {
  local entry entries kept=''
  IFS=: read -ra entries <<<"$1"
  for entry in "${entries[@]}"; do
    [[ -z $entry || $entry/ == "$root"/* ]] || kept+="${kept:+:}$entry"
  done
  echo "$kept"
}

# Prints the named variables as lines of sh; unset ones are unset there too.
print_variables() {
  local name
  for name in "$@"; do
    if [[ -n ${!name:-} ]]; then printf 'export %s=%q\n' "$name" "${!name}"; else echo "unset $name"; fi
  done
}

# Sets ros_distro (`wheels` where no ROS is sourced) and ros_prefix; leaves only that ROS in the environment.
detect_ros() {
  local name
  for name in AMENT_PREFIX_PATH CMAKE_PREFIX_PATH COLCON_PREFIX_PATH PYTHONPATH LD_LIBRARY_PATH; do
    printf -v "$name" '%s' "$(foreign_entries "${!name:-}")"
  done
  if [[ (-z ${ROS_DISTRO:-} || -z $AMENT_PREFIX_PATH) && -e $stamps/sourced_ros.sh ]]; then
    . "$stamps/sourced_ros.sh" # .venv/ was set up on top of it, and stays so until `make clean`
  fi
  if [[ -n ${ROS_DISTRO:-} && -n $AMENT_PREFIX_PATH ]]; then
    ros_distro=$ROS_DISTRO ros_prefix=${AMENT_PREFIX_PATH##*:}
  else
    ros_distro=wheels ros_prefix=$venv
    unset COLCON_PREFIX_PATH PYTHONPATH LD_LIBRARY_PATH ROS_DISTRO ROS_VERSION ROS_PYTHON_VERSION
    AMENT_PREFIX_PATH=$venv CMAKE_PREFIX_PATH=$venv
  fi
  ros_environment=$(print_variables "${ros_variables[@]}")
}

# Writes .venv/environment.sh and the commands that start with it. The variables are baked in: to source the workspace's
# own scripts takes 0.1 s at each start.
write_commands() {
  local prefix prefixes path=$venv/bin
  (
    set +u # colcon's script reads variables that aren't set
    export _ROS_WHEELS_BOOTSTRAP_COMPLETE=1 # else colcon sees a library path that this shell hasn't, and adds an empty entry
    eval "$ros_environment"
    . "$root/ros2_ws/install/local_setup.sh"
    IFS=: read -ra prefixes <<<"$AMENT_PREFIX_PATH"
    for prefix in "${prefixes[@]}"; do
      [[ ! -d $prefix/bin || $prefix == "$venv" ]] || path+=:$prefix/bin
    done
    echo '# Written by tools/setup: the ROS 2 environment of this checkout, for any POSIX shell.'
    print_variables "${ros_variables[@]}"
    printf 'export VIRTUAL_ENV=%q\n' "$venv"
    printf 'export PATH=%q:"$PATH"\n' "$path"
    echo 'export ROS_AUTOMATIC_DISCOVERY_RANGE="${ROS_AUTOMATIC_DISCOVERY_RANGE:-LOCALHOST}"'
    echo '# Where the ROS wheels of another environment have set it, it would keep ours from finding their libraries.'
    echo 'unset _ROS_WHEELS_BOOTSTRAP_COMPLETE PYTHONHOME'
  ) >"$venv/environment.sh"
  write_command with-ros 'exec "$@"'
  write_command msaclag "$(printf 'exec %q %q "$@"' "$venv/bin/python" "$root/ros2_ws/install/msaclag/lib/msaclag/msaclag")"
}

write_command() { # NAME LAST_LINE
  printf '#!/bin/sh\n. %q\n%s\n' "$venv/environment.sh" "$2" >"$venv/bin/$1.new"
  chmod +x "$venv/bin/$1.new"
  mv "$venv/bin/$1.new" "$venv/bin/$1"
}
