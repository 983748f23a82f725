"""One module a command of the `ringside` command line: `configure(parser)` and `run(arguments)`."""
