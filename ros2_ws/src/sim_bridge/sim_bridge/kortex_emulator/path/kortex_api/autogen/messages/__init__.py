"""One module per service: its messages and enums, with the names of Kinova's generated modules."""
