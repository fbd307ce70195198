"""Many runs of `msaclag train`, told apart by setting, algorithm, variant and seed."""
