"""What coaches do with calls that are over: replay, comment, override, settle disputes, calibrate, export."""
