"""The sourcing model: annotations, fine-tuning, the readable models behind it, and what it reaches."""
