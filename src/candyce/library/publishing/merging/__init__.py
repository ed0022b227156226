"""Changes of an adaptation taken back into the original: what differs, what is chosen, and the result."""
