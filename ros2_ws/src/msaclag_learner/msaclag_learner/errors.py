"""What ends a training and is the user's to mend."""


class TrainingError(RuntimeError):
    """The message names what is wrong and the remedy."""
