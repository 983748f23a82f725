"""One module a bench of `ringside bench NAME`: `configure(parser)` and `run(arguments)`."""
