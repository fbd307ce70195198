"""The Gen3 over Kinova's Kortex API. Only `units` knows degrees; only `wheel` imports Kinova's package, and late."""
