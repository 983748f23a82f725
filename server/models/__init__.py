"""Model weights and the local servers that run them."""
