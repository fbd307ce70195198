"""The console in the browser: what the arm, the coffee and the learner are doing, live from the topics."""
