"""Bringup of msaclag: launch files, configuration and the msaclag command."""
