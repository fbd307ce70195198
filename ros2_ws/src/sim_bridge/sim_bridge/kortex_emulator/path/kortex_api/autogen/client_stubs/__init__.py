"""One module per service: the class that calls it, with the names of Kinova's generated modules."""
