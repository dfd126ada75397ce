"""Right answers to the questions, and wrong ones that are known: one module a chapter."""
