"""The stylometric model, and the word lists that it and the cleaning read."""
