"""What survives the process: the database's tables and each call's folder."""
