"""Policies by script that solve the tasks, and others that violate on purpose: proof that both can be done."""
