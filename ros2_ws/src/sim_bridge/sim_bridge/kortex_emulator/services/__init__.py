"""How the emulated arm answers, a module per service.

A method of the API is the handler's method of the same name in lower case: it takes the caller and the message, returns
the answer or nothing, and raises `Refusal`.
"""
