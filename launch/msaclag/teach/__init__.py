"""A person teaches: drives an arm by hand through the environment's own safety filter, and keeps what went well."""
