"""What the nodes share: the table of topics with their QoS, parameters from dataclasses, start and end of a node."""
