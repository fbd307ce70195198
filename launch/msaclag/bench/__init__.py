"""`msaclag bench`: what is fast and what is not on this machine, one module for each subject."""
