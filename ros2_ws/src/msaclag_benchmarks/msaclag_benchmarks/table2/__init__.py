"""Table II and Figure 3 of the paper: cells of (task, algorithm, seed), trained, kept, compared and drawn."""
