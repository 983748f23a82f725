"""Where calls are kept: the database, the journals and the tapes."""
