"""Messages and clients, as Kinova generates them from its service descriptions."""
