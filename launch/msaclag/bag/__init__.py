"""Bags: MCAP as rosbag2 writes it, each second on the disk, and read again whatever ended them."""
